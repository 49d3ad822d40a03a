"""Terms of the generator on the features of the discriminator."""

from __future__ import annotations

from functools import reduce
from operator import add
from typing import TYPE_CHECKING, ClassVar, Literal

import torch
from torch.nn.functional import normalize

from ganfw.config.base import Scheduled, value_at
from ganfw.errors import GanfwError
from ganfw.terms import Regularizer

if TYPE_CHECKING:
    from torch import Tensor

    from ganfw.game import Play
    from ganfw.networks import Verdict


def features_of(verdict: Verdict, layer: int, term: str) -> list[Tensor]:
    """The features of one layer, flat, for each judge.

    Args:
        verdict: Of a discriminator that was asked for features.
        layer: Which; negative ones count from the last.
        term: Who asks, for the message.

    Shape:
        result: J tensors ``(B, F)``.

    Raises:
        GanfwError: If there are no features, or no such layer.
    """
    if not verdict.features:
        raise GanfwError(
            f"{term} reads features of the discriminator, but this one returns none. Choose another "
            f"discriminator.type, or leave the term out: regularizers.{term}=null."
        )
    fewest = min(len(judge) for judge in verdict.features)
    if not -fewest <= layer < fewest:
        raise GanfwError(
            f"{term} reads layer {layer} of the discriminator's features, but there are {fewest}. "
            f"Set its layer to a number from {-fewest} to {fewest - 1}."
        )
    return [judge[layer].flatten(1) for judge in verdict.features]


class FeatureMatching(Regularizer):
    """‖E f(x) − E f(G(z))‖², f the features of one layer of the discriminator; summed over the judges.

    The means are over one micro-batch. The paper has it in place of the adversarial loss; here it is added to that.

    Args:
        weight: Factor, a number or a schedule over images shown.
        layer: Which features; -1 are the last before the logits.
        norm: ``l2`` is the paper's squared distance, ``l1`` the authors' code: the mean absolute difference.
        every: Evaluate each ``every`` steps of the generator.

    References:
        Salimans et al. 2016, Improved Techniques for Training GANs, section 3.1.
    """

    side = "generator"
    features: ClassVar[bool] = True

    def __init__(
        self, weight: Scheduled = 1.0, layer: int = -1, norm: Literal["l2", "l1"] = "l2", every: int = 1
    ) -> None:
        super().__init__(every)
        self.weight, self.layer, self.norm = weight, layer, norm

    def forward(self, play: Play) -> Tensor:
        """The weighted term."""
        real = features_of(play.real_verdict, self.layer, "feature-matching")
        fake = features_of(play.fake_verdict, self.layer, "feature-matching")
        gaps = [(one.mean(0) - other.mean(0)) for one, other in zip(real, fake, strict=True)]
        distance = reduce(add, (gap.square().sum() if self.norm == "l2" else gap.abs().mean() for gap in gaps))
        return value_at(self.weight, play.images) * distance


def pulling_away(s: Tensor) -> Tensor:
    """1 / (N (N − 1)) Σ_{i ≠ j} cos²(s_i, s_j).

    Shape:
        s: ``(N, F)``; result: scalar.

    Raises:
        GanfwError: If there is one row alone.
    """
    count = len(s)
    if count < 2:
        raise GanfwError(
            "pulling-away compares the fakes of a micro-batch with each other, but there is only 1. Give each at "
            "least 2: a larger trainer.batch_size, or fewer trainer.micro_batches."
        )
    unit = normalize(s, dim=1)
    cosines = unit @ unit.T
    others = 1 - torch.eye(count, dtype=s.dtype, device=s.device)
    return (cosines.square() * others).sum() / (count * (count - 1))


class PullingAway(Regularizer):
    """λ / (N (N − 1)) Σ_{i ≠ j} cos²(f_i, f_j) over the features f of the fakes: spreads them out.

    Args:
        weight: λ, a number or a schedule over images shown.
        layer: Which features of the discriminator; EBGAN's are the code of its autoencoder.
        every: Evaluate each ``every`` steps of the generator.

    References:
        Zhao et al. 2017, Energy-based Generative Adversarial Network, section 2.4.
    """

    side = "generator"
    features: ClassVar[bool] = True

    def __init__(self, weight: Scheduled = 0.1, layer: int = -1, every: int = 1) -> None:
        super().__init__(every)
        self.weight, self.layer = weight, layer

    def forward(self, play: Play) -> Tensor:
        """The weighted term, summed over the judges."""
        codes = features_of(play.fake_verdict, self.layer, "pulling-away")
        return value_at(self.weight, play.images) * reduce(add, map(pulling_away, codes))
