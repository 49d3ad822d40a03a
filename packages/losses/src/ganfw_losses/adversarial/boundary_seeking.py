"""Boundary seeking (BGAN): the generator aims at the discriminator's decision boundary."""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor

from ganfw.terms import Loss


class BoundarySeeking(Loss):
    """The discriminator of the first GAN; a generator whose samples it cannot decide on.

    L_D = E[sp(−D(x))] + E[sp(D(G(z)))]
    L_G = ½ E[(log σ(D(G(z))) − log(1 − σ(D(G(z)))))²] = ½ E[D(G(z))²]

    This is the game of continuous samples; for tokens see `policy_loss`.

    References:
        Hjelm et al. 2018, Boundary-Seeking Generative Adversarial Networks, equation 13.
    """

    def discriminator(self, real: Tensor, fake: Tensor) -> Tensor:
        """L_D. Shape: logits ``(B, ...)``; result: scalar."""
        return F.softplus(-real).mean() + F.softplus(fake).mean()

    def generator(self, fake: Tensor, real: Tensor | None = None) -> Tensor:
        """L_G. Shape: logits ``(B, ...)``; result: scalar."""
        return fake.square().mean() / 2


def importance_weights(logits: Tensor) -> Tensor:
    """How much each of M samples of one latent counts: w̃ = softmax of their logits over the samples.

    Shape:
        logits: ``(M, B)``; result: ``(M, B)``, without gradient.

    References:
        Hjelm et al. 2018, equation 8: w = D / (1 − D) = eˡ for a logit l, normalised over the samples.
    """
    return logits.detach().softmax(0)


def policy_loss(log_probabilities: Tensor, logits: Tensor) -> Tensor:
    """The discrete game's generator loss, whose gradient is the policy gradient: −E[Σₘ w̃ₘ log g(xₘ | z)].

    Args:
        log_probabilities: log g(xₘ | z) of M samples of each of B latents, with gradient.
        logits: The discriminator's logits of the same samples.

    Shape:
        log_probabilities, logits: ``(M, B)``; result: scalar.

    References:
        Hjelm et al. 2018, equation 10.
    """
    return -(importance_weights(logits) * log_probabilities).sum(0).mean()
