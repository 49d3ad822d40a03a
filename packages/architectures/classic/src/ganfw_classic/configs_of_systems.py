"""The settings of networks that one system each is known for. No torch here: ``build`` imports it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from ganfw.config.base import Config
from ganfw.errors import GanfwError
from ganfw_classic.configs import classes_of, numbers, pictures

if TYPE_CHECKING:
    from ganfw.networks import Discriminator, Generator
    from ganfw.specs import Spec


class CGANGeneratorConfig(Config):
    """Latent and class each have a layer of their own, then meet in fully connected ones."""

    latent_dim: int = Field(default=100, ge=1)
    """Length of the latent."""
    joint_hidden: bool = True
    """Whether a hidden layer follows where they meet; the paper can be read either way."""
    dropout: float = Field(default=0.5, ge=0, lt=1)
    """Share of the hidden units that are left out in training."""

    def build(self, spec: Spec) -> Generator:
        """Make the generator.

        Raises:
            GanfwError: If the data have no classes, or are tokens.
        """
        from ganfw_classic.cgan import CGANGenerator

        return CGANGenerator(
            shape=numbers(spec).shape, classes=classes_of(spec, "generator"), latent_dim=self.latent_dim,
            joint_hidden=self.joint_hidden, dropout=self.dropout,
        )  # fmt: skip


class CGANDiscriminatorConfig(Config):
    """Sample and class each have maxout units of their own, then meet in others."""

    dropout: float = Field(default=0.5, ge=0, lt=1)
    """Share of the joint units that are left out in training."""

    def build(self, spec: Spec) -> Discriminator:
        """Make the discriminator.

        Raises:
            GanfwError: If the data have no classes, or are tokens.
        """
        from ganfw_classic.cgan import CGANDiscriminator

        return CGANDiscriminator(
            shape=numbers(spec).shape, classes=classes_of(spec, "discriminator"), dropout=self.dropout
        )


class InfoGANGeneratorConfig(Config):
    """Fully connected layers and two transposed convolutions, from latents that begin with codes."""

    categorical: tuple[int, ...] = (10,)
    """Number of values of each categorical code."""
    continuous: int = Field(default=2, ge=0)
    """Number of continuous codes, uniform on (-1, 1)."""
    noise: int = Field(default=62, ge=0)
    """Length of what the codes leave open."""
    width: int = Field(default=64, ge=1)
    """Channels at half the picture's size; twice as many at a quarter, and sixteen times as many units before."""

    def build(self, spec: Spec) -> Generator:
        """Make the generator.

        Raises:
            GanfwError: If the spec is no picture, or its size no multiple of 4.
        """
        from ganfw_classic.infogan import InfoGANGenerator

        image = pictures(spec, "infogan")
        return InfoGANGenerator(
            size=image.size, channels=image.channels, categorical=self.categorical, continuous=self.continuous,
            noise=self.noise, width=self.width,
        )  # fmt: skip


class InfoGANDiscriminatorConfig(Config):
    """Two strided convolutions and a wide layer, with one logit and a head for the codes."""

    code: int = Field(default=12, ge=1)
    """Length of the head: all values of the categorical codes and the continuous ones, these twice if learned_std."""
    width: int = Field(default=64, ge=1)
    """Channels after the first convolution; twice as many after the second, and sixteen times as many units then."""
    norm: Literal["batch", "none"] = "batch"
    """Normalisation; none where spectral normalisation takes its place."""

    def build(self, spec: Spec) -> Discriminator:
        """Make the discriminator.

        Raises:
            GanfwError: If the spec is no picture, or its size no multiple of 4.
        """
        from ganfw_classic.infogan import InfoGANDiscriminator

        image = pictures(spec, "infogan")
        return InfoGANDiscriminator(
            size=image.size, channels=image.channels, code=self.code, width=self.width, norm=self.norm
        )


class EBGANDiscriminatorConfig(Config):
    """A convolutional autoencoder that judges by its squared error."""

    width: int = Field(default=64, ge=1)
    """Channels after the first convolution; doubled at each halving."""
    reduction: Literal["mean", "sum"] = "mean"
    """Over the values of a picture; the paper's margins are those of the sum."""
    max_channels: int = Field(default=1024, ge=1)
    """Cap on the channels of the coarse resolutions; it matters above 64 pixels."""
    code_size: int = Field(default=4, ge=4)
    """Height and width of the code; the paper has 8 for 64 pixels."""

    def build(self, spec: Spec) -> Discriminator:
        """Make the discriminator.

        Raises:
            GanfwError: If the spec is no picture, its size no power of two from 8 to 1024, or the code too large.
        """
        from ganfw_classic.ebgan import EBGANDiscriminator

        image = pictures(spec, "ebgan")
        return EBGANDiscriminator(
            size=image.size, channels=image.channels, width=self.width, reduction=self.reduction,
            max_channels=self.max_channels, code_size=self.code_size,
        )  # fmt: skip


class BEGANGeneratorConfig(Config):
    """Two convolutions at each resolution with nearest doubling between, ELU, a linear end."""

    width: int = Field(default=64, ge=1)
    """Channels everywhere; the paper has 64 or 128."""
    latent_dim: int = Field(default=64, ge=1)
    """Length of the latent, uniform on (-1, 1)."""

    def build(self, spec: Spec) -> Generator:
        """Make the generator.

        Raises:
            GanfwError: If the spec is no picture, or its size no power of two from 8.
        """
        from ganfw_classic.began import BEGANGenerator

        image = pictures(spec, "began")
        return BEGANGenerator(size=image.size, channels=image.channels, width=self.width, latent_dim=self.latent_dim)


class BEGANDiscriminatorConfig(Config):
    """An autoencoder that judges by its absolute error."""

    width: int = Field(default=64, ge=1)
    """Channels at full size; as many more at each halving of the encoder."""
    code: int = Field(default=64, ge=1)
    """Length of the code."""

    def build(self, spec: Spec) -> Discriminator:
        """Make the discriminator.

        Raises:
            GanfwError: If the spec is no picture, or its size no power of two from 8.
        """
        from ganfw_classic.began import BEGANDiscriminator

        image = pictures(spec, "began")
        return BEGANDiscriminator(size=image.size, channels=image.channels, width=self.width, code=self.code)


def _domains_of(spec: Spec) -> int:
    if spec.condition is None or spec.condition.kind != "class":
        raise GanfwError(
            "cogan learns from several domains, each a class, but these data have no classes. Give data.type=domains "
            "with a source for each under data.of, or data with labels."
        )
    return spec.condition.count


class CoGANGeneratorConfig(Config):
    """DCGAN's generator with one last layer for each domain."""

    width: int = Field(default=64, ge=1)
    """Channels at half the picture's size; doubled at each halving below."""
    latent_dim: int = Field(default=100, ge=1)
    """Length of the latent."""
    max_channels: int = Field(default=1024, ge=1)
    """Cap on the channels of the coarse resolutions; it matters above 64 pixels."""

    def build(self, spec: Spec) -> Generator:
        """Make the generator.

        Raises:
            GanfwError: If the data have no classes, or are no pictures of a size that is a power of two.
        """
        from ganfw_classic.cogan import CoGANGenerator

        image = pictures(spec, "cogan")
        return CoGANGenerator(
            size=image.size, channels=image.channels, domains=_domains_of(spec), width=self.width,
            latent_dim=self.latent_dim, max_channels=self.max_channels,
        )  # fmt: skip


class CoGANDiscriminatorConfig(Config):
    """DCGAN's discriminator with one first layer for each domain."""

    width: int = Field(default=64, ge=1)
    """Channels after the first convolution; doubled at each halving."""
    max_channels: int = Field(default=1024, ge=1)
    """Cap on the channels of the coarse resolutions; it matters above 64 pixels."""

    def build(self, spec: Spec) -> Discriminator:
        """Make the discriminator.

        Raises:
            GanfwError: If the data have no classes, or are no pictures of a size that is a power of two.
        """
        from ganfw_classic.cogan import CoGANDiscriminator

        image = pictures(spec, "cogan")
        return CoGANDiscriminator(
            size=image.size, channels=image.channels, domains=_domains_of(spec), width=self.width,
            max_channels=self.max_channels,
        )  # fmt: skip
