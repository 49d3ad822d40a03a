"""Whether samples show the class that they were made for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ganfw.errors import GanfwError
from ganfw.evaluation import Metric, Score
from ganfw_metrics.classes.logits import need_classes, need_logits
from ganfw_metrics.errors import standard_error
from ganfw_metrics.features import compare

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ganfw.evaluation import Evaluation
    from ganfw.extractors import Extractor


class ClassAccuracy(Metric):
    """The share of samples in which a classifier sees the class that they were made for.

    The same share of the real samples is what a perfect model would get, so it is measured too.

    Args:
        extractor: The classifier, with the data's classes in the data's order.

    References:
        Shmelkov et al. 2018, How good is my GAN?, section 3 (GAN-test).
    """

    def __init__(self, extractor: Extractor) -> None:
        self.extractor = extractor

    def measure(self, evaluation: Evaluation) -> Iterator[Score]:
        """Two scores: ``class-accuracy``, and ``class-accuracy-real`` of the real samples."""
        condition = need_classes(evaluation, "class-accuracy")
        sides = compare(evaluation, self.extractor, metric="class-accuracy")
        for name, side in (("class-accuracy", sides.fake), ("class-accuracy-real", sides.real)):
            logits = need_logits(side, self.extractor, "class-accuracy")
            if logits.shape[1] != condition.count or side.condition is None:
                raise GanfwError(
                    f"class-accuracy needs a classifier of the data's {condition.count} classes, but "
                    f"{self.extractor.name} knows {logits.shape[1]}. Set another class-accuracy.extractor."
                )
            right = (logits.argmax(1) == side.condition).double()
            yield Score(name, right.mean().item(), "higher", standard_error(right), sides.protocol, sides.warning)
