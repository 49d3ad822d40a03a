"""What an encoder knows: codes that tell digits apart, pictures that come back, and the distribution of the codes.

Legend: N samples, Z length of a code, P projections.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch.nn.functional import normalize

from ganfw.data.stream import Stream, batches

if TYPE_CHECKING:
    from torch import Tensor

    from ganfw import Dataset
    from zoo.subject import Subject

_RESAMPLES = 500


@torch.no_grad()
def encoded(subject: Subject, data: Dataset) -> tuple[Tensor, Tensor, Tensor | None]:
    """All samples once, their codes, and their classes. Shape: ``(N, *spec.shape)``, ``(N, Z)``, ``(N,)``."""
    stream, size = Stream(data, batch_size=100, seed=0), len(data)
    rows = [batch.rows(0, size - step * 100) for step, batch in enumerate(batches(stream, 0, -(-size // 100)))]
    codes = torch.cat([subject.gan.encode(batch.real) for batch in rows])
    classes = torch.cat([batch.condition for batch in rows]) if "condition" in rows[0] else None
    return torch.cat([batch.real for batch in rows]), codes, classes


def neighbour_accuracy(subject: Subject) -> dict[str, float]:
    """The share of held-out digits whose nearest code among those learned from is that of the same digit."""
    _, codes, classes = encoded(subject, subject.labelled())
    _, queries, wanted = encoded(subject, subject.labelled(held_out=True))
    nearest = torch.cdist(queries, codes).argmin(1)
    return {"neighbour-accuracy": (classes[nearest] == wanted).double().mean().item()}


@torch.no_grad()
def reconstruction(subject: Subject) -> dict[str, float]:
    """Squared error of held-out pictures that went through both networks, over that of the mean picture."""
    x, _, _ = encoded(subject, subject.held_out)
    back = torch.cat([subject.gan.reconstruct(part) for part in x.split(100)])
    error = (back - x).square().mean().item()
    return {"reconstruction": error, "reconstruction-ratio": error / (x - x.mean(0)).square().mean().item()}


def codes_against_prior(subject: Subject) -> dict[str, float]:
    """Energy distance between codes of held-out samples and as many latents, and how often chance gives as much."""
    _, codes, _ = encoded(subject, subject.held_out)
    rng = torch.Generator().manual_seed(subject.seed)
    latents = subject.gan.generator.prior(torch.randn(codes.shape, generator=rng))
    distance, p = two_samples(codes, latents)
    return {"codes-distance": distance, "codes-p": p}


def two_samples(x: Tensor, y: Tensor, *, projections: int = 64) -> tuple[float, float]:
    """The energy distance of projections, 2 E|x − y| − E|x − x'| − E|y − y'|, and its p by permutation.

    Projections are on random directions of unit length; the mean is over them.

    Shape:
        x, y: ``(N, Z)``.

    References:
        Székely and Rizzo 2013, Energy statistics, equations 5 and 6 and section 3.
    """
    rng = torch.Generator().manual_seed(0)
    both = torch.cat([x, y]).double()
    axes = normalize(torch.randn(both.shape[1], projections, generator=rng, dtype=torch.float64), dim=0)
    projected = both @ axes
    gaps = sum((column[:, None] - column).abs() for column in projected.T) / projections
    side = torch.cat([torch.full((len(x),), 1.0), torch.full((len(y),), -1.0)]).double()
    signs = torch.stack([side, *(side[torch.randperm(len(side), generator=rng)] for _ in range(_RESAMPLES))])
    share = torch.where(signs > 0, signs / len(x), signs / len(y))
    distances = -((share @ gaps) * share).sum(1)  # the quadratic form is the distance with its sign turned
    p = (1 + (distances[1:] >= distances[0]).sum().item()) / (1 + _RESAMPLES)
    return distances[0].item(), p
