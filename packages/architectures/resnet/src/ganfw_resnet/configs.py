"""The settings of the networks. No torch here: ``build`` imports it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from ganfw.config.base import Config
from ganfw.errors import GanfwError
from ganfw.specs import ImageSpec
from ganfw_resnet.sizes import channel_ladder

if TYPE_CHECKING:
    from ganfw.specs import Spec
    from ganfw_resnet.discriminators import BigGANDeepDiscriminator, SNGANDiscriminator
    from ganfw_resnet.generators import BigGANGenerator, SNGANGenerator

_SMALL = 32


def pictures(spec: Spec) -> ImageSpec:
    """The spec, if it is one of pictures.

    Raises:
        GanfwError: If it is another.
    """
    if isinstance(spec, ImageSpec):
        return spec
    raise GanfwError(
        f"residual networks make and judge pictures, but the data are described by {type(spec).__name__}. Use data "
        "that are pictures, or other networks: ganfw plugins lists what is installed."
    )


def classes_of(spec: Spec, setting: str, without: str) -> int:
    """How many classes the data have.

    Args:
        spec: What the data are.
        setting: What needs the classes.
        without: Its value that does not.

    Raises:
        GanfwError: If they have none.
    """
    if spec.condition is None or spec.condition.kind != "class":
        raise GanfwError(
            f"{setting} needs data with classes, and these have none. Say where they are: data.labels=true for data "
            "that ship, data.labels=folders or a column's name for your own; or do without: "
            f"{setting.partition('=')[0]}={without}."
        )
    return spec.condition.count


class SNGANGeneratorConfig(Config):
    """The residual generator of WGAN-GP, SN-GAN and SAGAN."""

    width: int | None = Field(default=None, ge=1)
    """Channels everywhere up to 32 pixels, by default 256 (WGAN-GP 128); above at the picture's size, by default 64."""
    latent_dim: int = Field(default=128, ge=1)
    """Length of the latent."""
    conditional: bool = False
    """Whether it is told the class to make, by the gains and biases of its batch normalisation."""
    attention: int = Field(default=0, ge=0)
    """Resolution of self-attention, 0 for none. SAGAN has it at 32 or 64 of 128 pixels."""
    init: Literal["xavier", "orthogonal", "normal"] = "xavier"
    """How weights start: xavier as in SN-GAN and WGAN-GP, orthogonal as in BigGAN, normal with deviation 0.02."""

    def build(self, spec: Spec) -> SNGANGenerator:
        """Make the generator.

        Raises:
            GanfwError: If the spec is no picture, its size no power of two from 8 to 512, classes are missing, or no
                maps have the size `attention`.
        """
        from ganfw_resnet.generators import SNGANGenerator

        image = pictures(spec)
        width = self.width or (256 if image.size <= _SMALL else 64)
        return SNGANGenerator(
            ladder=channel_ladder(image.size, width), channels=image.channels, latent_dim=self.latent_dim,
            classes=classes_of(spec, "generator.conditional=true", "false") if self.conditional else 0,
            attention=self.attention, init=self.init,
        )  # fmt: skip


class BigGANGeneratorConfig(Config):
    """BigGAN's generator: a shared class embedding, and a chunk of the latent for each block."""

    width: int = Field(default=96, ge=1)
    """Channels at the picture's size; up to 32 pixels everywhere four times as many."""
    latent_dim: int = Field(default=120, ge=1)
    """Length of the latent, 20 for each chunk: 80, 100, 120, 140 at 32, 64, 128, 256 pixels. A rest is left out."""
    conditional: bool = True
    """Whether it is told the class to make."""
    shared_dim: int = Field(default=128, ge=1)
    """Length of the classes' embedding, which all blocks share."""
    attention: int = Field(default=0, ge=0)
    """Resolution of self-attention, 0 for none. The paper has it at 64."""
    init: Literal["xavier", "orthogonal", "normal"] = "orthogonal"
    """How weights start."""

    def build(self, spec: Spec) -> BigGANGenerator:
        """Make the generator.

        Raises:
            GanfwError: If the spec is no picture, its size no power of two from 8 to 512, classes are missing, no maps
                have the size `attention`, or the latent is too short.
        """
        return _biggan_generator(self, spec, deep=False)


class BigGANDeepGeneratorConfig(Config):
    """BigGAN-deep's generator: two bottleneck blocks at each resolution, each told the whole latent."""

    width: int = Field(default=128, ge=1)
    """Channels at the picture's size; up to 32 pixels everywhere four times as many."""
    latent_dim: int = Field(default=128, ge=1)
    """Length of the latent."""
    conditional: bool = True
    """Whether it is told the class to make."""
    shared_dim: int = Field(default=128, ge=1)
    """Length of the classes' embedding, which all blocks share."""
    attention: int = Field(default=0, ge=0)
    """Resolution of self-attention, 0 for none. The paper has it at 64."""
    init: Literal["xavier", "orthogonal", "normal"] = "orthogonal"
    """How weights start."""

    def build(self, spec: Spec) -> BigGANGenerator:
        """Make the generator; see `BigGANGeneratorConfig.build`."""
        return _biggan_generator(self, spec, deep=True)


def _judged(conditional: str, spec: Spec) -> int:
    if conditional == "none":
        return 0
    return classes_of(spec, f"discriminator.conditional={conditional}", "none")


def _biggan_generator(
    config: BigGANGeneratorConfig | BigGANDeepGeneratorConfig, spec: Spec, *, deep: bool
) -> BigGANGenerator:
    from ganfw_resnet.generators import BigGANGenerator

    image = pictures(spec)
    return BigGANGenerator(
        ladder=channel_ladder(image.size, config.width, small=4), channels=image.channels,
        latent_dim=config.latent_dim, shared_dim=config.shared_dim,
        classes=classes_of(spec, "generator.conditional=true", "false") if config.conditional else 0,
        attention=config.attention, deep=deep, init=config.init,
    )  # fmt: skip


class SNGANDiscriminatorConfig(Config):
    """The residual discriminator of WGAN-GP, SN-GAN and SAGAN; nothing in it is normalised."""

    width: int | None = Field(default=None, ge=1)
    """Channels everywhere up to 32 pixels, by default 128; above after the first block, by default 64."""
    pool: Literal["sum", "mean"] = "sum"
    """Over the last maps; WGAN-GP has the mean."""
    conditional: Literal["none", "projection"] = "none"
    """Whether it is told the class to judge, projected on its last features."""
    heads: dict[str, int] = Field(default={})
    """Further outputs, by name and length: class for a classifier, code for what the latents held."""
    attention: int = Field(default=0, ge=0)
    """Resolution of self-attention, 0 for none. SAGAN has it at 32 or 64 of 128 pixels."""
    init: Literal["xavier", "orthogonal", "normal"] = "xavier"
    """How weights start."""

    def build(self, spec: Spec) -> SNGANDiscriminator:
        """Make the discriminator.

        Raises:
            GanfwError: If the spec is no picture, its size no power of two from 8 to 512, classes are missing, or no
                maps have the size `attention`.
        """
        from ganfw_resnet.discriminators import SNGANDiscriminator

        image = pictures(spec)
        width = self.width or (128 if image.size <= _SMALL else 64)
        return SNGANDiscriminator(
            ladder=channel_ladder(image.size, width), channels=image.channels, pool=self.pool, heads=self.heads,
            classes=_judged(self.conditional, spec),
            attention=self.attention, init=self.init,
        )  # fmt: skip


class BigGANDiscriminatorConfig(Config):
    """BigGAN's discriminator: SN-GAN's with wide blocks."""

    width: int = Field(default=96, ge=1)
    """Channels after the first block; up to 32 pixels everywhere four times as many."""
    conditional: Literal["none", "projection"] = "projection"
    """Whether it is told the class to judge, projected on its last features."""
    heads: dict[str, int] = Field(default={})
    """Further outputs, by name and length: class for a classifier, code for what the latents held."""
    attention: int = Field(default=0, ge=0)
    """Resolution of self-attention, 0 for none. The paper has it at 64."""
    init: Literal["xavier", "orthogonal", "normal"] = "orthogonal"
    """How weights start."""

    def build(self, spec: Spec) -> SNGANDiscriminator:
        """Make the discriminator; see `SNGANDiscriminatorConfig.build`."""
        from ganfw_resnet.discriminators import SNGANDiscriminator

        image = pictures(spec)
        return SNGANDiscriminator(
            ladder=channel_ladder(image.size, self.width, small=4), channels=image.channels, wide=True,
            classes=_judged(self.conditional, spec),
            heads=self.heads, attention=self.attention, init=self.init,
        )  # fmt: skip


class BigGANDeepDiscriminatorConfig(Config):
    """BigGAN-deep's discriminator: two bottleneck blocks at each resolution."""

    width: int = Field(default=128, ge=1)
    """Channels at the picture's size; up to 32 pixels everywhere four times as many."""
    conditional: Literal["none", "projection"] = "projection"
    """Whether it is told the class to judge, projected on its last features."""
    heads: dict[str, int] = Field(default={})
    """Further outputs, by name and length: class for a classifier, code for what the latents held."""
    attention: int = Field(default=0, ge=0)
    """Resolution of self-attention, 0 for none. The paper has it at 64."""
    init: Literal["xavier", "orthogonal", "normal"] = "orthogonal"
    """How weights start."""

    def build(self, spec: Spec) -> BigGANDeepDiscriminator:
        """Make the discriminator; see `SNGANDiscriminatorConfig.build`."""
        from ganfw_resnet.discriminators import BigGANDeepDiscriminator

        image = pictures(spec)
        return BigGANDeepDiscriminator(
            ladder=channel_ladder(image.size, self.width, small=4), channels=image.channels,
            classes=_judged(self.conditional, spec),
            heads=self.heads, attention=self.attention, init=self.init,
        )  # fmt: skip
