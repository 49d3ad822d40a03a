"""Latent distributions, each a map from standard normal noise, so that one noise source serves them all."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from torch import Tensor

Prior = Literal["normal", "uniform"]


def from_normal(noise: Tensor, prior: Prior) -> Tensor:
    """Map standard normal noise to ``prior``: itself, or uniform on (-1, 1).

    With Φ the normal distribution function, 2 Φ(x) - 1 = erf(x / √2) is uniform on (-1, 1).

    Shape:
        noise, result: ``(B, Z)``.
    """
    return (noise / math.sqrt(2)).erf() if prior == "uniform" else noise
