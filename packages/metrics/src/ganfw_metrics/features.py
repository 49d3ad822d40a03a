"""Features of both sides of an evaluation: computed once for all metrics, and real ones once for all evaluations.

Legend: N samples, F features, K classes.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Literal

import torch

from ganfw.errors import GanfwError
from ganfw.specs import ImageSpec
from ganfw_metrics.cache import remembered
from ganfw_metrics.pictures import LEVELS, quantised

if TYPE_CHECKING:
    from collections.abc import Iterable

    from torch import Tensor

    from ganfw.evaluation import Evaluation, Fact
    from ganfw.extractors import Extractor
    from ganfw.training.step import Batch

Side = Literal["real", "fake"]


@dataclass(frozen=True)
class FeatureSet:
    """What an extractor says of one side.

    Args:
        features: ``(N, F)``, float32.
        logits: ``(N, K)``, if the network is a classifier.
        condition: ``(N, ...)``, what each sample is conditioned on, if anything.
    """

    features: Tensor
    logits: Tensor | None = None
    condition: Tensor | None = None

    def __len__(self) -> int:
        return len(self.features)


@dataclass(frozen=True)
class Comparison:
    """Both sides, and what a score made of them has to say beside its value."""

    real: FeatureSet
    fake: FeatureSet
    protocol: dict[str, Fact]
    warning: str


def compare(evaluation: Evaluation, extractor: Extractor, *, metric: str, least: int = 2) -> Comparison:
    """The features of both sides.

    Args:
        evaluation: The model and the data.
        extractor: What computes the features.
        metric: What messages call the metric.
        least: How many samples of each side it needs.

    Raises:
        GanfwError: If there are fewer.
    """
    need_samples(metric, least, real=evaluation.real_count, made=evaluation.count)
    return Comparison(
        features_of(evaluation, extractor, "real"), features_of(evaluation, extractor, "fake"),
        protocol_of(evaluation, extractor), extractor.warning,
    )  # fmt: skip


def need_samples(metric: str, least: int, **counts: int) -> None:
    """Check the numbers of samples.

    Args:
        metric: What messages call the metric.
        least: How many it needs.
        **counts: How many there are, real and made.

    Raises:
        GanfwError: If there are fewer on some side.
    """
    if min(counts.values()) < least:
        needed = " and ".join(f"{least} {side}" for side in counts)
        found = " and ".join(f"{count} {side}" for side, count in counts.items())
        raise GanfwError(
            f"{metric} needs at least {needed} samples, but there are {found} ones. Give a larger count, or more data."
        )


def joined(*warnings: str) -> str:
    """Several warnings as one."""
    return "; ".join(warning for warning in warnings if warning)


def protocol_of(evaluation: Evaluation, extractor: Extractor) -> dict[str, Fact]:
    """What a score depends on that is made of these features."""
    return {**evaluation.protocol, **extractor.facts, **_levels(evaluation), "precision": "float32"}


def features_of(evaluation: Evaluation, extractor: Extractor, side: Side) -> FeatureSet:
    """The features of one side, on the model's device.

    Those of real samples are kept under ``$GANFW_CACHE``, by the data's fingerprint and the protocol.
    """
    protocol = sorted(protocol_of(evaluation, extractor).items())
    key = ("features", side, *protocol)
    if key not in evaluation.shared:
        if side == "real":
            facts = [(name, fact) for name, fact in protocol if name != "fake_count"]
            tensors = remembered(facts, partial(_extract, evaluation, extractor, evaluation.real()))
        else:
            tensors = _extract(evaluation, extractor, evaluation.fake())
        device = evaluation.model.device
        home = "cpu" if device.type == "mps" else device  # metrics compute in float64, which that one lacks
        evaluation.shared[key] = FeatureSet(**{name: tensor.to(home) for name, tensor in tensors.items()})
    found: FeatureSet = evaluation.shared[key]
    return found


def _levels(evaluation: Evaluation) -> dict[str, Fact]:
    return {"levels": LEVELS} if isinstance(evaluation.model.spec, ImageSpec) else {}


@torch.no_grad()
def _extract(evaluation: Evaluation, extractor: Extractor, batches: Iterable[Batch]) -> dict[str, Tensor]:
    extractor = extractor.to(evaluation.model.device).eval()
    change = quantised if _levels(evaluation) else torch.nn.Identity()
    rows: list[dict[str, Tensor]] = []
    with torch.backends.cudnn.flags(enabled=torch.backends.cudnn.enabled, allow_tf32=False):
        for batch in batches:
            said = extractor(change(batch.x))
            row = {"features": said.features, "logits": said.logits, "condition": batch.get("condition")}
            rows.append({name: tensor for name, tensor in row.items() if tensor is not None})
    return {name: torch.cat([row[name] for row in rows]) for name in rows[0]}
