"""Instance noise: blurs the border between real and fake, less and less."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ganfw.config.base import Schedule, Scheduled, value_at
from ganfw.terms import Augmentation

if TYPE_CHECKING:
    from torch import Tensor

    from ganfw.training.step import Draw

FADING = Schedule(start=0.1, end=0.0, to_kimg=500.0)


class InstanceNoise(Augmentation):
    """x + σ ε, ε ~ N(0, 1) for each element, on real samples and fakes alike.

    Args:
        std: σ, a number or a schedule over images shown.

    References:
        Sønderby et al. 2017, Amortised MAP Inference for Image Super-resolution; Arjovsky and Bottou 2017, Towards
        Principled Methods for Training Generative Adversarial Networks.
    """

    def __init__(self, std: Scheduled = FADING) -> None:
        super().__init__()
        self.std = std

    def forward(self, x: Tensor, draw: Draw) -> Tensor:
        """Add noise. Shape: x, result: ``(B, *spec.shape)``."""
        if self.std == 0:
            return x
        return x + value_at(self.std, draw.images) * draw.noise(*x.shape).to(x.dtype)
