"""What metrics of classes need: a classifier, and samples that have classes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ganfw.errors import GanfwError

if TYPE_CHECKING:
    from torch import Tensor

    from ganfw.evaluation import Evaluation
    from ganfw.extractors import Extractor
    from ganfw.specs import Condition
    from ganfw_metrics.features import FeatureSet


def need_logits(said: FeatureSet, extractor: Extractor, metric: str) -> Tensor:
    """The logits ``(N, K)``.

    Raises:
        GanfwError: If the extractor is no classifier.
    """
    if said.logits is None:
        raise GanfwError(
            f"{metric} needs a classifier, but {extractor.name} gives features alone. "
            f"Set {metric}.extractor=efficientnet-lite0, or mnist-classifier for digits."
        )
    return said.logits


def need_classes(evaluation: Evaluation, metric: str) -> Condition:
    """The condition of the model's samples.

    Raises:
        GanfwError: If they are not conditioned on classes.
    """
    condition = evaluation.model.spec.condition
    if condition is None or condition.kind != "class":
        given = "no condition" if condition is None else f"a {condition.kind} as condition"
        raise GanfwError(f"{metric} needs a model of classes, but this one has {given}. Train it on data with labels.")
    return condition
