"""The settings of each augmentation. Torch loads only inside ``build``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from ganfw.config.base import Config
from ganfw.errors import GanfwError
from ganfw.specs import ImageSpec

if TYPE_CHECKING:
    from ganfw.specs import Spec
    from ganfw.terms import Augmentation


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

        if not isinstance(spec, ImageSpec):
            raise GanfwError(
                f"diffaugment transforms pictures, but this run makes {type(spec).__name__} samples. "
                "Set augmentation=null."
            )
        if "color" in self.policy and spec.channels not in (1, 3):
            raise GanfwError(
                f"diffaugment's color works on 1 or 3 channels, but image.channels is {spec.channels} and it would mix "
                "alpha into the colors. Set augmentation.policy=[translation,cutout], or image.channels=3."
            )
        return DiffAugment(self.policy, self.fill)
