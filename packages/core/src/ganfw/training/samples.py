"""Grids of samples from one fixed latent."""

from __future__ import annotations

import math
from io import BytesIO
from typing import TYPE_CHECKING

import torch

from ganfw.training.files import write_bytes
from ganfw.training.step import key

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    import numpy.typing as npt
    from torch import Tensor

    from ganfw.gan import GAN


@torch.no_grad()
def draw_samples(
    gan: GAN, count: int, seed: int, device: torch.device | str, condition: Tensor | None = None,
    *, truncation: float | None = None,
) -> Tensor:  # fmt: skip
    """Samples that depend on the weights and the seed alone, with the networks in evaluation mode.

    Raises:
        GanfwError: If ``truncation`` is given, and the GAN knows none.
    """
    modes = {module: module.training for module in gan.modules()}
    gan.eval()
    try:
        rng = torch.Generator(device).manual_seed(key(seed, "samples"))
        return sample_of(gan, count, rng, condition=condition, truncation=truncation)
    finally:
        for module, training in modes.items():
            module.training = training


def sample_of(
    gan: GAN, count: int, rng: torch.Generator, *, condition: Tensor | None = None, truncation: float | None = None
) -> Tensor:
    """``gan.sample``, or ``gan.sample_truncated`` where a truncation is given."""
    if truncation is None:
        return gan.sample(count, rng=rng, condition=condition)
    return gan.sample_truncated(count, rng=rng, condition=condition, truncation=truncation)


def to_uint8(images: Tensor) -> npt.NDArray[np.uint8]:
    """Pictures in [-1, 1] to bytes. Shape: ``(B, C, H, W)`` to ``(B, H, W, C)``."""
    bytes_ = ((images.float().clamp(-1, 1) + 1) * 127.5).round().to(torch.uint8)
    array: npt.NDArray[np.uint8] = bytes_.permute(0, 2, 3, 1).cpu().numpy()
    return array


def make_grid(images: Tensor) -> npt.NDArray[np.uint8]:
    """Lay pictures out in rows, as square as it gets. Shape: ``(B, C, H, W)`` in [-1, 1] to ``(H', W', C)``."""
    import numpy as np

    tiles = to_uint8(images)
    count, height, width, channels = tiles.shape
    columns = math.ceil(math.sqrt(count))
    rows = math.ceil(count / columns)
    grid = np.full((rows * columns, height, width, channels), 255, np.uint8)
    grid[:count] = tiles
    return grid.reshape(rows, columns, height, width, channels).swapaxes(1, 2).reshape(rows * height, -1, channels)


def save_picture(path: Path, pixels: npt.NDArray[np.uint8]) -> None:
    """Write ``(H, W, C)`` bytes as PNG, whole or, without room, not at all."""
    from PIL import Image

    path.parent.mkdir(parents=True, exist_ok=True)
    content = BytesIO()
    Image.fromarray(pixels[..., 0] if pixels.shape[-1] == 1 else pixels).save(content, "PNG")
    write_bytes(path, content.getvalue(), sync=False)
