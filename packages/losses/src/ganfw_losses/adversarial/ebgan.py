"""Energies with a margin (EBGAN)."""

from __future__ import annotations

from typing import ClassVar

import torch.nn.functional as F
from torch import Tensor

from ganfw.terms import Loss


class EBGAN(Loss):
    """The discriminator gives real samples low energy, and fakes at least the margin m.

    L_D = E[D(x)] + E[(m − D(G(z)))₊]
    L_G = E[D(G(z))]

    The margin is each sample's own, not that of the batch's mean. The discriminator is usually an auto-encoder whose
    energy is its reconstruction error; `PullingAway` keeps the generator's samples apart.

    Args:
        margin: m.

    References:
        Zhao, Mathieu and LeCun 2017, Energy-based Generative Adversarial Network, equations 1 and 2.
    """

    energies: ClassVar[bool] = True

    def __init__(self, margin: float = 1.0) -> None:
        super().__init__()
        self.margin = margin

    def discriminator(self, real: Tensor, fake: Tensor) -> Tensor:
        """L_D. Shape: energies ``(B, ...)``; result: scalar."""
        return real.mean() + F.relu(self.margin - fake).mean()

    def generator(self, fake: Tensor, real: Tensor | None = None) -> Tensor:
        """L_G. Shape: energies ``(B, ...)``; result: scalar."""
        return fake.mean()
