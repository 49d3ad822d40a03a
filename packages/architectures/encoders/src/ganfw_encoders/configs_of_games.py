"""What the recipes of this package's games hold. No torch here: ``build`` imports it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field, field_validator

from ganfw.config.base import Config, NonNegativeScheduled, Scheduled
from ganfw.config.recipe import Recipe
from ganfw.config.slots import PartConfig, Slot, types_from_names
from ganfw.config.trainer import OptimizerConfig
from ganfw.errors import GanfwError
from ganfw.specs import Condition, VectorSpec

if TYPE_CHECKING:
    from ganfw.gan import GAN
    from ganfw.specs import Spec
    from ganfw_encoders.priors import Prior

_Optimizer = Annotated[OptimizerConfig, Slot("optimizer", default="adam")]
_Network = Literal["encoder", "generator", "discriminator"]
AAEUpdate = Literal["autoencoder", "discriminator", "encoder"]
SemiSupervisedUpdate = Literal["autoencoder", "discriminator", "encoder", "classifier"]


class AutoencoderRecipe(Recipe):
    """An encoder and a generator that takes its codes."""

    freeze: tuple[_Network, ...] = ()
    """Networks that do not learn."""
    encoder: Annotated[PartConfig, Slot("encoder")]
    """Turns samples into codes."""
    generator: Annotated[PartConfig, Slot("generator")]
    """Makes samples of codes: the decoder."""


class AdversarialRecipe(AutoencoderRecipe):
    """The same with a game."""

    discriminator: Annotated[PartConfig, Slot("discriminator")]
    """Judges what the game is about."""
    loss: Annotated[PartConfig, Slot("loss")]
    """What the two sides play for."""
    regularizers: dict[str, Annotated[PartConfig, Slot("regularizer", keyed=True)]] = Field(default={})
    """Penalties by name; the name is the type unless a type is given, and null switches one off."""
    generator_every: int = Field(default=1, ge=1)
    """Updates of the discriminator for each of the other side."""

    @field_validator("regularizers", mode="before")
    @classmethod
    def _types_from_names(cls, regularizers: Any) -> Any:
        return types_from_names(regularizers)

    def _terms(self, spec: Spec) -> dict[str, Any]:
        return {name: config.build(spec) for name, config in self.regularizers.items()}


class AAERecipe(AdversarialRecipe):
    """An adversarial autoencoder: reconstruction, and codes that pass for draws of a prior."""

    # A dictionary's key type may not be narrowed, for it could be written to; a config is frozen.
    optimizers: dict[AAEUpdate, _Optimizer] = Field(default={})  # type: ignore[assignment]
    """By update; one that is not named here learns with Adam at 2e-4."""
    prior: Literal["gaussian", "mixture", "swiss-roll"] = "gaussian"
    """What codes are held to; the last two are in the plane, with codes of length 2."""
    components: int = Field(default=10, ge=1)
    """Of the mixture and the swiss roll, where the discriminator is not told the classes."""
    label_informed: bool = False
    """Whether the discriminator is told the class of each sample, so that each gets a component of its own."""

    def build(self, spec: Spec) -> GAN:
        """Make the GAN; see `Recipe.build`."""
        from ganfw_encoders.aae import AAE

        encoder, generator = self.encoder.build(spec), self.generator.build(spec)
        informed = self._classes(spec) if self.label_informed else 0
        seen = VectorSpec(generator.latent_dim + informed)
        return AAE(
            encoder, generator, self.discriminator.build(seen), self.loss.build(seen),
            prior=self._prior(generator.latent_dim, informed or self.components), informed=informed,
            regularizers=self._terms(seen), generator_every=self.generator_every,
        )  # fmt: skip

    def _classes(self, spec: Spec) -> int:
        if self.prior == "gaussian":
            raise GanfwError("label_informed needs a prior with components. Set prior=mixture or prior=swiss-roll.")
        if spec.condition is None or spec.condition.kind != "class":
            raise GanfwError(
                "label_informed needs data with classes, and these have none. Say where they are: data.labels=true for "
                "data that ship, data.labels=folders or a column's name for your own."
            )
        return spec.condition.count

    def _prior(self, length: int, components: int) -> Prior:
        from ganfw_encoders import priors

        if self.prior == "gaussian":
            return priors.Gaussian(length)
        if length != 2:
            raise GanfwError(
                f"prior={self.prior} is in the plane, but the generator takes codes of length {length}. Set "
                "generator.latent_dim=2 encoder.code_dim=2."
            )
        return {"mixture": priors.Mixture, "swiss-roll": priors.SwissRoll}[self.prior](components)


class SemiSupervisedAAERecipe(AdversarialRecipe):
    """An adversarial autoencoder whose codes are a class and a style, with two judges and few labels."""

    optimizers: dict[SemiSupervisedUpdate, _Optimizer] = Field(default={})  # type: ignore[assignment]
    """By update; one that is not named here learns with Adam at 2e-4."""
    class_discriminator: Annotated[PartConfig, Slot("discriminator")]
    """Judges the part of the code that is the class; `discriminator` judges the style."""
    classes: int = Field(default=10, ge=2)
    """How many classes there are."""

    def build(self, spec: Spec) -> GAN:
        """Make the GAN; see `Recipe.build`."""
        from ganfw_encoders.aae import AAE
        from ganfw_encoders.discriminator import PartsDiscriminator
        from ganfw_encoders.priors import Gaussian, Labelled

        encoder, generator = self.encoder.build(spec), self.generator.build(spec)
        style = generator.latent_dim - self.classes
        if style < 1:
            raise GanfwError(
                f"generator.latent_dim={generator.latent_dim} leaves no room for a style beside {self.classes} "
                f"classes. Set generator.latent_dim={self.classes + 10} encoder.code_dim={self.classes + 10}."
            )
        lengths = (self.classes, style)
        slots = (self.class_discriminator, self.discriminator)
        judges = [slot.build(VectorSpec(length)) for slot, length in zip(slots, lengths, strict=True)]
        whole = VectorSpec(generator.latent_dim)
        return AAE(
            encoder, generator, PartsDiscriminator(judges, lengths), self.loss.build(whole),
            prior=Labelled(self.classes, Gaussian(style)), classes=self.classes, regularizers=self._terms(whole),
            generator_every=self.generator_every,
        )  # fmt: skip


class BiGANRecipe(AdversarialRecipe):
    """Encoder and generator against a discriminator of pairs."""

    optimizers: dict[Literal["generator", "discriminator"], _Optimizer] = Field(default={})  # type: ignore[assignment]
    """Of generator and encoder together, and of the discriminator; by default Adam at 2e-4."""
    augmentation: Annotated[PartConfig, Slot("augmentation")] | None = None
    """Applied to the samples of all pairs before the discriminator sees them."""

    def build(self, spec: Spec) -> GAN:
        """Make the GAN; see `Recipe.build`."""
        return self._build(spec, None)

    def _build(self, spec: Spec, extrinsic: Any) -> GAN:
        from ganfw_encoders.bigan import BiGAN

        encoder, generator = self.encoder.build(spec), self.generator.build(spec)
        pair = replace(spec, condition=Condition("vector", encoder.code_dim))
        return BiGAN(
            encoder, generator, self.discriminator.build(pair), self.loss.build(spec), extrinsic=extrinsic,
            regularizers=self._terms(spec), condition=spec.condition, generator_every=self.generator_every,
            augmentation=self.augmentation.build(spec) if self.augmentation is not None else None,
        )  # fmt: skip


class ExtrinsicConfig(Config):
    """The weight min(alpha exp(rho t), phi), with t in thousands of images shown."""

    alpha: float = Field(default=1.0, ge=0)
    """The weight at the start."""
    rho: float = Field(default=0.01, ge=0)
    """Its growth."""
    phi: float = Field(default=10.0, gt=0)
    """The largest weight."""


class BiCoGANRecipe(BiGANRecipe):
    """BiGAN under a condition, which the encoder finds too."""

    extrinsic: ExtrinsicConfig = ExtrinsicConfig()
    """How much it weighs that the encoder finds the condition."""

    def build(self, spec: Spec) -> GAN:
        """Make the GAN; see `Recipe.build`.

        Raises:
            GanfwError: If the data have no condition.
        """
        from ganfw_encoders.bigan import Extrinsic

        if spec.condition is None:
            raise GanfwError(
                "bicogan needs data with classes or other factors, and these have none. Say where they are: "
                "data.labels=true for data that ship, data.labels=folders or a column's name for your own; or set "
                "gan=bigan."
            )
        return self._build(spec, Extrinsic(self.extrinsic.alpha, self.extrinsic.rho, self.extrinsic.phi))


class VAERecipe(AutoencoderRecipe):
    """A variational autoencoder."""

    freeze: tuple[Literal["encoder", "generator"], ...] = ()
    """Networks that do not learn."""
    optimizers: dict[Literal["autoencoder"], _Optimizer] = Field(default={})  # type: ignore[assignment]
    """Of both networks together; by default Adam at 2e-4."""
    likelihood: Literal["bernoulli", "gaussian"] = "bernoulli"
    """How likely a sample is given its code: each value a probability, or the mean of a normal distribution."""
    std: float = Field(default=1.0, gt=0)
    """Standard deviation of the gaussian likelihood."""
    beta: NonNegativeScheduled = 1.0
    """Factor of the KL divergence; only with 1 is the loss a bound on the likelihood."""

    def build(self, spec: Spec) -> GAN:
        """Make the GAN; see `Recipe.build`."""
        from ganfw_encoders.vae import VAE

        return VAE(
            self.encoder.build(spec), self.generator.build(spec), likelihood=self.likelihood, std=self.std,
            beta=self.beta,
        )  # fmt: skip


class VAEGANRecipe(AdversarialRecipe):
    """An autoencoder that is measured by the features of its own discriminator."""

    optimizers: dict[_Network, _Optimizer] = Field(default={})  # type: ignore[assignment]
    """By network; one that is not named here learns with Adam at 2e-4."""
    gamma: Scheduled = 1e-2
    """Factor of the reconstruction in the generator's loss."""
    kl_weight: NonNegativeScheduled = 1.0
    """Factor of the KL divergence in the encoder's loss."""
    layer: int = -1
    """The discriminator's layer whose features are compared, from the end if negative."""

    def build(self, spec: Spec) -> GAN:
        """Make the GAN; see `Recipe.build`."""
        from ganfw_encoders.vae_gan import VAEGAN

        return VAEGAN(
            self.encoder.build(spec), self.generator.build(spec), self.discriminator.build(spec), self.loss.build(spec),
            gamma=self.gamma, kl_weight=self.kl_weight, layer=self.layer, regularizers=self._terms(spec),
            generator_every=self.generator_every,
        )  # fmt: skip
