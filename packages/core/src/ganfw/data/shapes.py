"""Drawn pictures: discs, squares and triangles on white, so that core alone has something to train on.

Legend: B pictures, C channels, S size, n drawn numbers for each picture. Lengths are fractions of the picture's side.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from ganfw.data.dataset import Dataset
from ganfw.data.permutation import mix
from ganfw.specs import Condition, ImageSpec

if TYPE_CHECKING:
    from ganfw.data.dataset import Integers, Rows
    from ganfw.training.step import Batch

Floats = npt.NDArray[np.floating[Any]]

SHAPES = ("disc", "square", "triangle")
"""The classes in order."""
_CORNERS = (0, 4, 3)
_RADIUS = (0.12, 0.26)
_BRIGHTNESS = (0.5, 0.9)
_LUMINANCE = (0.299, 0.587, 0.114)  # ITU-R BT.601, as for the user's own pictures
_VERSION = 1  # of the drawing: raise it when a picture changes


class ShapesData(Dataset):
    """One shape on each picture, at a random place, size and colour; a pure function of (seed, index).

    Args:
        size: Height and width in pixels.
        channels: 1 is luminance, 3 is RGB, 4 is RGB with alpha, where the white is transparent.
        count: How many pictures; each class has a third of them.
        seed: Another seed draws other pictures.
        labels: Whether each comes with its class.
    """

    def __init__(
        self, size: int, channels: int = 3, *, count: int = 2000, seed: int = 0, labels: bool = False
    ) -> None:  # fmt: skip
        self.spec = ImageSpec(size, channels, Condition("class", len(SHAPES), SHAPES) if labels else None)
        self.size, self.channels, self.count, self.seed = size, channels, count, seed
        drawn = f"shapes-{_VERSION}-{size}x{channels}-{count}-{seed}"
        self.fingerprint = f"{drawn}-labels" if labels else drawn

    def __len__(self) -> int:
        return self.count

    def rows(self, indices: Integers, keys: Integers) -> Rows:
        """Pictures as uint8 under ``real``, classes as int64 under ``condition``; ``keys`` are not used."""
        classes = indices % len(SHAPES)
        numbers = uniform(self.seed, indices, 5)
        cover = _cover(classes, numbers[:, :3], self.size)
        real = _paint(cover, _colour(numbers[:, 3], numbers[:, 4]), self.channels)
        return {"real": real} if self.spec.condition is None else {"real": real, "condition": classes}

    def decode(self, batch: Batch) -> Batch:
        """uint8 to float in [-1, 1]."""
        from ganfw.data.decoding import decode_pictures

        return decode_pictures(batch)


def uniform(seed: int, indices: Integers, columns: int) -> Floats:
    """Numbers in [0, 1) that are a function of seed, index and column. Shape: ``(B,)`` to ``(B, n)``."""
    rows = mix(indices.astype(np.uint64) ^ mix(np.array([seed], np.uint64)))
    words = mix(rows[:, None] ^ mix(np.arange(columns, dtype=np.uint64)))
    numbers: Floats = (words >> np.uint64(11)) * 2.0**-53
    return numbers


def _between(numbers: Floats, low: Any, high: Any) -> Floats:
    scaled: Floats = low + numbers * (high - low)
    return scaled


def _cover(classes: Integers, numbers: Floats, size: int) -> Floats:
    """How much of each pixel its shape covers, from the distance to the shape's edge.

    A disc of radius r and a regular polygon of the same area all lie within the picture. A polygon with n corners has
    area a² n tan(π/n), a being the distance of its sides, and corners at a / cos(π/n).

    Shape:
        classes: ``(B,)``; numbers: ``(B, 3)`` for radius, column and row; result: ``(B, S, S)`` in [0, 1].
    """
    radius = _between(numbers[:, 0], *_RADIUS)[:, None, None]
    places = ((np.arange(size) + 0.5) / size).astype(np.float32)
    distance = np.empty((len(classes), size, size), np.float32)
    for shape, corners in enumerate(_CORNERS):
        chosen = classes == shape
        r = radius[chosen]
        a = r * math.sqrt(math.pi / (corners * math.tan(math.pi / corners))) if corners else r
        reach = (a / math.cos(math.pi / corners) if corners else r)[:, 0, 0]
        x = (places - _between(numbers[chosen, 1], reach, 1 - reach)[:, None])[:, None, :]
        y = (places - _between(numbers[chosen, 2], reach, 1 - reach)[:, None])[:, :, None]
        turns = [2 * math.pi * side / corners for side in range(corners)]
        sides = [x * math.sin(turn) + y * math.cos(turn) for turn in turns] or [np.sqrt(x * x + y * y)]
        distance[chosen] = np.maximum.reduce(sides) - a
    cover: Floats = np.clip(0.5 - distance * size, 0, 1)
    return cover


def _colour(hue: Floats, brightness: Floats) -> Floats:
    """Saturated colours. Shape: ``(B,)`` each, in [0, 1); result: ``(B, 3)`` in [0, 1]."""
    rgb = np.clip(np.abs((6 * hue[:, None] + np.array([0, 4, 2])) % 6 - 3) - 1, 0, 1)
    colour: Floats = rgb * _between(brightness, *_BRIGHTNESS)[:, None]
    return colour


def _paint(cover: Floats, colour: Floats, channels: int) -> npt.NDArray[np.uint8]:
    """The colour where the shape is, white elsewhere. Shape: ``(B, S, S)``, ``(B, 3)``; result: ``(B, C, S, S)``."""
    cover = cover[:, None]
    if channels == 1:
        colour = colour @ np.array(_LUMINANCE)[:, None]
    colour = colour.astype(np.float32)[:, :, None, None]
    painted: Floats = 1 + cover * (colour - 1)
    if channels == 4:  # straight alpha: the edge keeps its colour
        painted = np.concatenate([np.where(cover > 0, colour, 1), cover], 1)
    painted_bytes: npt.NDArray[np.uint8] = np.rint(255 * painted).astype(np.uint8)
    return painted_bytes
