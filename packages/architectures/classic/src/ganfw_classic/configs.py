"""The settings of the networks. No torch here: ``build`` imports it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from ganfw.config.base import Config
from ganfw.errors import GanfwError
from ganfw.specs import ImageSpec, SequenceSpec, Spec, VectorSpec

if TYPE_CHECKING:
    from ganfw_classic.dcgan import DCGANDiscriminator, DCGANGenerator
    from ganfw_classic.mlp import MLPDiscriminator, MLPGenerator


def _pictures(spec: Spec) -> ImageSpec:
    if isinstance(spec, ImageSpec):
        return spec
    raise GanfwError(
        f"DCGAN makes and judges pictures, but the data are described by {type(spec).__name__}. Use type: mlp for "
        "points, or data that are pictures."
    )


def _numbers(spec: Spec) -> Spec:
    if not isinstance(spec, SequenceSpec):
        return spec
    raise GanfwError(
        "mlp makes and judges real numbers, but the data are tokens (SequenceSpec). Use networks for sequences, or "
        "data that are pictures, sounds or points."
    )


class DCGANGeneratorConfig(Config):
    """Transposed convolutions that double from 4 x 4 to the picture."""

    width: int = Field(default=64, ge=1)
    """Channels at half the picture's size; doubled at each halving below. The paper has 128."""
    latent_dim: int = Field(default=100, ge=1)
    """Length of the latent."""
    prior: Literal["normal", "uniform"] = "normal"
    """Latent distribution; the paper has uniform on (-1, 1)."""
    max_channels: int = Field(default=1024, ge=1)
    """Cap on the channels of the coarse resolutions; it matters above 64 pixels."""

    def build(self, spec: Spec) -> DCGANGenerator:
        """Make the generator.

        Raises:
            GanfwError: If the spec is no picture, or its size no power of two from 8 to 1024.
        """
        from ganfw_classic.dcgan import DCGANGenerator

        image = _pictures(spec)
        return DCGANGenerator(
            size=image.size, channels=image.channels, width=self.width, latent_dim=self.latent_dim, prior=self.prior,
            max_channels=self.max_channels,
        )  # fmt: skip


class DCGANDiscriminatorConfig(Config):
    """Strided convolutions that halve the picture to 4 x 4, and one logit."""

    width: int = Field(default=64, ge=1)
    """Channels after the first convolution; doubled at each halving."""
    norm: Literal["batch", "layer", "instance", "none"] = "batch"
    """Normalisation; gradient penalties need one that does not mix the samples of a batch: layer, instance or none."""
    max_channels: int = Field(default=1024, ge=1)
    """Cap on the channels of the coarse resolutions; it matters above 64 pixels."""

    def build(self, spec: Spec) -> DCGANDiscriminator:
        """Make the discriminator.

        Raises:
            GanfwError: If the spec is no picture, or its size no power of two from 8 to 1024.
        """
        from ganfw_classic.dcgan import DCGANDiscriminator

        image = _pictures(spec)
        return DCGANDiscriminator(
            size=image.size, channels=image.channels, width=self.width, norm=self.norm, max_channels=self.max_channels
        )


class MLPGeneratorConfig(Config):
    """Fully connected layers, for small pictures and for points."""

    hidden: tuple[int, ...] = Field(default=(128, 256, 512, 1024), min_length=1)
    """Sizes of the hidden layers."""
    latent_dim: int = Field(default=100, ge=1)
    """Length of the latent."""
    norm: Literal["batch", "none"] = "batch"
    """Normalisation of all hidden layers but the first."""
    prior: Literal["normal", "uniform"] = "normal"
    """Latent distribution."""

    def build(self, spec: Spec) -> MLPGenerator:
        """Make the generator; its last layer is linear for points and tanh for everything in [-1, 1].

        Raises:
            GanfwError: If the data are tokens.
        """
        from ganfw_classic.mlp import MLPGenerator

        return MLPGenerator(
            shape=_numbers(spec).shape, bounded=not isinstance(spec, VectorSpec), hidden=self.hidden,
            latent_dim=self.latent_dim, norm=self.norm, prior=self.prior,
        )  # fmt: skip


class MLPDiscriminatorConfig(Config):
    """Fully connected layers over the flattened sample, and one logit."""

    hidden: tuple[int, ...] = Field(default=(512, 256), min_length=1)
    """Sizes of the hidden layers."""

    def build(self, spec: Spec) -> MLPDiscriminator:
        """Make the discriminator.

        Raises:
            GanfwError: If the data are tokens.
        """
        from ganfw_classic.mlp import MLPDiscriminator

        return MLPDiscriminator(shape=_numbers(spec).shape, hidden=self.hidden)
