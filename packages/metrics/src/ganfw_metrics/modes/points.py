"""Modes of mixtures of Gaussians whose centres are known: rings and grids.

Legend: N made points, K modes, D dimensions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from ganfw.evaluation import Metric, Score
from ganfw_metrics.errors import standard_error

if TYPE_CHECKING:
    from collections.abc import Iterator

    from torch import Tensor

    from ganfw.evaluation import Evaluation


class PointModes(Metric):
    """A point is good within some standard deviations of the nearest centre; a mode is found if it has a good point.

    Args:
        centres: ``(K, D)``.
        deviation: Standard deviation of each mode, alike in all directions.
        within: How many of them count as near.

    References:
        Srivastava et al. 2017, VEEGAN, section 4.1; Lin et al. 2018, PacGAN, section 4.1.
    """

    def __init__(self, centres: Tensor, *, deviation: float, within: float = 3.0) -> None:
        self.centres, self.deviation, self.within = centres, deviation, within

    def measure(self, evaluation: Evaluation) -> Iterator[Score]:
        """Two scores: ``point-modes``, how many are found, and ``high-quality``, the share of good points."""
        points = torch.cat([batch.x.double().cpu() for batch in evaluation.fake()])
        distances, modes = torch.cdist(points, self.centres).min(1)
        good = distances <= self.within * self.deviation
        found = float(len(modes[good].unique()))
        own = {"modes": len(self.centres), "deviation": self.deviation, "within": self.within}
        protocol = {**evaluation.protocol, **own}
        yield Score("point-modes", found, "higher", None, protocol)
        good = good.double()
        yield Score("high-quality", good.mean().item(), "higher", standard_error(good), protocol)
