"""The squared maximum mean discrepancy between features, which has no bias however few the samples.

Legend: b samples of a subset, F features.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import torch

from ganfw.evaluation import Metric, Score
from ganfw_metrics.features import compare

if TYPE_CHECKING:
    from collections.abc import Iterator

    from torch import Tensor

    from ganfw.evaluation import Evaluation
    from ganfw.extractors import Extractor


class KID(Metric):
    """MMD² with the kernel k(x, y) = (xᵀy / F + 1)³, the mean over random subsets.

    Args:
        extractor: Whose features.
        subsets: How many.
        subset_size: Samples of each side in a subset; all when there are fewer.

    References:
        Bińkowski et al. 2018, Demystifying MMD GANs, eq. 3 and section 4.
    """

    def __init__(self, extractor: Extractor, *, subsets: int = 100, subset_size: int = 1000) -> None:
        self.extractor, self.subsets, self.subset_size = extractor, subsets, subset_size

    def measure(self, evaluation: Evaluation) -> Iterator[Score]:
        """One score, ``kid``."""
        sides = compare(evaluation, self.extractor, metric="kid", least=3)
        value, error = kernel_distance(
            sides.real.features, sides.fake.features,
            subsets=self.subsets, subset_size=self.subset_size, seed=evaluation.seed,
        )  # fmt: skip
        protocol = {**sides.protocol, "subsets": self.subsets, "subset_size": self.subset_size}
        yield Score("kid", value, "lower", error, protocol, sides.warning)


def kernel_distance(
    real: Tensor, fake: Tensor, *, subsets: int = 100, subset_size: int = 1000, seed: int = 0
) -> tuple[float, float]:
    """The mean over subsets and its standard error, in float64.

    A subset of b out of n samples gives, by the jackknife, the variance that an estimate from b samples has. One from
    all n has b / n of it, and the random choice of S subsets adds (1 − b / n) / S. (A bootstrap would draw samples
    twice, which an estimate without bias must not compare.)

    Shape:
        real: ``(N, F)``; fake: ``(M, F)``.
    """
    b = min(subset_size, len(real), len(fake))
    if b == max(len(real), len(fake)):
        subsets = 1  # Every subset is the whole.
    rng = torch.Generator().manual_seed(seed)
    values, variances = zip(*(mmd2(_draw(real, b, rng), _draw(fake, b, rng)) for _ in range(subsets)), strict=True)
    shares = [b / n + (1 - b / n) / subsets for n in (len(real), len(fake))]
    variance = sum(
        share * sum(side) / subsets for share, side in zip(shares, zip(*variances, strict=True), strict=True)
    )
    return sum(values) / subsets, math.sqrt(variance)


def _draw(features: Tensor, count: int, rng: torch.Generator) -> Tensor:
    chosen = torch.randperm(len(features), generator=rng)[:count]
    return features[chosen.to(features.device)].double()


def mmd2(x: Tensor, y: Tensor) -> tuple[float, tuple[float, float]]:
    """The estimate without bias, and its variance due to each side by the delete-one jackknife.

    MMD² = mean of k(x, x') over pairs + mean of k(y, y') over pairs − 2 · mean of k(x, y).

    Shape:
        x, y: ``(b, F)``, b > 2.

    References:
        Gretton et al. 2012, A Kernel Two-Sample Test, eq. 3.
    """
    b = len(x)
    xx, yy, xy = _kernel(x, x).fill_diagonal_(0), _kernel(y, y).fill_diagonal_(0), _kernel(x, y)
    pairs = b * (b - 1)
    value = (xx.sum() + yy.sum()) / pairs - 2 * xy.mean()
    variances = _jackknife(xx, xy.sum(1)), _jackknife(yy, xy.sum(0))
    return value.item(), variances


def _kernel(x: Tensor, y: Tensor) -> Tensor:
    return (x @ y.T / x.shape[1] + 1) ** 3


def _jackknife(within: Tensor, across: Tensor) -> float:
    """The variance due to one side. Shape: ``(b, b)`` with an empty diagonal; ``(b,)``, sums over the other side."""
    b = len(within)
    left_within = (within.sum() - 2 * within.sum(1)) / ((b - 1) * (b - 2))
    left_across = (across.sum() - across) / ((b - 1) * b)
    left = left_within - 2 * left_across
    return ((b - 1) / b * (left - left.mean()).square().sum()).item()
