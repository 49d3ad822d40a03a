"""Relativistic pairing (RpGAN): each fake is judged against one real."""

from __future__ import annotations

from typing import ClassVar

import torch.nn.functional as F
from torch import Tensor

from ganfw.errors import GanfwError
from ganfw.terms import Loss


class RpGAN(Loss):
    """Only the difference between a real and its paired fake counts, which removes the minima of mode dropping.

    L_D = E[sp(−(D(x) − D(G(z))))]
    L_G = E[sp(−(D(G(z)) − D(x)))]

    Rows are paired by index. With R1 and R2 it converges locally (R3GAN).

    References:
        Jolicoeur-Martineau 2019, The relativistic discriminator, section 4.1 (RSGAN).
        Huang et al. 2024, The GAN is dead; long live the GAN!, equation 2, with f(t) = −log(1 + e⁻ᵗ).
    """

    compares: ClassVar[bool] = True

    def discriminator(self, real: Tensor, fake: Tensor) -> Tensor:
        """L_D. Shape: logits ``(B, ...)``; result: scalar."""
        return F.softplus(fake - real).mean()

    def generator(self, fake: Tensor, real: Tensor | None = None) -> Tensor:
        """L_G. Shape: logits ``(B, ...)``; result: scalar.

        Raises:
            GanfwError: If ``real`` is missing.
        """
        if real is None:
            raise GanfwError(
                "rpgan's generator loss compares fake with real logits, but was given no real ones. "
                "Call generator(fake, real); a game does so for every loss with compares = True."
            )
        return F.softplus(real - fake).mean()
