"""Weight clipping, by which WGAN keeps its critic Lipschitz."""

from __future__ import annotations

import torch
from torch import nn

from ganfw.terms import Constraint


class WeightClip(Constraint):
    """θ ← clamp(θ, −c, c) after each step of the discriminator, on every parameter, biases included.

    Args:
        bound: c.

    References:
        Arjovsky et al. 2017, Wasserstein GAN, algorithm 1, line 7.
    """

    def __init__(self, bound: float = 0.01) -> None:
        super().__init__()
        self.bound = bound

    @torch.no_grad()
    def forward(self, network: nn.Module) -> None:
        """Clip the parameters of ``network`` in place."""
        for parameter in network.parameters():
            parameter.clamp_(-self.bound, self.bound)
