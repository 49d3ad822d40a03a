"""The settings of each penalty and constraint. Torch loads only inside ``build``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from ganfw.config.base import Config, NonNegativeScheduled
from ganfw.config.slots import PartConfig, Slot
from ganfw.errors import GanfwError
from ganfw.specs import ImageSpec

if TYPE_CHECKING:
    from ganfw.specs import Spec
    from ganfw.terms import Augmentation, Constraint, Regularizer


class R1Config(Config):
    """Zero-centered gradient penalty on real samples."""

    gamma: NonNegativeScheduled = 10.0
    """Weight; half of it multiplies the mean squared norm. 10 suits 256 pixels and up, 0.01 to 1 suits 32."""
    every: int = Field(default=1, ge=1)
    """Evaluate each this many steps; 16 is StyleGAN 2's lazy regularization."""

    def build(self, spec: Spec) -> Regularizer:
        """Make the penalty; it fits every spec of real numbers."""
        from ganfw_losses.regularizers.r1 import R1

        return R1(self.gamma, self.every)


class R2Config(Config):
    """Zero-centered gradient penalty on fakes."""

    gamma: NonNegativeScheduled = 10.0
    """Weight; half of it multiplies the mean squared norm. Usually that of R1."""
    every: int = Field(default=1, ge=1)
    """Evaluate each this many steps."""

    def build(self, spec: Spec) -> Regularizer:
        """Make the penalty; it fits every spec of real numbers."""
        from ganfw_losses.regularizers.r2 import R2

        return R2(self.gamma, self.every)


class GradientPenaltyConfig(Config):
    """WGAN-GP's penalty between real samples and fakes."""

    weight: NonNegativeScheduled = 10.0
    """Weight of the mean squared distance between gradient norm and target."""
    target: float = Field(default=1.0, ge=0)
    """The gradient norm that costs nothing; 1 in the paper."""
    one_sided: bool = False
    """Whether norms below the target cost nothing (WGAN-LP)."""
    every: int = Field(default=1, ge=1)
    """Evaluate each this many steps."""

    def build(self, spec: Spec) -> Regularizer:
        """Make the penalty; it fits every spec of real numbers."""
        from ganfw_losses.regularizers.gradient_penalty import GradientPenalty

        return GradientPenalty(self.weight, self.target, self.every, one_sided=self.one_sided)


class DRAGANConfig(Config):
    """Unit gradient norm in a noisy neighbourhood of the real samples."""

    weight: NonNegativeScheduled = 10.0
    """Weight of the mean squared distance between gradient norm and target."""
    target: float = Field(default=1.0, ge=0)
    """The gradient norm that costs nothing; 1 in the paper."""
    every: int = Field(default=1, ge=1)
    """Evaluate each this many steps."""

    def build(self, spec: Spec) -> Regularizer:
        """Make the penalty; it fits every spec of real numbers."""
        from ganfw_losses.regularizers.dragan import DRAGAN

        return DRAGAN(self.weight, self.target, self.every)


class DriftConfig(Config):
    """Keeps the critic's logits of real samples near zero."""

    weight: NonNegativeScheduled = 0.001
    """Weight of the mean squared logit."""
    every: int = Field(default=1, ge=1)
    """Evaluate each this many steps."""

    def build(self, spec: Spec) -> Regularizer:
        """Make the penalty; it fits every spec."""
        from ganfw_losses.regularizers.drift import Drift

        return Drift(self.weight, self.every)


class LeCamConfig(Config):
    """Holds the logits of each side near a running mean of the other side's: for few pictures."""

    weight: NonNegativeScheduled = 0.3
    """Weight of the squared distances."""
    decay: float = Field(default=0.99, ge=0, lt=1)
    """Of the running means, per step."""
    start: int = Field(default=1000, ge=0)
    """Steps after which it begins."""
    every: int = Field(default=1, ge=1)
    """Evaluate each this many steps."""

    def build(self, spec: Spec) -> Regularizer:
        """Make the penalty; it fits every spec."""
        from ganfw_losses.regularizers.lecam import LeCam

        return LeCam(self.weight, self.decay, self.start, self.every)


class ConsistencyConfig(Config):
    """The discriminator should not see whether a real sample was changed a little."""

    weight: NonNegativeScheduled = 10.0
    """Weight of the mean squared difference of logits."""
    augmentation: Annotated[PartConfig, Slot("augmentation")] | None = None
    """How the picture is changed; by default flipped and shifted, so give your own where a mirror image is another."""
    every: int = Field(default=1, ge=1)
    """Evaluate each this many steps."""

    def build(self, spec: Spec) -> Regularizer:
        """Make the penalty.

        Raises:
            GanfwError: If samples are no pictures, and no augmentation for them is given.
        """
        from ganfw_losses.regularizers.consistency import Consistency

        return Consistency(self.weight, _changes("cr", self.augmentation, spec), self.every)


class BalancedConsistencyConfig(Config):
    """The discriminator should not see whether a sample, real or fake, was changed a little."""

    real_weight: NonNegativeScheduled = 10.0
    """Weight of the mean squared difference of logits on real pictures."""
    fake_weight: NonNegativeScheduled = 10.0
    """The same on fakes."""
    augmentation: Annotated[PartConfig, Slot("augmentation")] | None = None
    """How the picture is changed; by default flipped and shifted, so give your own where a mirror image is another."""
    every: int = Field(default=1, ge=1)
    """Evaluate each this many steps."""

    def build(self, spec: Spec) -> Regularizer:
        """Make the penalty.

        Raises:
            GanfwError: If samples are no pictures, and no augmentation for them is given.
        """
        from ganfw_losses.regularizers.consistency import BalancedConsistency

        changes = _changes("bcr", self.augmentation, spec)
        return BalancedConsistency(self.real_weight, self.fake_weight, changes, self.every)


class LatentConsistencyConfig(Config):
    """The discriminator should not see a small change of the latents, the generator should show it."""

    discriminator_weight: NonNegativeScheduled = 20.0
    """Weight of the mean squared difference of logits."""
    generator_weight: NonNegativeScheduled = 0.5
    """Weight of the mean squared difference of fakes, which the generator raises."""
    std: float = Field(default=0.05, gt=0)
    """Standard deviation of the change."""
    every: int = Field(default=1, ge=1)
    """Evaluate each this many steps of the player."""

    def build(self, spec: Spec) -> Regularizer:
        """Make the penalty; it fits every spec of real numbers."""
        from ganfw_losses.regularizers.consistency import LatentConsistency

        return LatentConsistency(self.discriminator_weight, self.generator_weight, self.std, self.every)


class PathLengthConfig(Config):
    """Equal steps of the latents should be equal steps of the picture (StyleGAN 2)."""

    weight: NonNegativeScheduled = 2.0
    """Weight of the mean squared distance between length and its moving average."""
    decay: float = Field(default=0.01, gt=0, le=1)
    """Share of the newest lengths in the moving average."""
    every: int = Field(default=4, ge=1)
    """Evaluate each this many steps of the generator."""
    shrink: int = Field(default=2, ge=1)
    """Takes one in this many latents of the batch, to save memory."""
    latent: Literal["w", "z"] = "w"
    """By what it differentiates: the styles of a generator with a mapping network, or the latents of any other."""

    def build(self, spec: Spec) -> Regularizer:
        """Make the penalty; it fits every spec of real numbers."""
        from ganfw_losses.regularizers.path_length import PathLength

        return PathLength(self.weight, self.decay, self.every, self.shrink, self.latent)


class OrthogonalConfig(Config):
    """Keeps the filters of a player's layers at right angles (BigGAN)."""

    weight: NonNegativeScheduled = 1e-4
    """Weight of the sum over layers."""
    full: bool = False
    """Whether the filters' lengths are held to 1 as well."""
    side: Literal["discriminator", "generator"] = "generator"
    """The player."""
    every: int = Field(default=1, ge=1)
    """Evaluate each this many steps of the player."""

    def build(self, spec: Spec) -> Regularizer:
        """Make the penalty; it fits every spec."""
        from ganfw_losses.regularizers.orthogonal import Orthogonal

        return Orthogonal(self.weight, full=self.full, side=self.side, every=self.every)


class HistoricalAveragingConfig(Config):
    """Holds a player near the mean of its own past."""

    weight: NonNegativeScheduled = 1.0
    """Weight of the squared distance."""
    side: Literal["discriminator", "generator"] = "generator"
    """The player."""
    every: int = Field(default=1, ge=1)
    """Evaluate each this many steps of the player."""

    def build(self, spec: Spec) -> Regularizer:
        """Make the penalty; it fits every spec."""
        from ganfw_losses.regularizers.historical_averaging import HistoricalAveraging

        return HistoricalAveraging(self.weight, self.side, self.every)


class FeatureMatchingConfig(Config):
    """The discriminator's mean features of fakes should be those of real samples."""

    weight: NonNegativeScheduled = 1.0
    """Weight of the distance."""
    layer: int = -1
    """Which of the discriminator's features; -1 are the last before the logits."""
    norm: Literal["l2", "l1"] = "l2"
    """The paper's squared distance, or the mean absolute difference of the authors' code."""
    every: int = Field(default=1, ge=1)
    """Evaluate each this many steps of the generator."""

    def build(self, spec: Spec) -> Regularizer:
        """Make the term; it fits every spec."""
        from ganfw_losses.regularizers.features import FeatureMatching

        return FeatureMatching(self.weight, self.layer, self.norm, self.every)


class PullingAwayConfig(Config):
    """Spreads the fakes of a batch in the discriminator's features (EBGAN-PT)."""

    weight: NonNegativeScheduled = 0.1
    """Weight of the mean squared cosine between two fakes."""
    layer: int = -1
    """Which of the discriminator's features; EBGAN's are the code of its autoencoder."""
    every: int = Field(default=1, ge=1)
    """Evaluate each this many steps of the generator."""

    def build(self, spec: Spec) -> Regularizer:
        """Make the term; it fits every spec."""
        from ganfw_losses.regularizers.features import PullingAway

        return PullingAway(self.weight, self.layer, self.every)


class SpectralNormConfig(Config):
    """Divides the weights of a player's layers by their largest singular value (SN-GAN)."""

    side: Literal["discriminator", "generator"] = "discriminator"
    """The player."""
    iterations: int = Field(default=1, ge=1)
    """Of the power method, each time that the network runs in training."""
    eps: float = Field(default=1e-12, gt=0)
    """Smallest norm of its vectors."""
    embeddings: bool = True
    """Whether the embeddings of classes are normalised too; BigGAN leaves out those of its generator."""

    def build(self, spec: Spec) -> Constraint:
        """Make the constraint; it fits every spec."""
        from ganfw_losses.regularizers.spectral_norm import SpectralNorm

        return SpectralNorm(self.side, self.iterations, self.eps, embeddings=self.embeddings)


class WeightClipConfig(Config):
    """Clips the critic's weights after each of its steps (WGAN)."""

    bound: float = Field(default=0.01, gt=0)
    """Largest absolute value of a weight."""

    def build(self, spec: Spec) -> Constraint:
        """Make the constraint; it fits every spec."""
        from ganfw_losses.regularizers.weight_clip import WeightClip

        return WeightClip(self.bound)


def _changes(name: str, given: PartConfig | None, spec: Spec) -> Augmentation | None:
    if given is not None:
        augmentation: Augmentation = given.build(spec)
        return augmentation
    if not isinstance(spec, ImageSpec):
        raise GanfwError(
            f"{name} flips and shifts pictures, but this run makes {type(spec).__name__} samples. "
            f"Give regularizers.{name}.augmentation, or set regularizers.{name}=null."
        )
    return None
