"""Distances between sets of samples, fidelity, variety, and samples that are alike."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from ganfw.config.slots import Slot, configure
from ganfw.metrics.sliced_wasserstein import SlicedWasserstein
from ganfw_metrics import KID, PRDC, Memorisation

if TYPE_CHECKING:
    from ganfw import Extractor
    from zoo.subject import Subject


def sliced_wasserstein(subject: Subject) -> dict[str, float]:
    """Distance to held-out samples at 8 pixels: that shapes, colors and their variety are right, not details."""
    return {score.name: score.value for score in SlicedWasserstein().measure(subject.evaluation)}


def kid(subject: Subject) -> dict[str, float]:
    """KID to held-out samples, and as a part of what the untrained generator has."""
    metric = KID(extractor_of(subject))
    (after,) = metric.measure(subject.evaluation)
    (before,) = metric.measure(subject.against(subject.held_out, untrained=True))
    return {"kid": after.value, "kid-ratio": after.value / before.value}


def precision_and_recall(subject: Subject) -> dict[str, float]:
    """Of samples that look real, and of held-out samples that could have been made (Kynkäänniemi et al. 2019)."""
    scores = PRDC(extractor_of(subject)).measure(subject.evaluation)
    return {score.name: score.value for score in scores if score.name in {"precision", "recall"}}


def duplicates(subject: Subject) -> dict[str, float]:
    """The share of samples as near to another one as only the nearest hundredth of real ones, and of near copies."""
    scores = Memorisation(extractor_of(subject)).measure(subject.against(subject.data, count=len(subject.data)))
    return {score.name: score.value for score in scores if score.name in {"duplicates", "copies"}}


def extractor_of(subject: Subject) -> Extractor:
    """The network by whose features the proof compares."""
    config = cast("Any", configure(Slot("extractor"), subject.extractor, ("extractor",)))
    return config.build(subject.trainer.data.spec)
