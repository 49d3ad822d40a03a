"""What the codes of an adversarial autoencoder are held to, each a map from standard normal noise.

Legend: B batch size, Z length of the code, K number of components.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

import torch
from torch.nn.functional import one_hot

if TYPE_CHECKING:
    from torch import Tensor


def _uniform(noise: Tensor) -> Tensor:
    """Φ(x) of normal numbers: uniform on [0, 1)."""
    u: Tensor = torch.special.ndtr(noise)
    return u.clamp(max=1 - 1e-6)


class Prior(ABC):
    """A distribution of codes. ``noise_dim`` is the length of the noise that it takes."""

    noise_dim: int

    @abstractmethod
    def __call__(self, noise: Tensor, label: Tensor | None = None) -> Tensor:
        """Map standard normal noise to codes.

        Args:
            noise: Source of all randomness.
            label: The component of each code, where it is given; drawn otherwise.

        Shape:
            noise: ``(B, noise_dim)``; label: ``(B,)``; result: ``(B, Z)``.
        """


class Gaussian(Prior):
    """The standard normal distribution; it has one component.

    Args:
        code_dim: Z.
    """

    def __init__(self, code_dim: int) -> None:
        self.noise_dim = code_dim

    def __call__(self, noise: Tensor, label: Tensor | None = None) -> Tensor:
        """The noise itself; see `Prior.__call__`."""
        return noise


class Mixture(Prior):
    """K normal distributions in the plane, like petals: centres on a circle of radius 4, long outwards.

    Args:
        components: K.

    References:
        Makhzani et al. 2016, section 2.3 and figure 4; the measures are ours.
    """

    noise_dim = 3
    RADIUS, OUTWARDS, ACROSS = 4.0, 0.8, 0.35

    def __init__(self, components: int = 10) -> None:
        self.components = components

    def __call__(self, noise: Tensor, label: Tensor | None = None) -> Tensor:
        """Codes ``(B, 2)``; see `Prior.__call__`."""
        chosen = (_uniform(noise[:, 0]) * self.components).floor() if label is None else label.to(noise.dtype)
        angle = 2 * math.pi / self.components * chosen
        far, aside = self.RADIUS + self.OUTWARDS * noise[:, 1], self.ACROSS * noise[:, 2]
        cos, sin = angle.cos(), angle.sin()
        return torch.stack([far * cos - aside * sin, far * sin + aside * cos], 1)


class SwissRoll(Prior):
    """A spiral of two turns in the plane, with a little noise across; its components are K pieces of it, from within.

    Args:
        components: K.

    References:
        Makhzani et al. 2016, section 2.3 and figure 4; the measures are ours.
    """

    noise_dim = 3
    RADIUS, ACROSS = 4.0, 0.1

    def __init__(self, components: int = 10) -> None:
        self.components = components

    def __call__(self, noise: Tensor, label: Tensor | None = None) -> Tensor:
        """Codes ``(B, 2)``; see `Prior.__call__`."""
        along = _uniform(noise[:, 0])
        if label is not None:
            along = (label.to(noise.dtype) + along) / self.components
        root = along.sqrt()  # so that equal parts of u are nearly equal lengths of the spiral
        angle = 4 * math.pi * root
        return self.RADIUS * root[:, None] * torch.stack([angle.cos(), angle.sin()], 1) + self.ACROSS * noise[:, 1:]


class Labelled(Prior):
    """A class, uniform and one-hot, before a code of another distribution: (y, z).

    Args:
        classes: Number of classes.
        rest: Of z.

    References:
        Makhzani et al. 2016, section 5: Cat(y) and N(z | 0, I).
    """

    def __init__(self, classes: int, rest: Prior) -> None:
        self.classes, self.rest = classes, rest
        self.noise_dim = classes + rest.noise_dim

    def __call__(self, noise: Tensor, label: Tensor | None = None) -> Tensor:
        """Codes ``(B, classes + Z)``; the largest of K normal numbers is each with probability 1 / K."""
        chosen = noise[:, : self.classes].argmax(1) if label is None else label
        rows = one_hot(chosen, self.classes).to(noise.dtype)
        return torch.cat([rows, self.rest(noise[:, self.classes :])], 1)
