"""How unlike two samples are in an extractor's eyes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from torch.nn.functional import cosine_similarity

from ganfw.evaluation import Metric, Score
from ganfw_metrics.errors import standard_error
from ganfw_metrics.features import compare

if TYPE_CHECKING:
    from collections.abc import Iterator

    from torch import Tensor

    from ganfw.evaluation import Evaluation
    from ganfw.extractors import Extractor


class FeatureDiversity(Metric):
    """The mean of 1 − cos(f(x), f(x')) over pairs (x, x') of samples; each sample is in one pair.

    The real samples' own figure is measured too: a model is as diverse as its data where the two are equal. This is not
    LPIPS, which compares layers of networks with weights that were fitted to people's answers.

    Args:
        extractor: f.
    """

    def __init__(self, extractor: Extractor) -> None:
        self.extractor = extractor

    def measure(self, evaluation: Evaluation) -> Iterator[Score]:
        """Two scores: ``feature-diversity``, and ``feature-diversity-real`` of the real samples."""
        sides = compare(evaluation, self.extractor, metric="feature-diversity", least=4)
        for name, side in (("feature-diversity", sides.fake), ("feature-diversity-real", sides.real)):
            each = pair_distances(side.features)
            yield Score(name, each.mean().item(), "higher", standard_error(each), sides.protocol, sides.warning)


def pair_distances(features: Tensor) -> Tensor:
    """The distance of each sample to its neighbour in order. Shape: ``(N, F)``; result: ``(N / 2,)``."""
    count = len(features) // 2
    return 1 - cosine_similarity(features[:count].double(), features[count : 2 * count].double())
