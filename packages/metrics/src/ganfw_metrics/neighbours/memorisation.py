"""Whether a model hands out the data it learned from, or the same sample again and again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from ganfw.evaluation import Metric, Score
from ganfw_metrics.errors import bootstrap, standard_error
from ganfw_metrics.features import compare
from ganfw_metrics.neighbours.nearest import nearest, nearest_other

if TYPE_CHECKING:
    from collections.abc import Iterator

    from torch import Tensor

    from ganfw.evaluation import Evaluation
    from ganfw.extractors import Extractor


class Memorisation(Metric):
    """Compares distances to the nearest real sample: of made samples, and of real ones to another real one.

    memorisation: P(a made sample is nearer than a real one); ½ for new samples of the data's own distribution, 1 for
        copies, and below ½ for samples that are far from all data
    copies: the share of made samples that are as near to a real one as only the nearest 1% of real samples are
    duplicates: the share that are as near as that to another made one

    The data have to be those that the model learned from. The first is the statistic of Meehan et al., where real
    samples, each against all others, stand in for held-out ones.

    Args:
        extractor: In whose features near is measured.
        near: The share of real samples that are called near.

    References:
        Meehan, Chaudhuri and Dasgupta 2020, A Non-Parametric Test to Detect Data-Copying in Generative Models, sec. 3.
    """

    def __init__(self, extractor: Extractor, *, near: float = 0.01) -> None:
        self.extractor, self.near = extractor, near

    def measure(self, evaluation: Evaluation) -> Iterator[Score]:
        """Three scores: ``memorisation``, ``copies`` and ``duplicates``."""
        sides = compare(evaluation, self.extractor, metric="memorisation")
        real, fake = sides.real.features, sides.fake.features
        among_real, to_real = nearest_other(real), nearest(fake, real)
        threshold = among_real.quantile(self.near)
        copies, duplicates = (to_real <= threshold).double(), (nearest_other(fake) <= threshold).double()
        protocol = {**sides.protocol, "near": self.near}
        error = bootstrap(superiority, to_real, among_real, seed=evaluation.seed)
        yield Score("memorisation", superiority(to_real, among_real), "lower", error, protocol, sides.warning)
        for name, each in (("copies", copies), ("duplicates", duplicates)):
            yield Score(name, each.mean().item(), "lower", standard_error(each), protocol, sides.warning)


def superiority(x: Tensor, y: Tensor) -> float:
    """P(x < y) + ½ P(x = y), Mann and Whitney's U over all pairs. Shape: ``(N,)``, ``(M,)``."""
    y = y.sort().values
    larger_or_equal, larger = (len(y) - torch.searchsorted(y, x, right=right) for right in (False, True))
    return ((larger_or_equal + larger).double().mean() / (2 * len(y))).item()
