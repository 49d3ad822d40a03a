"""The settings of each augmentation. Torch loads only inside ``build``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from ganfw.config.base import Config, NonNegativeScheduled, Schedule
from ganfw.errors import GanfwError
from ganfw.specs import ImageSpec, SequenceSpec

if TYPE_CHECKING:
    from ganfw.specs import Spec
    from ganfw.terms import Augmentation
    from ganfw_losses.augmentation.pipe import Group

_Factor = Annotated[float, Field(ge=0, le=1)]


class GroupsConfig(Config):
    """Factors on the probability of ADA's transformations; 0 leaves a group out."""

    blit: _Factor = 1.0
    """Mirror images, quarter turns, shifts in whole pixels."""
    geom: _Factor = 1.0
    """Scaling, turns, stretching, shifts."""
    color: _Factor = 1.0
    """Brightness, contrast, inverted luma, hue, saturation."""
    noise: _Factor = 0.0
    """Gaussian noise."""
    cutout: _Factor = 0.0
    """A grey square of half the size."""

    def factors(self) -> dict[Group, float]:
        """Those above 0, by name."""
        every: dict[Group, float] = {
            "blit": self.blit, "geom": self.geom, "color": self.color, "noise": self.noise, "cutout": self.cutout,
        }  # fmt: skip
        return {name: factor for name, factor in every.items() if factor > 0}


class DiffAugmentConfig(Config):
    """Random color, flips, shifts and cutout on real and fake pictures alike."""

    policy: tuple[Literal["color", "flip", "translation", "cutout"], ...] = ("color", "translation", "cutout")
    """Transformations, in order."""
    fill: Literal["zeros", "edge", "mirror"] = "zeros"
    """What a shift brings in: grey, the nearest pixel (for pictures on a plain background), or the mirror image."""

    def build(self, spec: Spec) -> Augmentation:
        """Make the augmentation.

        Raises:
            GanfwError: If samples are no pictures, or if color meets pictures with an alpha channel.
        """
        from ganfw_losses.augmentation.diffaugment import DiffAugment

        _refuse_all_but_pictures("diffaugment", spec)
        if "color" in self.policy:
            _refuse_alpha("diffaugment", spec, "augmentation.policy=[translation,cutout]")
        return DiffAugment(self.policy, self.fill)


class ADAConfig(Config):
    """Shifts, turns, scales and recolors pictures as often as keeps the discriminator from overfitting."""

    target: float = Field(default=0.6, ge=-1, le=1)
    """How much of the reals it should call real: the mean sign of their logits."""
    interval: int = Field(default=4, ge=1)
    """Steps between two moves."""
    kimg: float = Field(default=500.0, gt=0)
    """Thousands of images in which the probability goes from 0 to 1 at most; 100 when fine-tuning."""
    start: float = Field(default=0.0, ge=0, le=1)
    """Probability at first."""
    most: float = Field(default=1.0, ge=0, le=1)
    """Largest probability; below 0.8 nothing leaks into what is generated."""
    groups: GroupsConfig = GroupsConfig()
    """Factors on the probability by group of transformations."""

    def build(self, spec: Spec) -> Augmentation:
        """Make the augmentation.

        Raises:
            GanfwError: If samples are no pictures, or if color meets pictures with an alpha channel.
        """
        from ganfw_losses.augmentation.ada import ADA

        _refuse_in_groups("ada", spec, self.groups)
        return ADA(
            target=self.target, interval=self.interval, kimg=self.kimg, start=self.start, most=self.most,
            groups=self.groups.factors(),
        )  # fmt: skip


class PipeConfig(Config):
    """The transformations of ADA at a probability that follows a schedule (R3GAN)."""

    p: NonNegativeScheduled = 0.3
    """Probability of each transformation."""
    groups: GroupsConfig = GroupsConfig()
    """Factors on the probability by group of transformations."""

    def build(self, spec: Spec) -> Augmentation:
        """Make the augmentation.

        Raises:
            GanfwError: If samples are no pictures, or if color meets pictures with an alpha channel.
        """
        from ganfw_losses.augmentation.pipe import Pipe

        _refuse_in_groups("pipe", spec, self.groups)
        return Pipe(self.p, self.groups.factors())


class InstanceNoiseConfig(Config):
    """Gaussian noise on real samples and fakes alike, less and less."""

    std: NonNegativeScheduled = Schedule(start=0.1, end=0.0, to_kimg=500.0)
    """Standard deviation."""

    def build(self, spec: Spec) -> Augmentation:
        """Make the augmentation.

        Raises:
            GanfwError: If samples are whole numbers.
        """
        from ganfw_losses.augmentation.instance_noise import InstanceNoise

        if isinstance(spec, SequenceSpec):
            raise GanfwError(
                "instance-noise adds to real numbers, but this run makes sequences of tokens. Set augmentation=null."
            )
        return InstanceNoise(self.std)


def _refuse_all_but_pictures(name: str, spec: Spec) -> None:
    if not isinstance(spec, ImageSpec):
        raise GanfwError(
            f"{name} transforms pictures, but this run makes {type(spec).__name__} samples. Set augmentation=null."
        )


def _refuse_alpha(name: str, spec: Spec, instead: str) -> None:
    if isinstance(spec, ImageSpec) and spec.channels not in (1, 3):
        raise GanfwError(
            f"{name}'s color works on 1 or 3 channels, but image.channels is {spec.channels} and it would mix alpha "
            f"into the colors. Set {instead}, or image.channels=3."
        )


def _refuse_in_groups(name: str, spec: Spec, groups: GroupsConfig) -> None:
    _refuse_all_but_pictures(name, spec)
    if groups.color > 0:
        _refuse_alpha(name, spec, "augmentation.groups.color=0")
