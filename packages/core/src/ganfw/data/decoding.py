"""From stored bytes to the range that networks see."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from ganfw.training.step import Batch


def decode_pictures(batch: Batch) -> Batch:
    """Turn every uint8 tensor of four axes into float32 in [-1, 1], on the device that it is on.

    Shape:
        ``(batch, channels, height, width)``, unchanged. 0 becomes -1 and 255 becomes 1.
    """
    return batch.map(_decode)


def _decode(tensor: torch.Tensor) -> torch.Tensor:
    if tensor.dtype != torch.uint8 or tensor.ndim != 4:
        return tensor
    return torch.div(tensor, 127.5).sub_(1)
