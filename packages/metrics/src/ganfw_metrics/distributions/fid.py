"""The Fréchet distance between Gaussians that are fitted to features.

Legend: N real and M made samples, F features.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from ganfw.evaluation import Metric, Score
from ganfw_metrics.features import compare, joined

if TYPE_CHECKING:
    from collections.abc import Iterator

    from torch import Tensor

    from ganfw.evaluation import Evaluation
    from ganfw.extractors import Extractor

ENOUGH = 10_000
"""From so many samples on, FID's bias is small against what separates models."""
_RANK_TOLERANCE = 1e-12


class FID(Metric):
    """d² = ‖μ_r − μ_g‖² + Tr(Σ_r + Σ_g − 2 (Σ_r Σ_g)^½).

    Args:
        extractor: Whose features.

    References:
        Heusel et al. 2017, GANs Trained by a Two Time-Scale Update Rule Converge to a Local Nash Equilibrium, eq. 6.
    """

    def __init__(self, extractor: Extractor) -> None:
        self.extractor = extractor

    def measure(self, evaluation: Evaluation) -> Iterator[Score]:
        """One score, ``fid``."""
        sides = compare(evaluation, self.extractor, metric="fid")
        value, error = frechet_distance(sides.real.features, sides.fake.features)
        warning = joined(sides.warning, bias_warning(min(len(sides.real), len(sides.fake))))
        yield Score("fid", value, "lower", error, sides.protocol, warning)


def bias_warning(count: int) -> str:
    """What a reader has to know of FID from so few samples."""
    if count >= ENOUGH:
        return ""
    return f"{count:,} samples: FID is biased upwards below {ENOUGH:,}, so look at kid"


def frechet_distance(real: Tensor, fake: Tensor) -> tuple[float, float]:
    """The distance and its standard error, in float64.

    With Σ_r = A Aᵀ, the product Σ_r Σ_g has the eigenvalues of the symmetric Aᵀ Σ_g A = V diag(m) Vᵀ, so that
    Tr (Σ_r Σ_g)^½ = Σ √m: no square root of an asymmetric matrix is needed, which is slow and may come out complex.

    The error is the infinitesimal jackknife's. The derivative of d² in the weight of a made sample is
    ψ(y) = 2 (μ_g − μ_r)ᵀ ȳ + ȳᵀ (I − A V m^-½ Vᵀ Aᵀ) ȳ + const. with ȳ = y − μ_g, and Var ψ / M adds to error², as does
    the same for real samples. Resampling would say the same at a hundred times the cost. The bias is not in it.

    Shape:
        real: ``(N, F)``; fake: ``(M, F)``.

    References:
        Efron 1982, The Jackknife, the Bootstrap and Other Resampling Plans, section 6.
    """
    x, y = real.double(), fake.double()
    shift = y.mean(0) - x.mean(0)
    x, y = x - x.mean(0), y - y.mean(0)
    sigma_r, sigma_g = x.T @ x / (len(x) - 1), y.T @ y / (len(y) - 1)
    s, u = torch.linalg.eigh(sigma_r)
    a = u * s.clamp(min=0).sqrt()
    m, v = torch.linalg.eigh(a.T @ sigma_g @ a)
    value = shift.square().sum() + sigma_r.trace() + sigma_g.trace() - 2 * m.clamp(min=0).sqrt().sum()
    kept = m > _RANK_TOLERANCE * m.max()
    to_fake = a @ v[:, kept] / m[kept].pow(0.25)
    to_real = sigma_g @ a @ v[:, kept] / m[kept].pow(0.75)
    variance = _influence(x, -shift, to_real).var() / len(x) + _influence(y, shift, to_fake).var() / len(y)
    return value.item(), variance.sqrt().item()


def _influence(centred: Tensor, shift: Tensor, root: Tensor) -> Tensor:
    """ψ of each sample up to a constant. Shape: ``(N, F)``, ``(F,)``, ``(F, rank)``; result: ``(N,)``."""
    return 2 * centred @ shift + centred.square().sum(1) - (centred @ root).square().sum(1)
