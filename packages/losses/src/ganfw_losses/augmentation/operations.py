"""Random transformations of pictures, one draw per sample, differentiable in the pictures.

Legend: B batch, C channels, H height, W width. Pictures are float in [-1, 1]; nothing clamps them afterwards.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import torch
from torch import Tensor

from ganfw.errors import GanfwError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ganfw.training.step import Draw

Fill = Literal["zeros", "edge", "mirror"]

TRANSLATION = 1 / 8  # largest shift, as a part of the size
CUTOUT = 1 / 2  # side of the square, as a part of the size


def refuse_unknown(what: str, names: Iterable[str], there: Sequence[str]) -> None:
    """Before training, not in its course.

    Raises:
        GanfwError: If there is no such name.
    """
    for name in names:
        if name not in there:
            raise GanfwError(f"{what}: there is no {name!r}; give some of {', '.join(there)}")


def color(x: Tensor, draw: Draw) -> Tensor:
    """Add brightness in ±½, then scale saturation by [0, 2) and contrast by [½, 1½).

    Saturation is the distance from the mean over channels (grey pictures have none), contrast that from the mean
    over the whole picture.

    Shape:
        x, result: ``(B, C, H, W)``.
    """
    u = draw.uniform(len(x), 3).to(x.dtype).view(-1, 3, 1, 1, 1)
    b, s, c = u[:, 0] - 0.5, 2 * u[:, 1], u[:, 2] + 0.5
    grey = x.mean(1, keepdim=True)
    mean = grey.mean((2, 3), keepdim=True)
    # Neither step moves the mean over the picture, so that both together are one affine map:
    # c (s (x + b) + (1 - s) (grey + b)) + (1 - c) (mean + b) = c s x + (c (1 - s) grey + (1 - c) mean + b)
    return x * (c * s) + (c * (1 - s) * grey + ((1 - c) * mean + b))


def flip(x: Tensor, draw: Draw) -> Tensor:
    """Mirror half of the pictures left to right. Shape: x, result: ``(B, C, H, W)``."""
    mirrored = draw.uniform(len(x)) < 0.5
    return torch.where(mirrored.view(-1, 1, 1, 1), x.flip(3), x)


def translation(x: Tensor, draw: Draw, fill: Fill = "zeros") -> Tensor:
    """Shift by up to an eighth of the size, in whole pixels, on each axis.

    Args:
        x: Pictures.
        draw: Source of randomness.
        fill: What comes in from outside: 0, the nearest pixel of the picture, or its mirror image (in which the pixel
            at the edge is not repeated).

    Shape:
        x, result: ``(B, C, H, W)``.
    """
    batch, channels, height, width = x.shape
    rows, rows_inside = _shifted(height, x, draw, fill)
    columns, columns_inside = _shifted(width, x, draw, fill)
    # One gather over flat pixels; read_at takes twice as long forward for the same result.
    pixels = (rows[:, :, None] * width + columns[:, None, :]).view(batch, 1, -1).expand(-1, channels, -1)
    shifted = x.flatten(2).gather(2, pixels).view(x.shape)
    if fill != "zeros":
        return shifted
    return shifted * (rows_inside[:, None, :, None] & columns_inside[:, None, None, :]).to(x.dtype)


def cutout(x: Tensor, draw: Draw) -> Tensor:
    """Set a square of half the size to 0. Its centre is uniform over the picture, so it may hang over the edge.

    Shape:
        x, result: ``(B, C, H, W)``.
    """
    rows = _covered(x.shape[2], x, draw)
    columns = _covered(x.shape[3], x, draw)
    return x * (~(rows[:, None, :, None] & columns[:, None, None, :])).to(x.dtype)


def _shifted(size: int, x: Tensor, draw: Draw, fill: Fill) -> tuple[Tensor, Tensor]:
    """Per sample, where each position reads from along one axis, and whether that lies inside. Shape: ``(B, size)``."""
    most = int(size * TRANSLATION + 0.5)
    shift = draw.integers(2 * most + 1, len(x), 1) - most
    source = torch.arange(size, device=x.device) + shift
    inside = (source >= 0) & (source < size)
    if fill == "mirror":
        source = size - 1 - (source.abs() - (size - 1)).abs()
    return source.clamp(0, size - 1), inside


def _covered(size: int, x: Tensor, draw: Draw) -> Tensor:
    """Per sample, the positions along one axis that the square covers. Shape: ``(B, size)``."""
    side = int(size * CUTOUT + 0.5)
    start = draw.integers(size + 1 - side % 2, len(x), 1) - side // 2
    position = torch.arange(size, device=x.device)
    return (position >= start) & (position < start + side)
