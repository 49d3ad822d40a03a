"""What flows between parts: the shape, range and meaning of one sample of data.

A spec describes one sample without the batch axis. A data source has a spec, and every part is built for one
(``config.build(spec)``), so that a generator and a discriminator agree before the first forward pass. This module
never imports torch: listing parts, printing a schema and checking a recipe stay instant.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ganfw.errors import GanfwError


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


class _Sized:
    """What all specs have in common: each field but the condition is a whole number."""

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            if name != "condition" and (type(value) is not int or value < 1):
                square = "; height and width are the same, so give one number: size=64" if name == "size" else ""
                raise GanfwError(f"{name}={value!r}: {type(self).__name__} takes a whole number from 1 on{square}")


@dataclass(frozen=True)
class ImageSpec(_Sized):
    """Pictures: float ``(channels, height, width)`` in [-1, 1].

    Args:
        size: Height and width in pixels.
        channels: 1 is luminance, 3 is RGB, 4 is RGB with straight alpha.
        condition: What comes with each picture, if anything.

    Raises:
        GanfwError: If a size is no whole number from 1 on; so for every spec.
    """

    size: int
    channels: int = 3
    condition: Condition | None = None

    @property
    def shape(self) -> tuple[int, ...]:
        """``(channels, size, size)``."""
        return (self.channels, self.size, self.size)


@dataclass(frozen=True)
class VectorSpec(_Sized):
    """Points and feature vectors: float ``(length,)``, any range."""

    length: int
    condition: Condition | None = None

    @property
    def shape(self) -> tuple[int, ...]:
        """``(length,)``."""
        return (self.length,)


@dataclass(frozen=True)
class AudioSpec(_Sized):
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
class VideoSpec(_Sized):
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
class SequenceSpec(_Sized):
    """Tokens: int64 ``(length,)`` in ``[0, vocabulary)``."""

    length: int
    vocabulary: int
    condition: Condition | None = None

    @property
    def shape(self) -> tuple[int, ...]:
        """``(length,)``."""
        return (self.length,)


@dataclass(frozen=True)
class VolumeSpec(_Sized):
    """Voxel grids: float ``(channels, size, size, size)`` in [-1, 1]."""

    size: int
    channels: int = 1
    condition: Condition | None = None

    @property
    def shape(self) -> tuple[int, ...]:
        """``(channels, size, size, size)``."""
        return (self.channels, self.size, self.size, self.size)


Spec = ImageSpec | VectorSpec | AudioSpec | VideoSpec | SequenceSpec | VolumeSpec
