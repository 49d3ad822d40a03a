"""One small picture of what a system makes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch
from PIL import Image

from ganfw.specs import ImageSpec
from ganfw.training.samples import draw_samples, make_grid

if TYPE_CHECKING:
    from pathlib import Path

    from torch import Tensor

    from zoo.subject import Subject

_SIDE = 7
_POINTS, _REACH, _PIXELS = 2500, 5.0, 240


def save_grid(path: Path, subject: Subject) -> None:
    """Samples in rows, one class a row where there are classes; points as dots. At most 60 KB, by fewer colors."""
    picture = Image.fromarray(_pixels(subject))
    path.parent.mkdir(parents=True, exist_ok=True)
    for colors in (None, 128, 64, 32, 16):
        (picture if colors is None else picture.quantize(colors)).save(path, optimize=True)
        if path.stat().st_size <= 60_000:
            return


def _pixels(subject: Subject) -> np.ndarray:
    spec = subject.trainer.data.spec
    if not isinstance(spec, ImageSpec):
        return _dots(_draw(subject, _POINTS).numpy())
    if spec.condition is None or spec.condition.kind != "class":
        pictures = _draw(subject, _SIDE**2)
    elif spec.condition.count < _SIDE:
        pictures = _pairs(subject, spec.condition.count)
    else:
        count = min(spec.condition.count, 10)
        pictures = _draw(subject, count**2, torch.arange(count).repeat_interleave(count))
    grid = make_grid(pictures)
    return grid[..., 0] if grid.shape[-1] == 1 else grid


def _draw(subject: Subject, count: int, condition: Tensor | None = None) -> Tensor:
    return draw_samples(subject.gan, count, subject.seed, "cpu", condition)


def _pairs(subject: Subject, domains: int) -> Tensor:
    """The same latents in each domain, side by side."""
    columns = _SIDE - _SIDE % domains
    count = columns**2 // domains
    sides = [_draw(subject, count, torch.full((count,), number)) for number in range(domains)]
    return torch.stack(sides, 1).flatten(0, 1)


def _dots(points: np.ndarray) -> np.ndarray:
    pixels = np.full((_PIXELS, _PIXELS), 255, np.uint8)
    places = ((points / _REACH + 1) / 2 * _PIXELS).round().astype(int)
    x, y = places[((places >= 0) & (places < _PIXELS)).all(1)].T
    pixels[_PIXELS - 1 - y, x] = 0
    return pixels
