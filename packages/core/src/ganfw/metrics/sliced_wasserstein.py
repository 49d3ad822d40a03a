"""Sliced Wasserstein distance on raw values.

Legend: N samples, F values of one sample, D directions, Q quantiles.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch.nn.functional import adaptive_avg_pool2d, normalize

from ganfw.errors import GanfwError
from ganfw.evaluation import Metric, Score

if TYPE_CHECKING:
    from collections.abc import Iterable

    from torch import Tensor

    from ganfw.evaluation import Evaluation

_PICTURE_AXES = 4
_QUANTILES = 128
_RESAMPLES = 20


def projections(x: Tensor, directions: int, seed: int) -> Tensor:
    """Samples projected on random directions of unit length. Shape: ``(N, F)`` to ``(N, D)``."""
    rng = torch.Generator().manual_seed(seed)
    axes = normalize(torch.randn(x.shape[1], directions, generator=rng, dtype=x.dtype), dim=0)
    return x @ axes


def distance(real: Tensor, fake: Tensor) -> Tensor:
    """SW₂ = √( E_θ ∫₀¹ (F⁻¹_real(t) − F⁻¹_fake(t))² dt ), the inverse distribution functions at Q values of t.

    Shape:
        real, fake: projections ``(N, D)``, where N may differ; result: scalar.

    References:
        Bonneel, Rabin, Peyre and Pfister 2015, Sliced and Radon Wasserstein Barycenters of Measures, section 3.
    """
    # In the middle of equal shares: the ends, the two extreme samples, would count far too much.
    at = (torch.arange(_QUANTILES, dtype=real.dtype) + 0.5) / _QUANTILES
    quantiles = [torch.quantile(side, at, dim=0) for side in (real, fake)]
    return (quantiles[0] - quantiles[1]).square().mean().sqrt()


class SlicedWasserstein(Metric):
    """The distance between two sets of samples, averaged over directions in which each is a set of numbers.

    It is 0 for one distribution; between two finite sets of it, a little more. Its unit is that of the samples. The
    standard error is by bootstrap over the samples of both sides.

    Args:
        size: Pictures are averaged down to at most so many pixels.
        directions: D.
    """

    def __init__(self, size: int = 8, directions: int = 512) -> None:
        self.size, self.directions = size, directions

    def measure(self, evaluation: Evaluation) -> Iterable[Score]:
        """Measure; see `Metric.measure`."""
        if evaluation.real_count < 2:
            raise GanfwError("sliced-wasserstein needs at least 2 real samples")
        sides = [torch.cat([self._flat(batch.x) for batch in side]) for side in (evaluation.real(), evaluation.fake())]
        real, fake = (projections(side, self.directions, evaluation.seed) for side in sides)
        rng = torch.Generator().manual_seed(evaluation.seed)
        again = torch.stack([distance(_resampled(real, rng), _resampled(fake, rng)) for _ in range(_RESAMPLES)])
        protocol = {**evaluation.protocol, "size": self.size, "directions": self.directions}
        yield Score("sliced-wasserstein", distance(real, fake).item(), "lower", again.std().item(), protocol=protocol)

    def _flat(self, x: Tensor) -> Tensor:
        x = x.float().cpu()
        if x.ndim == _PICTURE_AXES and x.shape[-1] > self.size:
            x = adaptive_avg_pool2d(x, self.size)
        return x.flatten(1)


def _resampled(x: Tensor, rng: torch.Generator) -> Tensor:
    return x[torch.randint(len(x), (len(x),), generator=rng)]
