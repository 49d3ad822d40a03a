"""Doubling and halving pictures with the sym6 wavelet, so that turning and scaling them neither blurs nor aliases.

Legend: B batch, C channels, H height, W width.

References:
    Daubechies 1992, Ten Lectures on Wavelets, table 8.1 (least asymmetric, N = 6).
"""

from __future__ import annotations

from functools import cache

import torch
from torch import Tensor
from torch.nn.functional import conv1d, conv_transpose1d, pad

# The low-pass filter, of length √2; divided by √2 it keeps the mean.
SYM6 = (
    0.015404109327027373, 0.0034907120842174702, -0.11799011114819057, -0.048311742585633, 0.4910559419267466,
    0.787641141030194, 0.3379294217276218, -0.07263752278646252, -0.021060292512300564, 0.04472490177066578,
    0.0017677118642428036, -0.007800708325034148,
)  # fmt: skip

EDGE = 5
"""Fine pixels that `halve` needs beyond each border."""


def double(x: Tensor) -> Tensor:
    """Twice as many pixels each way, beyond the border mirrored. Shape: ``(B, C, H, W)`` to ``(B, C, 2H, 2W)``."""
    rows, columns = (_doubling(size, x.dtype, x.device) for size in x.shape[2:])
    return rows @ x @ columns.T


def halve(x: Tensor) -> Tensor:
    """Half as many pixels each way, from `EDGE` beyond each border: what undoes `double`.

    Shape:
        x: ``(B, C, 2H + 10, 2W + 10)``; result: ``(B, C, H, W)``.
    """
    rows, columns = (_halving(size, x.dtype, x.device) for size in x.shape[2:])
    return rows @ x @ columns.T


def constant(values: tuple[float, ...], like: Tensor) -> Tensor:
    """A tensor of ``values`` with the dtype and device of ``like``, copied there once: a copy waits for the device."""
    return _kept(values, like.dtype, like.device)


# A tensor made in inference mode can never be trained through, and these live as long as the process.
@cache
@torch.inference_mode(mode=False)
def _kept(values: tuple[float, ...], dtype: torch.dtype, device: torch.device) -> Tensor:
    return torch.tensor(values, dtype=dtype, device=device)


# Each axis is filtered by one product with a matrix: several times as fast as a convolution of a single channel.
@cache
@torch.inference_mode(mode=False)
def _doubling(size: int, dtype: torch.dtype, device: torch.device) -> Tensor:
    """Shape: ``(2 size, size)``. The gain of 2 makes up for the zeros between the pixels."""
    taps = _kept(SYM6, dtype, device)[None, None] * 2**0.5
    each = pad(torch.eye(size, dtype=dtype, device=device)[:, None], (3, 3), mode="reflect")
    return conv_transpose1d(each, taps, stride=2, padding=11)[:, 0].T.contiguous()


@cache
@torch.inference_mode(mode=False)
def _halving(size: int, dtype: torch.dtype, device: torch.device) -> Tensor:
    """Shape: ``(size / 2 - EDGE, size)``."""
    taps = _kept(SYM6, dtype, device)[None, None] / 2**0.5
    return conv1d(torch.eye(size, dtype=dtype, device=device)[:, None], taps, stride=2)[:, 0].T.contiguous()
