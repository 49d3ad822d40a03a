"""The settings of the networks. No torch here: ``build`` imports it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from ganfw.config.base import Config
from ganfw.errors import GanfwError
from ganfw.specs import ImageSpec, SequenceSpec

if TYPE_CHECKING:
    from ganfw.networks import Discriminator, Encoder
    from ganfw.specs import Spec
    from ganfw_encoders.trunks import Trunk

_SMALLEST = 8


def pictures(spec: Spec, network: str) -> ImageSpec:
    """The spec, if it is one of pictures that can be halved.

    Raises:
        GanfwError: If it is not.
    """
    if not isinstance(spec, ImageSpec):
        raise GanfwError(
            f"{network} sees pictures, but the data are described by {type(spec).__name__}. Use its fully connected "
            "kin, mlp or joint-mlp, or data that are pictures."
        )
    if spec.size < _SMALLEST:
        raise GanfwError(f"image.size={spec.size} is too small for {network}. Use image.size={_SMALLEST} or more.")
    return spec


def numbers(spec: Spec, network: str) -> Spec:
    """The spec, if it is one of real numbers.

    Raises:
        GanfwError: If it is one of tokens.
    """
    if not isinstance(spec, SequenceSpec):
        return spec
    raise GanfwError(
        f"{network} sees real numbers, but the data are tokens (SequenceSpec). Use networks for sequences, or data "
        "that are pictures, sounds or points."
    )


def code_of_pairs(spec: Spec, network: str) -> int:
    """Length of the codes that a joint discriminator is given as condition.

    Raises:
        GanfwError: If the spec has none.
    """
    if spec.condition is None or spec.condition.kind != "vector":
        raise GanfwError(
            f"{network} judges pairs of a sample and its code, which no game but bigan and bicogan has. Set gan=bigan, "
            "or another discriminator.type."
        )
    return spec.condition.count


class EncoderConfig(Config):
    """What the encoders have in common."""

    code_dim: int = Field(default=20, ge=1)
    """Length of the code: that of the generator's latent, and what the game adds to it."""
    head: Literal["point", "gaussian"] = "point"
    """One code for each sample, or mean and variance of a normal distribution, from which it is drawn."""

    def _with_head(self, trunk: Trunk) -> Encoder:
        from ganfw_encoders.encoder import NormalEncoder, PointEncoder

        return (NormalEncoder if self.head == "gaussian" else PointEncoder)(trunk, self.code_dim)


class MLPEncoderConfig(EncoderConfig):
    """Fully connected layers over the flattened sample, and a linear one to the code."""

    hidden: tuple[Annotated[int, Field(ge=1)], ...] = Field(default=(1000, 1000), min_length=1)
    """Sizes of the hidden layers."""
    norm: Literal["batch", "layer", "none"] = "none"
    """Normalisation of the hidden layers."""
    activation: Literal["leaky-relu", "relu", "tanh"] = "relu"
    """After each hidden layer."""
    noise: float = Field(default=0.0, ge=0)
    """Standard deviation of normal noise on the sample in training; it helps where labels are few."""

    def build(self, spec: Spec) -> Encoder:
        """Make the encoder.

        Raises:
            GanfwError: If the data are tokens.
        """
        from ganfw_encoders.trunks import mlp_trunk

        shape = numbers(spec, "mlp").shape
        return self._with_head(mlp_trunk(shape, self.hidden, norm=self.norm, act=self.activation, noise=self.noise))


class ConvEncoderConfig(EncoderConfig):
    """Strided convolutions that halve the picture to at most 4 x 4, and a linear layer to the code."""

    width: int = Field(default=32, ge=1)
    """Channels after the first convolution; doubled at each halving."""
    norm: Literal["batch", "layer", "none"] = "batch"
    """Normalisation of all convolutions but the first."""
    max_channels: int = Field(default=512, ge=1)
    """Cap on the channels of the coarse resolutions."""

    def build(self, spec: Spec) -> Encoder:
        """Make the encoder.

        Raises:
            GanfwError: If the data are no pictures of 8 pixels or more.
        """
        from ganfw_encoders.trunks import conv_trunk

        image = pictures(spec, "conv")
        return self._with_head(
            conv_trunk(image.size, image.channels, self.width, norm=self.norm, max_channels=self.max_channels)
        )


class JointMLPConfig(Config):
    """Fully connected layers over a flattened sample and its code."""

    hidden: tuple[Annotated[int, Field(ge=1)], ...] = Field(default=(1024, 1024), min_length=1)
    """Sizes of the hidden layers."""
    dropout: float = Field(default=0.0, ge=0, lt=1)
    """Share of the hidden units that are left out in training."""

    def build(self, spec: Spec) -> Discriminator:
        """Make the discriminator.

        Raises:
            GanfwError: If the data are tokens, or no codes come with the samples.
        """
        from ganfw_encoders.discriminator import JointDiscriminator
        from ganfw_encoders.trunks import mlp_trunk

        trunk = mlp_trunk(numbers(spec, "joint-mlp").shape, ())
        return JointDiscriminator(
            trunk, code_of_pairs(spec, "joint-mlp"), hidden=self.hidden, dropout=self.dropout
        )  # fmt: skip


class JointConvConfig(Config):
    """Strided convolutions over the picture, whose features meet its code in fully connected layers."""

    width: int = Field(default=32, ge=1)
    """Channels after the first convolution; doubled at each halving."""
    norm: Literal["batch", "layer", "none"] = "none"
    """Normalisation of all convolutions but the first; penalties need one that does not mix samples: layer or none."""
    max_channels: int = Field(default=512, ge=1)
    """Cap on the channels of the coarse resolutions."""
    code_hidden: int = Field(default=256, ge=0)
    """Units of a layer of the code's own; 0 gives the code as it is."""
    hidden: tuple[Annotated[int, Field(ge=1)], ...] = Field(default=(512,), min_length=1)
    """Sizes of the layers where the two meet."""
    dropout: float = Field(default=0.0, ge=0, lt=1)
    """Share of those units that are left out in training."""

    def build(self, spec: Spec) -> Discriminator:
        """Make the discriminator.

        Raises:
            GanfwError: If the data are no pictures of 8 pixels or more, or no codes come with the samples.
        """
        from ganfw_encoders.discriminator import JointDiscriminator
        from ganfw_encoders.trunks import conv_trunk

        image = pictures(spec, "joint-conv")
        return JointDiscriminator(
            conv_trunk(image.size, image.channels, self.width, norm=self.norm, max_channels=self.max_channels),
            code_of_pairs(spec, "joint-conv"), code_hidden=self.code_hidden, hidden=self.hidden, dropout=self.dropout,
        )  # fmt: skip
