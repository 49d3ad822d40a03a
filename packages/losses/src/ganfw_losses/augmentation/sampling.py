"""Pictures read at places between their pixels, with derivatives of any order.

Reading is linear in the picture, so its gradient is a linear map too, which spreads what was read over the pixels
again, and the gradient of that reads once more. PyTorch before 2.13 has no derivative of the second of the two, which
penalties on gradients need. Legend: B batch, C channels, H × W the picture, h × w the places.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.autograd import Function
from torch.nn.functional import grid_sample

_spread = torch.ops.aten.grid_sampler_2d_backward.default
_BILINEAR, _REFLECTION = 0, 2  # as ATen numbers them


def read_at(x: Tensor, grid: Tensor) -> Tensor:
    """Bilinearly, mirrored at the borders without end. The places are given, and learn nothing.

    Shape:
        x: ``(B, C, H, W)``; grid: ``(B, h, w, 2)`` in [-1, 1] from edge to edge; result: ``(B, C, h, w)``.
    """
    read: Tensor = _Read.apply(x, grid)  # type: ignore[no-untyped-call]
    return read


class _Read(Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, grid: Tensor) -> Tensor:
        ctx.save_for_backward(grid)
        ctx.shape = x.shape
        return grid_sample(x, grid, mode="bilinear", padding_mode="reflection", align_corners=False)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        (grid,) = ctx.saved_tensors
        of_x: Tensor = _Spread.apply(*gradients, grid, ctx.shape)  # type: ignore[no-untyped-call]
        return of_x, None


class _Spread(Function):
    @staticmethod
    def forward(ctx: Any, of_read: Tensor, grid: Tensor, shape: torch.Size) -> Tensor:
        ctx.save_for_backward(grid)
        like = of_read.new_zeros(shape)  # only its shape counts, since the places have no gradient
        of_x: Tensor = _spread(of_read, like, grid, _BILINEAR, _REFLECTION, False, [True, False])[0]
        return of_x

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None, None]:
        ((grid,), (of_x,)) = ctx.saved_tensors, gradients
        return read_at(of_x, grid), None, None
