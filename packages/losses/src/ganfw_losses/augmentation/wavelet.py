"""Doubling and halving pictures with the sym6 wavelet, so that turning and scaling them neither blurs nor aliases.

Legend: B batch, C channels, H height, W width.

References:
    Daubechies 1992, Ten Lectures on Wavelets, table 8.1 (least asymmetric, N = 6).
"""

from __future__ import annotations

from functools import cache

import torch
from torch import Tensor
from torch.nn.functional import conv2d, conv_transpose2d, pad

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
    fine = pad(x, (3, 3, 3, 3), mode="reflect").flatten(0, 1)[:, None]
    # Each axis by itself; the gain of 2 makes up for the zeros between the pixels.
    fine = conv_transpose2d(fine, 2 * _taps(x).view(1, 1, -1, 1), stride=(2, 1), padding=(11, 0))
    fine = conv_transpose2d(fine, 2 * _taps(x).view(1, 1, 1, -1), stride=(1, 2), padding=(0, 11))
    return fine.view(*x.shape[:2], *fine.shape[2:])


def halve(x: Tensor) -> Tensor:
    """Half as many pixels each way, from `EDGE` beyond each border: what undoes `double`.

    Shape:
        x: ``(B, C, 2H + 10, 2W + 10)``; result: ``(B, C, H, W)``.
    """
    coarse = x.flatten(0, 1)[:, None]
    coarse = conv2d(coarse, _taps(x).view(1, 1, -1, 1), stride=(2, 1))
    coarse = conv2d(coarse, _taps(x).view(1, 1, 1, -1), stride=(1, 2))
    return coarse.view(*x.shape[:2], *coarse.shape[2:])


def constant(values: tuple[float, ...], like: Tensor) -> Tensor:
    """A tensor of ``values`` with the dtype and device of ``like``, copied there once: a copy waits for the device."""
    return _kept(values, like.dtype, like.device)


@cache
def _kept(values: tuple[float, ...], dtype: torch.dtype, device: torch.device) -> Tensor:
    return torch.tensor(values, dtype=dtype, device=device)


def _taps(x: Tensor) -> Tensor:
    return constant(SYM6, x) / 2**0.5
