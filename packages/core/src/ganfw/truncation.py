"""Typical samples in place of varied ones: latents that stay near their middle."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from ganfw.errors import GanfwError

if TYPE_CHECKING:
    from torch import Tensor


def truncated_normal(noise: Tensor, truncation: float) -> Tensor:
    """Map standard normal noise n to the normal distribution within |z| ≤ t.

    With Φ the normal distribution function, Φ(z) − ½ = (Φ(n) − ½) (Φ(t) − Φ(−t)), so z = √2 erf⁻¹(erf(n / √2) ·
    erf(t / √2)). Numbers are distributed as if those outside had been drawn anew, but each is a function of one.

    Args:
        noise: n.
        truncation: t, above 0.

    Shape:
        noise, result: any.

    Raises:
        GanfwError: If ``truncation`` is not above 0.

    References:
        Brock, Donahue and Simonyan 2019, Large Scale GAN Training, section 3.1.
    """
    if not truncation > 0:
        raise GanfwError(
            f"truncation={truncation:g} leaves no latents: they are cut off at that distance from 0. Give more than 0; "
            "0.5 is typical, 2 nearly everything."
        )
    root = math.sqrt(2)
    inside = root * ((noise / root).erf() * math.erf(truncation / root)).erfinv()
    return inside.clamp(-truncation, truncation)
