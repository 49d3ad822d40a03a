"""The hinge loss of geometric GAN, SN-GAN, SAGAN and BigGAN."""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor

from ganfw.terms import Loss


class Hinge(Loss):
    """A margin for the discriminator; samples that it places beyond the margin give it no more gradient.

    L_D = E[max(0, 1 − D(x))] + E[max(0, 1 + D(G(z)))]
    L_G = −E[D(G(z))]

    References:
        Lim and Ye 2017, Geometric GAN.
        Miyato et al. 2018, Spectral Normalization for Generative Adversarial Networks, equations 16 and 17.
    """

    def discriminator(self, real: Tensor, fake: Tensor) -> Tensor:
        """L_D. Shape: logits ``(B, ...)``; result: scalar."""
        return F.relu(1 - real).mean() + F.relu(1 + fake).mean()

    def generator(self, fake: Tensor, real: Tensor | None = None) -> Tensor:
        """L_G. Shape: logits ``(B, ...)``; result: scalar."""
        return -fake.mean()
