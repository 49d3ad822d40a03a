"""Convolutions whose derivatives, of any order, are convolutions again.

PyTorch differentiates the gradient of a convolution by a generic rule that walks through the groups one by one, which
makes penalties on gradients several times as slow as they need be. Both gradients of a convolution are linear maps of
the same family, so each can say its own derivatives in terms of the others, and none of them leaves the fast kernels.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor
from torch.autograd import Function
from torch.overrides import TorchFunctionMode

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_conv = torch.ops.aten.convolution.default
_conv_backward = torch.ops.aten.convolution_backward.default


@dataclass(frozen=True)
class _Geometry:
    """All that says which convolution it is, but for its tensors."""

    stride: tuple[int, ...]
    padding: tuple[int, ...]
    dilation: tuple[int, ...]
    transposed: bool
    output_padding: tuple[int, ...]
    groups: int

    def arguments(self) -> tuple[Any, ...]:
        return self.stride, self.padding, self.dilation, self.transposed, self.output_padding, self.groups

    def reversed(self, x: Tensor, y: Tensor, w: Tensor) -> _Geometry:
        """That of the map from gradients of y to gradients of x, which has the same weight."""
        if self.transposed:
            return replace(self, transposed=False, output_padding=(0,) * len(self.stride))
        sizes = zip(x.shape[2:], y.shape[2:], w.shape[2:], self.stride, self.padding, self.dilation, strict=True)
        lost = tuple(i - ((o - 1) * s - 2 * p + d * (k - 1) + 1) for i, o, k, s, p, d in sizes)
        return replace(self, transposed=True, output_padding=lost)


def _apply(function: type[Function], *arguments: Any) -> Tensor:
    made: Tensor = function.apply(*arguments)
    return made


class _Convolution(Function):
    """y = w * x. By x, the reversed convolution with the same weight; by w, `_WeightGradient`."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, w: Tensor, geometry: _Geometry) -> Tensor:
        ctx.save_for_backward(x, w)
        ctx.geometry = geometry
        y: Tensor = _conv(x, w, None, *geometry.arguments())
        return y

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        x, w = ctx.saved_tensors
        (of_y,) = gradients
        of_x = of_w = None
        if ctx.needs_input_grad[0]:
            of_x = _apply(_Convolution, of_y, w, ctx.geometry.reversed(x, of_y, w))
        if ctx.needs_input_grad[1]:
            of_w = _apply(_WeightGradient, x, of_y, w.shape, ctx.geometry)
        return of_x, of_w, None


class _WeightGradient(Function):
    """The gradient by w, given x and the gradient by y: linear in each of them."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, of_y: Tensor, shape: torch.Size, geometry: _Geometry) -> Tensor:
        ctx.save_for_backward(x, of_y)
        ctx.geometry = geometry
        like = x.new_empty(shape)  # only its shape and dtype are looked at
        of_w: Tensor = _conv_backward(of_y, x, like, [0], *geometry.arguments(), [False, True, False])[1]
        return of_w

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        x, of_y = ctx.saved_tensors
        (v,) = gradients
        of_x = _apply(_Convolution, of_y, v, ctx.geometry.reversed(x, of_y, v)) if ctx.needs_input_grad[0] else None
        of_of_y = _apply(_Convolution, x, v, ctx.geometry) if ctx.needs_input_grad[1] else None
        return of_x, of_of_y, None, None


class FastSecondDerivatives(TorchFunctionMode):
    """Within this context, every convolution with numeric padding is one whose derivatives are convolutions again.

    Values and derivatives are PyTorch's own up to rounding. On CUDA penalties on gradients gain by it, most of all on
    grouped convolutions; on a CPU PyTorch's rule is as fast.
    """

    def __torch_function__(
        self, func: Any, types: Sequence[type], args: Sequence[Any] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        """Replace the calls of convolutions and leave all others alone."""
        given = kwargs or {}
        made = None
        if (known := _KNOWN.get(func)) is not None:
            axes, transposed = known
            names = _TRANSPOSED_ARGUMENTS if transposed else _ARGUMENTS
            made = _convolve(axes, transposed, {**_DEFAULTS, **dict(zip(names, args, strict=False)), **given})
        return func(*args, **given) if made is None else made


_KNOWN = {getattr(torch, f"conv{axes}d"): (axes, False) for axes in (1, 2, 3)} | {
    getattr(torch, f"conv_transpose{axes}d"): (axes, True) for axes in (1, 2, 3)
}
_ARGUMENTS = ("input", "weight", "bias", "stride", "padding", "dilation", "groups")
_TRANSPOSED_ARGUMENTS = ("input", "weight", "bias", "stride", "padding", "output_padding", "groups", "dilation")
_DEFAULTS = {"bias": None, "stride": 1, "padding": 0, "output_padding": 0, "dilation": 1, "groups": 1}


def _convolve(axes: int, transposed: bool, call: Mapping[str, Any]) -> Tensor | None:
    """The convolution; ``None`` for what is left to PyTorch: padding by name, and samples without a batch axis."""
    x, w, b = call["input"], call["weight"], call["bias"]
    if isinstance(call["padding"], str) or x.ndim != axes + 2:
        return None
    stride, padding, dilation, output_padding = (
        _for_each_axis(axes, call[name]) for name in ("stride", "padding", "dilation", "output_padding")
    )
    geometry = _Geometry(stride, padding, dilation, transposed, output_padding, call["groups"])
    device = x.device.type
    if torch.is_autocast_enabled(device):
        x, w = (_cast(tensor, torch.get_autocast_dtype(device)) for tensor in (x, w))
    with torch.autocast(device, enabled=False):
        y = _apply(_Convolution, x, w, geometry)
    return y if b is None else y + b.to(y.dtype).view(-1, *[1] * axes)


def _for_each_axis(axes: int, value: Any) -> tuple[int, ...]:
    values = (value,) * axes if isinstance(value, int) else tuple(value)
    return values * axes if len(values) == 1 else values


def _cast(x: Tensor, dtype: torch.dtype) -> Tensor:
    """As autocast does, which leaves float64 alone."""
    return x if x.dtype is torch.float64 else x.to(dtype)
