"""Energies in balance (BEGAN)."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, ClassVar

import torch
from torch import Tensor

from ganfw.terms import Loss

if TYPE_CHECKING:
    from collections.abc import Callable


class BEGAN(Loss):
    """A controller keeps the fakes' energy at a share γ of the real samples'.

    L_D = L(x) − k L(G(z))
    L_G = L(G(z))
    k ← clip(k + λ (γ L(x) − L(G(z))), 0, 1)
    M = L(x) + |γ L(x) − L(G(z))|

    L is the mean energy, of an auto-encoder its reconstruction error. k starts at 0 and moves once a step, from what
    the discriminator's phase has logged; M falls as training converges. Both are buffers, so a resumed run has them.

    Args:
        gamma: γ, the diversity ratio: lower is sharper and less varied.
        rate: λ.

    References:
        Berthelot, Schumm and Metz 2017, BEGAN: Boundary Equilibrium Generative Adversarial Networks, section 3.4.
    """

    energies: ClassVar[bool] = True
    k: Tensor
    measure: Tensor

    def __init__(self, gamma: float = 0.5, rate: float = 0.001) -> None:
        super().__init__()
        self.gamma, self.rate = gamma, rate
        self.register_buffer("k", torch.zeros(()))
        self.register_buffer("measure", torch.zeros(()))

    def discriminator(self, real: Tensor, fake: Tensor) -> Tensor:
        """L_D. Shape: energies ``(B, ...)``; result: scalar."""
        return real.mean() - self.k.to(fake.dtype) * fake.mean()

    def generator(self, fake: Tensor, real: Tensor | None = None) -> Tensor:
        """L_G. Shape: energies ``(B, ...)``; result: scalar."""
        return fake.mean()

    def after_step(self, mean: Callable[[str], Tensor]) -> None:
        """Move k and M by the step's ``discriminator/real`` and ``discriminator/fake``."""
        with suppress(KeyError):
            real, fake = mean("discriminator/real"), mean("discriminator/fake")
            gap = self.gamma * real - fake
            self.k.add_(self.rate * gap).clamp_(0, 1)
            self.measure.copy_(real + gap.abs())
