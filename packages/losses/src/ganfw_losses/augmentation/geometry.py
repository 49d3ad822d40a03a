"""Random affine maps of pictures, as matrices that are multiplied and then applied at once.

A matrix takes a place in the result to the place in the picture that is shown there; places are counted in pixels from
the centre, x to the right and y down. Legend: B batch, C channels, H height, W width.
"""

from __future__ import annotations

from functools import reduce
from math import pi
from typing import TYPE_CHECKING

import torch
from torch import Tensor
from torch.nn.functional import affine_grid

from ganfw_losses.augmentation.sampling import read_at
from ganfw_losses.augmentation.wavelet import EDGE, constant, double, halve

if TYPE_CHECKING:
    from ganfw.training.step import Draw


def blit(x: Tensor, draw: Draw, p: Tensor) -> Tensor:
    """Mirror, turn by quarters, shift by up to an eighth in whole pixels: each with probability p.

    Shape:
        x: ``(B, C, H, W)``, of which the size counts; p: scalar; result: ``(B, 3, 3)``.
    """
    on = draw.uniform(len(x), 3) < p
    u = draw.uniform(len(x), 4).to(x.dtype)
    mirror = 1 - 2 * (2 * u[:, 0]).floor() * on[:, 0]
    quarters = (4 * u[:, 1]).floor() * on[:, 1]
    size = constant((x.shape[3], x.shape[2]), x)
    shift = ((2 * u[:, 2:] - 1) / 8 * size).round() * on[:, 2:]
    return _scaled(mirror, torch.ones_like(mirror)) @ _quartered(quarters) @ _shifted(shift)


def geom(x: Tensor, draw: Draw, p: Tensor) -> Tensor:
    """Scale by 2^N(0, .2²), turn by any angle, stretch by 2^N(0, .2²), shift by N(0, .125²) of the size.

    Each with probability p; half of the turns come before the stretching and half after it, so that either happens
    with 1 − √(1 − p).

    Shape:
        x: ``(B, C, H, W)``, of which the size counts; p: scalar; result: ``(B, 3, 3)``.
    """
    turned = 1 - (1 - p).clamp(min=0).sqrt()
    on = draw.uniform(len(x), 5) < torch.stack([p, turned, p, turned, p])
    n, u = draw.noise(len(x), 4).to(x.dtype), draw.uniform(len(x), 2).to(x.dtype)
    scale, stretch = 2 ** (0.2 * n[:, 0] * on[:, 0]), 2 ** (0.2 * n[:, 1] * on[:, 2])
    before, after = pi * (2 * u - 1).mul(on[:, 1::2]).T
    size = constant((x.shape[3], x.shape[2]), x)
    shift = n[:, 2:] / 8 * size * on[:, 4:]
    steps = [
        _scaled(1 / scale, 1 / scale), _turned(before), _scaled(1 / stretch, stretch), _turned(after), _shifted(shift),
    ]  # fmt: skip
    return reduce(torch.matmul, steps)


def transform(x: Tensor, matrices: Tensor) -> Tensor:
    """Show each picture through its matrix; it is mirrored at its borders without end.

    The picture is doubled, read at the places bilinearly, and halved. Where the matrix is the identity it stays as it
    is, to the bit.

    Shape:
        x, result: ``(B, C, H, W)``, H and W at least 4; matrices: ``(B, 3, 3)``.
    """
    height, width = x.shape[2:]
    # affine_grid and read_at count from -1 to 1: the result's are EDGE fine pixels further out.
    half = constant((width / 2, height / 2, 1), x)
    wider = half + constant((EDGE / 2, EDGE / 2, 0), x)
    theta = (matrices / half[:, None] * wider)[:, :2]
    size = [*x.shape[:2], 2 * height + 2 * EDGE, 2 * width + 2 * EDGE]
    grid = affine_grid(theta, size, align_corners=False)
    seen = halve(read_at(double(x), grid))
    changed = (matrices != torch.eye(3, dtype=x.dtype, device=x.device)).any(2).any(1)
    return torch.where(changed.view(-1, 1, 1, 1), seen, x)


def _linear(a: Tensor, b: Tensor, c: Tensor, d: Tensor) -> Tensor:
    zero, one = torch.zeros_like(a), torch.ones_like(a)
    return torch.stack([a, b, zero, c, d, zero, zero, zero, one], 1).view(-1, 3, 3)


def _scaled(x: Tensor, y: Tensor) -> Tensor:
    zero = torch.zeros_like(x)
    return _linear(x, zero, zero, y)


def _turned(angle: Tensor) -> Tensor:
    cos, sin = angle.cos(), angle.sin()
    return _linear(cos, -sin, sin, cos)


def _quartered(quarters: Tensor) -> Tensor:
    angle = quarters * (pi / 2)
    cos, sin = angle.cos().round(), angle.sin().round()  # exact, so that pixels meet pixels
    return _linear(cos, -sin, sin, cos)


def _shifted(by: Tensor) -> Tensor:
    shift = torch.eye(3, dtype=by.dtype, device=by.device).repeat(len(by), 1, 1)
    shift[:, :2, 2] = -by
    return shift
