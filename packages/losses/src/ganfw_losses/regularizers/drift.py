"""Drift: keeps a critic's logits near zero."""

from __future__ import annotations

from functools import reduce
from operator import add
from typing import TYPE_CHECKING

from ganfw.config.base import Scheduled, value_at
from ganfw.terms import Regularizer

if TYPE_CHECKING:
    from torch import Tensor

    from ganfw.game import Play


class Drift(Regularizer):
    """ε E[D(x)²] over real samples x alone; summed over the judges.

    A Wasserstein loss does not change with a constant added to D, so nothing else holds its logits.

    Args:
        weight: ε, a number or a schedule over images shown.
        every: Evaluate each ``every`` steps.

    References:
        Karras et al. 2018, Progressive Growing of GANs, appendix A.1.
    """

    def __init__(self, weight: Scheduled = 0.001, every: int = 1) -> None:
        super().__init__(every)
        self.weight = weight

    def forward(self, play: Play) -> Tensor:
        """The weighted penalty."""
        penalty = reduce(add, (logits.square().mean() for logits in play.real_verdict.logits))
        return value_at(self.weight, play.images) * penalty
