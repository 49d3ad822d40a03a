"""Mixtures of Gaussians in the plane, on a ring or a grid: data whose modes are known.

Legend: B points, K modes.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from ganfw.data.dataset import Dataset
from ganfw.data.shapes import uniform
from ganfw.specs import VectorSpec

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ganfw.data.dataset import Integers, Rows

_VERSION = 1  # of the drawing: raise it when a point changes

Centres = tuple[tuple[float, float], ...]


def ring(modes: int, radius: float) -> Centres:
    """Centres on a circle around the origin, the first to the right."""
    angles = [2 * math.pi * mode / modes for mode in range(modes)]
    return tuple((radius * math.cos(angle), radius * math.sin(angle)) for angle in angles)


def grid(side: int, spacing: float) -> Centres:
    """Centres on a square around the origin."""
    places = [spacing * (place - (side - 1) / 2) for place in range(side)]
    return tuple((x, y) for x in places for y in places)


class GaussiansData(Dataset):
    """Points around centres, equally many around each; a pure function of (seed, index).

    Args:
        centres: The means of the modes.
        deviation: Standard deviation of each mode, alike in all directions.
        count: How many points.
        seed: Another seed draws other points.
    """

    def __init__(self, centres: Sequence[tuple[float, float]], *, deviation: float, count: int, seed: int = 0) -> None:
        self.spec = VectorSpec(2)
        self.centres = np.array(centres, np.float64)
        self.deviation, self.count, self.seed = deviation, count, seed
        self.fingerprint = f"gaussians-{_VERSION}-{self.centres.tolist()}-{deviation}-{count}-{seed}"

    def __len__(self) -> int:
        return self.count

    def rows(self, indices: Integers, keys: Integers) -> Rows:
        """Points as float32 under ``real``; ``keys`` are not used.

        From two uniform numbers u and v, by Box and Muller 1958, √(−2 log(1 − u)) (cos 2πv, sin 2πv) is normal.
        """
        u, v = uniform(self.seed, indices, 2).T
        radius, angle = np.sqrt(-2 * np.log1p(-u)), 2 * math.pi * v
        noise = np.stack([radius * np.cos(angle), radius * np.sin(angle)], 1)
        points = self.centres[indices % len(self.centres)] + self.deviation * noise
        return {"real": points.astype(np.float32)}
