"""The dual of the earth mover's distance (WGAN)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ganfw.terms import Loss

if TYPE_CHECKING:
    from torch import Tensor


class Wasserstein(Loss):
    """The difference of the critic's means, to be used with a critic that is kept Lipschitz.

    L_D = E[D(G(z))] − E[D(x)]
    L_G = −E[D(G(z))]

    Combine it with the ``weight-clip`` constraint (WGAN) or ``gradient-penalty`` (WGAN-GP): alone it has no bound.

    References:
        Arjovsky et al. 2017, Wasserstein GAN, equations 2 and 3, algorithm 1.
    """

    def discriminator(self, real: Tensor, fake: Tensor) -> Tensor:
        """L_D. Shape: logits ``(B, ...)``; result: scalar."""
        return fake.mean() - real.mean()

    def generator(self, fake: Tensor, real: Tensor | None = None) -> Tensor:
        """L_G. Shape: logits ``(B, ...)``; result: scalar."""
        return -fake.mean()
