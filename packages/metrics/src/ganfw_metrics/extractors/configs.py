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


class InceptionConfig(Config):
    """Inception-v3 of 2015, which published figures use."""

    path: str | None = None
    """The file of weights; downloaded once when left out."""

    def build(self, spec: Spec) -> Extractor:
        """Make the extractor.

        Raises:
            GanfwError: If the samples are no pictures, or the weights are not there.
        """
        from ganfw_metrics.extractors.inception import InceptionV3
        from ganfw_metrics.pictures import need_pictures

        need_pictures(spec, "inception")
        return InceptionV3(self.path)


class DINOv2Config(Config):
    """DINOv2, a vision transformer that was trained without labels."""

    model: str = "facebook/dinov2-large"
    """A name on the Hugging Face hub, or a folder. The large one is what published figures use; base is faster."""

    def build(self, spec: Spec) -> Extractor:
        """Make the extractor.

        Raises:
            GanfwError: If the samples are no pictures, or the model cannot be opened.
        """
        from ganfw_metrics.extractors.transformers import DINOv2
        from ganfw_metrics.pictures import need_pictures

        need_pictures(spec, "dinov2")
        return DINOv2(self.model)


class CLIPConfig(Config):
    """CLIP, a vision transformer that was trained on pictures and their captions."""

    model: str = "openai/clip-vit-large-patch14"
    """A name on the Hugging Face hub, or a folder."""

    def build(self, spec: Spec) -> Extractor:
        """Make the extractor.

        Raises:
            GanfwError: If the samples are no pictures, or the model cannot be opened.
        """
        from ganfw_metrics.extractors.transformers import CLIP
        from ganfw_metrics.pictures import need_pictures

        need_pictures(spec, "clip")
        return CLIP(self.model)


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
