"""Latents: from seeds, between two of them, and along a direction.

Legend: B batch size, Z latent length, T positions.
"""

from __future__ import annotations

import torch
from torch import Tensor

_PARALLEL = 1e-4


def from_seed(seed: int, count: int, length: int) -> Tensor:
    """Standard normal latents that depend on the seed alone; the first of many are those of few.

    Shape:
        result: ``(count, length)``.
    """
    rng = torch.Generator().manual_seed(seed % 2**63)
    return torch.stack([torch.randn(length, generator=rng) for _ in range(count)])


def between(start: Tensor, end: Tensor, at: Tensor) -> Tensor:
    """Along the great circle, with the norm going evenly (Shoemake 1985).

    Normal latents lie near a sphere, and a straight line between two of them would leave it.

    Shape:
        start, end: ``(Z,)``; at: ``(T,)`` in [0, 1]; result: ``(T, Z)``.
    """
    norms = torch.stack([start.norm(), end.norm()])
    one, other = start / norms[0], end / norms[1]
    angle = (one @ other).clamp(-1, 1).acos()
    at = at[:, None]
    length = (1 - at) * norms[0] + at * norms[1]
    if angle.sin().abs() < _PARALLEL:
        return length * torch.nn.functional.normalize((1 - at) * one + at * other, dim=1)
    walk: Tensor = length * (((1 - at) * angle).sin() * one + (at * angle).sin() * other) / angle.sin()
    return walk
