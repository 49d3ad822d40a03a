"""Distances to nearest neighbours, a block of rows at a time so that memory stays small."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from collections.abc import Iterator

    from torch import Tensor

_BLOCK_NUMBERS = 1 << 24


def distance_blocks(x: Tensor, y: Tensor) -> Iterator[Tensor]:
    """Euclidean distances in float64, some rows of ``x`` at a time.

    Shape:
        x: ``(N, F)``; y: ``(M, F)``; each block: ``(rows, M)``.
    """
    y = y.double()
    for rows in x.split(max(1, _BLOCK_NUMBERS // len(y))):
        yield torch.cdist(rows.double(), y)


def nearest(x: Tensor, y: Tensor) -> Tensor:
    """The distance of each row of ``x`` to the nearest of ``y``. Shape: ``(N, F)``, ``(M, F)``; result: ``(N,)``."""
    return torch.cat([block.amin(1) for block in distance_blocks(x, y)])


def nearest_other(x: Tensor, k: int = 1) -> Tensor:
    """The distance of each row to its k-th nearest other row. Shape: ``(N, F)``, N > k; result: ``(N,)``."""
    found = []
    for start, block in _with_starts(distance_blocks(x, x)):
        block.diagonal(start).fill_(torch.inf)
        found.append(block.kthvalue(k, 1).values)
    return torch.cat(found)


def _with_starts(blocks: Iterator[Tensor]) -> Iterator[tuple[int, Tensor]]:
    start = 0
    for block in blocks:
        yield start, block
        start += len(block)
