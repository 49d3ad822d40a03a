"""What flows between parts: the shape, range and meaning of one sample of data.

A spec describes one sample without the batch axis. A data source has a spec, and every part is built for one
(``config.build(spec)``), so that a generator and a discriminator agree before the first forward pass. This module
never imports torch: listing parts, printing a schema and checking a recipe stay instant.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Condition:
    """What a sample is conditioned on, carried in a batch under the same name.

    Args:
        kind: ``"class"`` is one int64 in ``[0, count)`` per sample; ``"vector"`` is ``count`` floats per sample.
        count: Number of classes, or length of the vector.
        names: The classes in order; empty when they have none.
    """

    kind: Literal["class", "vector"]
    count: int
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class ImageSpec:
    """Pictures: float ``(channels, height, width)`` in [-1, 1].

    Args:
        size: Height and width in pixels.
        channels: 1 is luminance, 3 is RGB, 4 is RGB with straight alpha.
        condition: What comes with each picture, if anything.
    """

    size: int
    channels: int = 3
    condition: Condition | None = None

    @property
    def shape(self) -> tuple[int, ...]:
        """``(channels, size, size)``."""
        return (self.channels, self.size, self.size)


@dataclass(frozen=True)
class VectorSpec:
    """Points and feature vectors: float ``(length,)``, any range."""

    length: int
    condition: Condition | None = None

    @property
    def shape(self) -> tuple[int, ...]:
        """``(length,)``."""
        return (self.length,)


@dataclass(frozen=True)
class AudioSpec:
    """Sound: float ``(channels, samples)`` in [-1, 1] at ``rate`` samples a second."""

    samples: int
    rate: int
    channels: int = 1
    condition: Condition | None = None

    @property
    def shape(self) -> tuple[int, ...]:
        """``(channels, samples)``."""
        return (self.channels, self.samples)


@dataclass(frozen=True)
class VideoSpec:
    """Clips: float ``(channels, frames, size, size)`` in [-1, 1]."""

    size: int
    frames: int
    channels: int = 3
    condition: Condition | None = None

    @property
    def shape(self) -> tuple[int, ...]:
        """``(channels, frames, size, size)``."""
        return (self.channels, self.frames, self.size, self.size)


@dataclass(frozen=True)
class SequenceSpec:
    """Tokens: int64 ``(length,)`` in ``[0, vocabulary)``."""

    length: int
    vocabulary: int
    condition: Condition | None = None

    @property
    def shape(self) -> tuple[int, ...]:
        """``(length,)``."""
        return (self.length,)


@dataclass(frozen=True)
class VolumeSpec:
    """Voxel grids: float ``(channels, size, size, size)`` in [-1, 1]."""

    size: int
    channels: int = 1
    condition: Condition | None = None

    @property
    def shape(self) -> tuple[int, ...]:
        """``(channels, size, size, size)``."""
        return (self.channels, self.size, self.size, self.size)


Spec = ImageSpec | VectorSpec | AudioSpec | VideoSpec | SequenceSpec | VolumeSpec
