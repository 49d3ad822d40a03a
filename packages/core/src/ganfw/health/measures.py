"""What is measured of two sets of samples, without a pretrained network: numbers that do not depend on their scale.

Legend: N real samples, M fakes, F features of one sample, K cells.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch.nn.functional import adaptive_avg_pool2d

from ganfw.metrics.sliced_wasserstein import distance, projections

if TYPE_CHECKING:
    from torch import Tensor

_PICTURE_AXES = 4
_PICTURE_SIZE = 16
_WIDEST = 1024
_DIRECTIONS = 128
_ROUNDS = 10
_RARE = 0.25
_TINY = 1e-12


def features(x: Tensor) -> Tensor:
    """Pictures averaged down to 16 pixels, anything longer than 1,024 values projected on as many random directions.

    Shape:
        x: ``(N, ...)``; result: ``(N, F)`` float32.
    """
    x = x.float()
    if x.ndim == _PICTURE_AXES and x.shape[-1] > _PICTURE_SIZE:
        x = adaptive_avg_pool2d(x, _PICTURE_SIZE)
    x = x.flatten(1)
    return x if x.shape[1] <= _WIDEST else projections(x.cpu(), _WIDEST, seed=0)


def separation(real: Tensor, fake: Tensor) -> Tensor:
    """How often a real sample gets the larger logit, over all pairs; ties count half.

    It is the area under the ROC curve (Mann and Whitney 1947): 0.5 cannot tell, 1 always tells. Unlike an accuracy, it
    does not care where the zero of the logits is, which relativistic and Wasserstein losses leave open.

    Shape:
        real, fake: ``(N, ...)``, ``(M, ...)``: several logits of one sample are averaged; result: scalar.
    """
    if real.ndim > 1 or fake.ndim > 1:
        real, fake = (side.reshape(len(side), -1).mean(1) for side in (real, fake))
    return (real[:, None] - fake).sign().mean() / 2 + 0.5


def diversity(real: Tensor, fake: Tensor) -> Tensor:
    """Standard deviation of the fakes over that of the real samples, all features together: 0 when all are alike.

    Shape:
        real, fake: ``(N, F)``, ``(M, F)``; result: scalar.
    """
    return (fake.var(0).sum() / real.var(0).sum().clamp_min(_TINY)).sqrt()


def nearest(real: Tensor, fake: Tensor) -> Tensor:
    """Mean distance of a fake to its nearest fake, over the same of as many real samples: 0 when all are twins.

    Shape:
        real, fake: ``(N, F)``, ``(M, F)``; result: scalar.
    """
    return _to_nearest(fake) / _to_nearest(real[: len(fake)]).clamp_min(_TINY)


def remoteness(real: Tensor, fake: Tensor) -> Tensor:
    """Sliced Wasserstein distance over 128 directions, in standard deviations of the real samples.

    Shape:
        real, fake: ``(N, F)``, ``(M, F)``; result: scalar.
    """
    sides = (projections(side.cpu(), _DIRECTIONS, seed=0) for side in (real, fake))
    return distance(*sides) / real.var(0).mean().sqrt().cpu().clamp_min(_TINY)


class Cells:
    """The real samples in K cells by k-means, and how many of them the fakes leave out.

    Counting samples in the Voronoi cells of the data is how Richardson and Weiss (2018, On GANs and GMMs, section 3)
    find missing modes.

    Args:
        real: Features ``(N, F)``.
        count: K.
    """

    def __init__(self, real: Tensor, count: int = 16) -> None:
        self.centres = _centres(real, min(count, len(real)))
        self._shares = self._share(real)

    def missing(self, fake: Tensor) -> Tensor:
        """The share of the real samples whose cell has less than a quarter of the fakes that it should have.

        Shape:
            fake: ``(M, F)``; result: scalar.
        """
        return self._shares[self._share(fake) < _RARE * self._shares].sum()

    def _share(self, x: Tensor) -> Tensor:
        return torch.bincount(torch.cdist(x, self.centres).argmin(1), minlength=len(self.centres)) / len(x)


def _centres(x: Tensor, count: int) -> Tensor:
    """k-means (Lloyd 1982), begun at samples far from each other (Gonzalez 1985)."""
    far = torch.cdist(x, x.mean(0, keepdim=True)).squeeze(1)
    chosen = []
    for _ in range(count):
        chosen.append(far.argmax())
        far = far.minimum((x - x[chosen[-1]]).norm(dim=1))
    centres = x[torch.stack(chosen)]
    for _ in range(_ROUNDS):
        member = torch.nn.functional.one_hot(torch.cdist(x, centres).argmin(1), count).to(x.dtype)
        sizes = member.sum(0)[:, None]
        centres = torch.where(sizes > 0, member.T @ x / sizes.clamp_min(1), centres)
    return centres


def _to_nearest(x: Tensor) -> Tensor:
    distances = torch.cdist(x, x).fill_diagonal_(torch.inf)
    return distances.amin(1).mean()
