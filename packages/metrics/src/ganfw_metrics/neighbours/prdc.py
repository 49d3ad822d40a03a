"""Precision, recall, density and coverage: fidelity and variety apart.

Legend: N real and M made samples. A sample's ball reaches to its k-th nearest neighbour of the same side.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from ganfw.evaluation import Metric, Score
from ganfw_metrics.errors import standard_error
from ganfw_metrics.features import compare
from ganfw_metrics.neighbours.nearest import distance_blocks, nearest, nearest_other

if TYPE_CHECKING:
    from collections.abc import Iterator

    from torch import Tensor

    from ganfw.evaluation import Evaluation
    from ganfw.extractors import Extractor


class PRDC(Metric):
    """Four shares; balls are closed.

    precision: of made samples that lie in a ball of a real one (Kynkäänniemi, eq. 2)
    recall: of real samples that lie in a ball of a made one
    density: balls of real samples around a made one, over k; above 1 where made samples crowd (Naeem, eq. 4)
    coverage: of real samples whose ball holds a made one (Naeem, eq. 5)

    Each error is of the mean over the samples that are counted, with the balls as they are.

    Args:
        extractor: Whose features.
        k: Neighbours that a ball reaches to.

    References:
        Kynkäänniemi et al. 2019, Improved Precision and Recall Metric for Assessing Generative Models;
        Naeem et al. 2020, Reliable Fidelity and Diversity Metrics for Generative Models.
    """

    def __init__(self, extractor: Extractor, *, k: int = 5) -> None:
        self.extractor, self.k = extractor, k

    def measure(self, evaluation: Evaluation) -> Iterator[Score]:
        """Four scores: ``precision``, ``recall``, ``density``, ``coverage``."""
        sides = compare(evaluation, self.extractor, metric="prdc", least=self.k + 1)
        for name, each in prdc(sides.real.features, sides.fake.features, self.k).items():
            protocol = {**sides.protocol, "k": self.k}
            yield Score(name, each.mean().item(), "higher", standard_error(each), protocol, sides.warning)


def prdc(real: Tensor, fake: Tensor, k: int) -> dict[str, Tensor]:
    """What each sample adds to the four means, in float64.

    Shape:
        real: ``(N, F)``; fake: ``(M, F)``; precision and density: ``(M,)``; recall and coverage: ``(N,)``.
    """
    real_radii, fake_radii = nearest_other(real, k), nearest_other(fake, k)
    around = torch.cat([(block <= real_radii).sum(1) for block in distance_blocks(fake, real)]).double()
    recalled = torch.cat([(block <= fake_radii).any(1) for block in distance_blocks(real, fake)])
    return {
        "precision": (around > 0).double(),
        "recall": recalled.double(),
        "density": around / k,
        "coverage": (nearest(real, fake) <= real_radii).double(),
    }
