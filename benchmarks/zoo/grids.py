"""One small picture of what a system makes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch
from PIL import Image

from ganfw.specs import ImageSpec
from ganfw.training.samples import draw_samples, make_grid, to_uint8

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from torch import Tensor

    from zoo.subject import Subject

_SIDE = 7
_ANY, _STEPS = 5, 5
_POINTS, _REACH, _PIXELS = 2500, 5.0, 240


def save_grid(path: Path, subject: Subject) -> None:
    """Samples in rows, one class or code a row where there are such; points as dots. At most 60 KB, by fewer colors."""
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
    coded = [term for term in subject.gan.terms() if hasattr(term, "categorical")]
    if coded:
        return _codes(subject, coded[0].categorical, coded[0].continuous)
    if spec.condition is None or spec.condition.kind != "class":
        pictures = _draw(subject, _SIDE**2)
    elif spec.condition.count < _SIDE:
        pictures = _pairs(subject, spec.condition.count)
    else:
        count = min(spec.condition.count, 10)
        pictures = _draw(subject, count**2, torch.arange(count).repeat_interleave(count))
    return _grey(make_grid(pictures))


def _grey(grid: np.ndarray) -> np.ndarray:
    return grid[..., 0] if grid.shape[-1] == 1 else grid


def _draw(subject: Subject, count: int, condition: Tensor | None = None) -> Tensor:
    return draw_samples(subject.gan, count, subject.seed, "cpu", condition)


@torch.no_grad()
def _codes(subject: Subject, categorical: Sequence[int], continuous: int) -> np.ndarray:
    """A row for each value of the first code: five latents, then the first with each continuous code from -1 to 1."""
    generator, values, named = subject.gan.generator, categorical[0], sum(categorical)
    rng = torch.Generator().manual_seed(subject.seed)
    some = generator.prior(torch.randn(_ANY, generator.latent_dim, generator=rng))
    sweeps = some[0].repeat(continuous, _STEPS, 1)
    sweeps[:, :, named : named + continuous] = 0
    for code in range(continuous):
        sweeps[code, :, named + code] = torch.linspace(-1, 1, _STEPS)
    columns = torch.cat([some, sweeps.flatten(0, 1)])
    z = columns.repeat(values, 1)
    z[:, :values] = torch.eye(values).repeat_interleave(len(columns), 0)
    tiles = to_uint8(torch.cat([generator(part) for part in z.split(100)]))
    rows = tiles.reshape(values, len(columns), *tiles.shape[1:])
    return _grey(np.concatenate(np.concatenate(list(rows), 1), 1))


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
