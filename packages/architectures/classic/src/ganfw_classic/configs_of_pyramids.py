"""The settings of LAPGAN's networks. No torch here: ``build`` imports it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from ganfw.config.base import Config
from ganfw.config.slots import PartConfig, Slot
from ganfw.errors import GanfwError
from ganfw_classic.configs import classes_of, pictures

if TYPE_CHECKING:
    from ganfw.networks import Discriminator, Generator
    from ganfw.specs import ImageSpec, Spec


def _coarsest(spec: Spec, levels: int) -> tuple[ImageSpec, ImageSpec]:
    """The pictures of the finest and of the coarsest level.

    Raises:
        GanfwError: If the spec is no picture, or if its size cannot be halved so often.
    """
    image = pictures(spec, "lapgan")
    if image.size % (1 << levels):
        fitting = next(fewer for fewer in range(levels, -1, -1) if image.size % (1 << fewer) == 0)
        nearest = max(1, round(image.size / (1 << levels))) << levels
        advice = f", or generator.levels={fitting} discriminator.levels={fitting}" if fitting else ""
        raise GanfwError(
            f"image.size={image.size} cannot be halved {levels} times, which lapgan does for its levels. Use "
            f"image.size={nearest}{advice}."
        )
    return image, replace(image, size=image.size >> levels)


class LAPGANGeneratorConfig(Config):
    """A generator of small pictures, and a level of detail for each doubling."""

    coarsest: Annotated[PartConfig, Slot("generator")]
    """Makes the smallest pictures."""
    levels: int = Field(default=2, ge=1)
    """Number of doublings."""
    width: int = Field(default=64, ge=1)
    """Channels inside each level."""
    conditional: bool = False
    """Whether the levels are told the class to make; the coarsest generator has a setting of its own."""

    def build(self, spec: Spec) -> Generator:
        """Make the generator.

        Raises:
            GanfwError: If the spec is no picture, its size no multiple of 2^levels, or classes are missing.
        """
        from ganfw_classic.lapgan import LAPGANGenerator

        image, smallest = _coarsest(spec, self.levels)
        return LAPGANGenerator(
            self.coarsest.build(smallest), size=image.size, channels=image.channels, levels=self.levels,
            width=self.width, classes=classes_of(spec, "generator") if self.conditional else 0,
        )  # fmt: skip


class LAPGANDiscriminatorConfig(Config):
    """A judge for each level of a picture's pyramid."""

    coarsest: Annotated[PartConfig, Slot("discriminator")]
    """Judges the smallest pictures."""
    levels: int = Field(default=2, ge=1)
    """Number of doublings, as the generator's."""
    width: int = Field(default=64, ge=1)
    """Channels after the first convolution of each level; twice as many after the second."""
    dropout: float = Field(default=0.5, ge=0, lt=1)
    """Share of the last features of each level that are left out in training."""
    conditional: bool = False
    """Whether the levels are told the class to judge; the coarsest discriminator has a setting of its own."""

    def build(self, spec: Spec) -> Discriminator:
        """Make the discriminator.

        Raises:
            GanfwError: If the spec is no picture, its size no multiple of 2^levels, or classes are missing.
        """
        from ganfw_classic.lapgan import LAPGANDiscriminator

        image, smallest = _coarsest(spec, self.levels)
        return LAPGANDiscriminator(
            self.coarsest.build(smallest), size=image.size, channels=image.channels, levels=self.levels,
            width=self.width, classes=classes_of(spec, "discriminator") if self.conditional else 0,
            dropout=self.dropout,
        )  # fmt: skip
