"""The settings of the networks. No torch here: ``build`` imports it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from ganfw.config.base import Config
from ganfw.errors import GanfwError
from ganfw.specs import ImageSpec, SequenceSpec, Spec, VectorSpec

if TYPE_CHECKING:
    from ganfw_classic.dcgan import DCGANDiscriminator, DCGANGenerator
    from ganfw_classic.mlp import MLPDiscriminator, MLPGenerator


def pictures(spec: Spec, network: str) -> ImageSpec:
    """The spec, if it is one of pictures.

    Raises:
        GanfwError: If it is another.
    """
    if isinstance(spec, ImageSpec):
        return spec
    raise GanfwError(
        f"{network} makes and judges pictures, but the data are described by {type(spec).__name__}. Use type: mlp for "
        "points, or data that are pictures."
    )


def numbers(spec: Spec) -> Spec:
    """The spec, if it is one of real numbers.

    Raises:
        GanfwError: If it is one of tokens.
    """
    if not isinstance(spec, SequenceSpec):
        return spec
    raise GanfwError(
        "mlp makes and judges real numbers, but the data are tokens (SequenceSpec). Use networks for sequences, or "
        "data that are pictures, sounds or points."
    )


def classes_of(spec: Spec, player: str) -> int:
    """How many classes the data have.

    Raises:
        GanfwError: If they have none.
    """
    if spec.condition is None or spec.condition.kind != "class":
        raise GanfwError(
            f"{player}.conditional needs data with classes, and these have none. Say where they are: data.labels=true "
            "for data that ship, data.labels=folders or a column's name for your own; or leave conditional out."
        )
    return spec.condition.count


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
    norm: Literal["batch", "virtual"] = "batch"
    """Normalisation; virtual makes a sample independent of its batch, for 64 more latents in each."""
    conditional: bool = False
    """Whether it is told the class to make."""

    def build(self, spec: Spec) -> DCGANGenerator:
        """Make the generator.

        Raises:
            GanfwError: If the spec is no picture, its size no power of two from 8 to 1024, or classes are missing.
        """
        from ganfw_classic.dcgan import DCGANGenerator

        image = pictures(spec, "DCGAN")
        return DCGANGenerator(
            size=image.size, channels=image.channels, width=self.width, latent_dim=self.latent_dim, prior=self.prior,
            max_channels=self.max_channels, classes=classes_of(spec, "generator") if self.conditional else 0,
            norm=self.norm,
        )  # fmt: skip


class DCGANDiscriminatorConfig(Config):
    """Strided convolutions that halve the picture to 4 x 4, and one logit."""

    width: int = Field(default=64, ge=1)
    """Channels after the first convolution; doubled at each halving."""
    norm: Literal["batch", "layer", "instance", "none"] = "batch"
    """Normalisation; gradient penalties need one that does not mix the samples of a batch: layer, instance or none."""
    max_channels: int = Field(default=1024, ge=1)
    """Cap on the channels of the coarse resolutions; it matters above 64 pixels."""
    conditional: Literal["none", "concat", "projection"] = "none"
    """Whether it is told the class to judge, and how: as further planes, or projected on its last features."""
    dropout: float = Field(default=0.0, ge=0, lt=1)
    """Share of the activations of each resolution that are left out in training; it helps where labels are few."""
    minibatch: Literal["none", "stddev", "discrimination"] = "none"
    """What it is told of the batch as a whole, so that fakes that are all alike are seen through."""
    heads: dict[str, int] = Field(default={})
    """Further outputs, by name and length: class for a classifier, code for what the latents held."""
    logit_from: str | None = None
    """A head of which the log-sum-exp is the logit: class, in semi-supervised games."""

    def build(self, spec: Spec) -> DCGANDiscriminator:
        """Make the discriminator.

        Raises:
            GanfwError: If the spec is no picture, its size no power of two from 8 to 1024, or classes are missing.
        """
        from ganfw_classic.dcgan import DCGANDiscriminator

        image = pictures(spec, "DCGAN")
        return DCGANDiscriminator(
            size=image.size, channels=image.channels, width=self.width, norm=self.norm,
            max_channels=self.max_channels,
            classes=classes_of(spec, "discriminator") if self.conditional != "none" else 0,
            projection=self.conditional == "projection", dropout=self.dropout, minibatch=self.minibatch,
            heads=self.heads, logit_from=self.logit_from,
        )  # fmt: skip


class MLPGeneratorConfig(Config):
    """Fully connected layers, for small pictures and for points."""

    hidden: tuple[Annotated[int, Field(ge=1)], ...] = Field(default=(128, 256, 512, 1024), min_length=1)
    """Sizes of the hidden layers."""
    latent_dim: int = Field(default=100, ge=1)
    """Length of the latent."""
    norm: Literal["batch", "none"] = "batch"
    """Normalisation of all hidden layers but the first."""
    prior: Literal["normal", "uniform"] = "normal"
    """Latent distribution."""
    activation: Literal["leaky-relu", "relu"] = "leaky-relu"
    """Of the hidden layers; the first GAN had relu."""
    conditional: bool = False
    """Whether it is told the class to make."""

    def build(self, spec: Spec) -> MLPGenerator:
        """Make the generator; its last layer is linear for points and tanh for everything in [-1, 1].

        Raises:
            GanfwError: If the data are tokens.
        """
        from ganfw_classic.mlp import MLPGenerator

        return MLPGenerator(
            shape=numbers(spec).shape, bounded=not isinstance(spec, VectorSpec), hidden=self.hidden,
            latent_dim=self.latent_dim, norm=self.norm, prior=self.prior, activation=self.activation,
            classes=classes_of(spec, "generator") if self.conditional else 0,
        )  # fmt: skip


class MLPDiscriminatorConfig(Config):
    """Fully connected layers over the flattened sample, and one logit."""

    hidden: tuple[Annotated[int, Field(ge=1)], ...] = Field(default=(512, 256), min_length=1)
    """Sizes of the hidden layers."""
    pieces: int = Field(default=1, ge=1)
    """Above 1, maxout units of so many pieces; the first GAN had 5."""
    dropout: float = Field(default=0.0, ge=0, lt=1)
    """Share of the hidden units that are left out in training."""
    conditional: Literal["none", "concat"] = "none"
    """Whether it is told the class to judge, appended to the sample."""
    heads: dict[str, int] = Field(default={})
    """Further outputs, by name and length: class for a classifier, code for what the latents held."""
    logit_from: str | None = None
    """A head of which the log-sum-exp is the logit: class, in semi-supervised games."""

    def build(self, spec: Spec) -> MLPDiscriminator:
        """Make the discriminator.

        Raises:
            GanfwError: If the data are tokens.
        """
        from ganfw_classic.mlp import MLPDiscriminator

        return MLPDiscriminator(
            shape=numbers(spec).shape, hidden=self.hidden, pieces=self.pieces, dropout=self.dropout,
            classes=classes_of(spec, "discriminator") if self.conditional != "none" else 0,
            heads=self.heads, logit_from=self.logit_from,
        )  # fmt: skip
