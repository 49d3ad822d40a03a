"""The settings of each extractor. Torch loads only inside ``build``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from ganfw.config.base import Config

if TYPE_CHECKING:
    from ganfw.extractors import Extractor
    from ganfw.specs import Spec


class IdentityConfig(Config):
    """The sample itself."""

    def build(self, spec: Spec) -> Extractor:
        """Make the extractor; it fits every spec."""
        from ganfw_metrics.extractors.identity import Identity

        return Identity()


class RandomConfig(Config):
    """Convolutions with random weights."""

    seed: int = Field(default=0, ge=0)
    """Of the weights."""

    def build(self, spec: Spec) -> Extractor:
        """Make the extractor.

        Raises:
            GanfwError: If the samples are no pictures.
        """
        from ganfw_metrics.extractors.random import RandomConvolutions
        from ganfw_metrics.pictures import need_pictures

        need_pictures(spec, "random")
        return RandomConvolutions(self.seed)


class EfficientNetLite0Config(Config):
    """EfficientNet-Lite0, trained on ImageNet; its weights come in a package."""

    size: int = Field(default=128, ge=32, multiple_of=32)
    """Pictures are resized to it. The network was trained at 224; 128 costs a third of that."""

    def build(self, spec: Spec) -> Extractor:
        """Make the extractor.

        Raises:
            GanfwError: If the samples are no pictures, or the packages are not installed.
        """
        from ganfw_metrics.extractors.efficientnet import EfficientNetLite0
        from ganfw_metrics.pictures import need_pictures

        need_pictures(spec, "efficientnet-lite0")
        return EfficientNetLite0(self.size)


class MNISTClassifierConfig(Config):
    """A small classifier of handwritten digits, which ships."""

    def build(self, spec: Spec) -> Extractor:
        """Make the extractor.

        Raises:
            GanfwError: If the samples are no pictures.
        """
        from ganfw_metrics.extractors.mnist_classifier import MNISTClassifier
        from ganfw_metrics.pictures import need_pictures

        need_pictures(spec, "mnist-classifier")
        return MNISTClassifier()
