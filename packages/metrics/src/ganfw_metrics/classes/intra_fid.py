"""FID within each class, which sees a model that mixes classes up or drops variety within them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from ganfw.errors import GanfwError
from ganfw.evaluation import Metric, Score
from ganfw_metrics.classes.logits import need_classes
from ganfw_metrics.distributions.fid import bias_warning, frechet_distance
from ganfw_metrics.features import compare, joined

if TYPE_CHECKING:
    from collections.abc import Iterator

    from torch import Tensor

    from ganfw.evaluation import Evaluation
    from ganfw.extractors import Extractor


class IntraFID(Metric):
    """The mean over classes of the FID between real and made samples of one class.

    Args:
        extractor: Whose features.

    References:
        Miyato and Koyama 2018, cGANs with Projection Discriminator, section 4.
    """

    def __init__(self, extractor: Extractor) -> None:
        self.extractor = extractor

    def measure(self, evaluation: Evaluation) -> Iterator[Score]:
        """One score, ``intra-fid``."""
        classes = need_classes(evaluation, "intra-fid").count
        sides = compare(evaluation, self.extractor, metric="intra-fid")
        real, fake = sides.real, sides.fake
        assert real.condition is not None, "a model of classes is compared with data of classes"
        assert fake.condition is not None, "a model of classes is given them"
        counts = [side.bincount(minlength=classes) for side in (real.condition, fake.condition)]
        least = int(min(count.min() for count in counts))
        if least < 2:
            raise GanfwError(
                f"intra-fid needs at least 2 real and 2 made samples of each of the {classes} classes, but one class "
                f"has {least}. Give a larger count, or more data."
            )
        found = [
            frechet_distance(_of(c, real.features, real.condition), _of(c, fake.features, fake.condition))
            for c in range(classes)
        ]
        value = sum(distance for distance, _ in found) / classes
        error = math.hypot(*(error for _, error in found)) / classes
        warning = joined(sides.warning, bias_warning(least))
        yield Score("intra-fid", value, "lower", error, sides.protocol, warning)


def _of(wanted: int, features: Tensor, classes: Tensor) -> Tensor:
    return features[classes == wanted]
