"""The zero-sum game of the first GAN."""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor

from ganfw.terms import Loss


class Minimax(Loss):
    """The saturating loss: both players move one value V(D, G), in opposite directions.

    V(D, G) = E[log σ(D(x))] + E[log(1 − σ(D(G(z))))]

    L_D = −V = E[sp(−D(x))] + E[sp(D(G(z)))]
    L_G = E[log(1 − σ(D(G(z))))] = −E[sp(D(G(z)))]

    The generator's gradient vanishes where the discriminator wins; `NonSaturating` is the usual choice.

    References:
        Goodfellow et al. 2014, Generative Adversarial Nets, equation 1.
    """

    def discriminator(self, real: Tensor, fake: Tensor) -> Tensor:
        """L_D. Shape: logits ``(B, ...)``; result: scalar."""
        return F.softplus(-real).mean() + F.softplus(fake).mean()

    def generator(self, fake: Tensor, real: Tensor | None = None) -> Tensor:
        """L_G. Shape: logits ``(B, ...)``; result: scalar."""
        return -F.softplus(fake).mean()
