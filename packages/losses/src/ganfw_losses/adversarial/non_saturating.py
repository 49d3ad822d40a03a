"""Binary cross-entropy for both players, also known as the logistic or softplus loss."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from ganfw.terms import Loss


class NonSaturating(Loss):
    """Binary cross-entropy; the generator maximises log σ(D(G(z))), so its gradient stays where it loses.

    With s the label of real samples:

    L_D = s E[sp(−D(x))] + (1 − s) E[sp(D(x))] + E[sp(D(G(z)))]
    L_G = E[sp(−D(G(z)))]

    Args:
        real_label: s. Below 1 it is one-sided label smoothing; the label of fakes stays 0.

    References:
        Goodfellow et al. 2014, Generative Adversarial Nets, section 3 (the last paragraph, on log D(G(z))).
        Salimans et al. 2016, Improved Techniques for Training GANs, section 3.4 (one-sided label smoothing).
    """

    def __init__(self, real_label: float = 1.0) -> None:
        super().__init__()
        self.real_label = real_label

    def discriminator(self, real: Tensor, fake: Tensor) -> Tensor:
        """L_D. Shape: logits ``(B, ...)``; result: scalar."""
        target = torch.full_like(real, self.real_label)
        return F.binary_cross_entropy_with_logits(real, target) + F.softplus(fake).mean()

    def generator(self, fake: Tensor, real: Tensor | None = None) -> Tensor:
        """L_G. Shape: logits ``(B, ...)``; result: scalar."""
        return F.softplus(-fake).mean()
