"""LeCam: holds the logits of each side near a running mean of the other side's."""

from __future__ import annotations

from contextlib import suppress
from functools import reduce
from operator import add
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from ganfw.config.base import Scheduled, value_at
from ganfw.terms import Regularizer

if TYPE_CHECKING:
    from collections.abc import Callable

    from ganfw.game import Play


def lecam_penalty(real: Tensor, fake: Tensor, real_mean: Tensor, fake_mean: Tensor) -> Tensor:
    """E[(D(x) − α_F)₊²] + E[(α_R − D(G(z)))₊²]: each side is held to the anchor of the other.

    Shape:
        real, fake: logits ``(B, ...)``; real_mean (α_R), fake_mean (α_F), result: scalars.
    """
    return (real - fake_mean).relu().square().mean() + (real_mean - fake).relu().square().mean()


class LeCam(Regularizer):
    """R = λ (E[(D(x) − α_F)₊²] + E[(α_R − D(G(z)))₊²]), α_R and α_F moving averages of D(x) and D(G(z)).

    The rectifier is that of the authors' code; the paper prints plain squares. Until the game has gone ``start`` steps,
    the penalty is off and the anchors are the last step's means. With several judges, all are held to the mean anchor.

    Args:
        weight: λ, a number or a schedule over images shown.
        decay: Of the moving averages, per step.
        start: Steps after which it begins.
        every: Evaluate each ``every`` steps.

    References:
        Tseng et al. 2021, Regularizing Generative Adversarial Networks under Limited Data.
    """

    real_mean: Tensor
    fake_mean: Tensor
    steps: Tensor

    def __init__(self, weight: Scheduled = 0.3, decay: float = 0.99, start: int = 1000, every: int = 1) -> None:
        super().__init__(every)
        self.weight, self.decay, self.start = weight, decay, start
        self.register_buffer("real_mean", torch.zeros(()))
        self.register_buffer("fake_mean", torch.zeros(()))
        self.register_buffer("steps", torch.zeros((), dtype=torch.int64))

    def forward(self, play: Play) -> Tensor:
        """The weighted penalty; logs nothing, for the two means are logged already."""
        pairs = list(zip(play.real_verdict.logits, play.fake_verdict.logits, strict=True))
        real_mean, fake_mean = self.real_mean / len(pairs), self.fake_mean / len(pairs)  # they come summed over judges
        penalty = reduce(add, (lecam_penalty(real, fake, real_mean, fake_mean) for real, fake in pairs))
        return value_at(self.weight, play.images) * (self.steps >= self.start) * penalty

    def after_step(self, mean: Callable[[str], Tensor]) -> None:
        """Move the anchors by the step's means, ``discriminator/real`` and ``discriminator/fake``."""
        with suppress(KeyError):
            real, fake = mean("discriminator/real"), mean("discriminator/fake")
            share = torch.where(self.steps < self.start, 1.0, 1 - self.decay).to(self.real_mean)
            self.real_mean.lerp_(real.to(self.real_mean), share)
            self.fake_mean.lerp_(fake.to(self.fake_mean), share)
            self.steps += 1
