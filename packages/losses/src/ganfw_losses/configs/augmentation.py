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

Groups = dict[Literal["blit", "geom", "color", "noise", "cutout"], Annotated[float, Field(ge=0, le=1)]]
_BGC: Groups = {"blit": 1.0, "geom": 1.0, "color": 1.0}


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
    groups: Groups = _BGC
    """Factors on the probability by group: blit, geom, color, noise, cutout; one that is not named is left out."""

    def build(self, spec: Spec) -> Augmentation:
        """Make the augmentation.

        Raises:
            GanfwError: If samples are no pictures, or if color meets pictures with an alpha channel.
        """
        from ganfw_losses.augmentation.ada import ADA

        _refuse_in_groups("ada", spec, self.groups)
        return ADA(
            target=self.target, interval=self.interval, kimg=self.kimg, start=self.start, most=self.most,
            groups=self.groups,
        )  # fmt: skip


class PipeConfig(Config):
    """The transformations of ADA at a probability that follows a schedule (R3GAN)."""

    p: NonNegativeScheduled = 0.3
    """Probability of each transformation."""
    groups: Groups = _BGC
    """Factors on the probability by group: blit, geom, color, noise, cutout; one that is not named is left out."""

    def build(self, spec: Spec) -> Augmentation:
        """Make the augmentation.

        Raises:
            GanfwError: If samples are no pictures, or if color meets pictures with an alpha channel.
        """
        from ganfw_losses.augmentation.pipe import Pipe

        _refuse_in_groups("pipe", spec, self.groups)
        return Pipe(self.p, self.groups)


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


def _refuse_in_groups(name: str, spec: Spec, groups: Groups) -> None:
    _refuse_all_but_pictures(name, spec)
    if "color" in groups:
        _refuse_alpha(name, spec, "augmentation.groups={blit: 1, geom: 1}")
