"""The settings of each part. Torch loads only inside ``build``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from ganfw.config.base import Config, NonNegativeScheduled
from ganfw.errors import GanfwError
from ganfw.specs import ImageSpec

if TYPE_CHECKING:
    from ganfw.specs import Spec
    from ganfw.terms import Augmentation, Constraint, Loss, Regularizer


class MinimaxConfig(Config):
    """The saturating loss of the first GAN."""

    def build(self, spec: Spec) -> Loss:
        """Make the loss; it fits every spec."""
        from ganfw_losses.adversarial.minimax import Minimax

        return Minimax()


class NonSaturatingConfig(Config):
    """Binary cross-entropy for both players."""

    real_label: float = Field(default=1.0, gt=0.5, le=1)
    """Target for real samples; 0.9 is the usual one-sided label smoothing."""

    def build(self, spec: Spec) -> Loss:
        """Make the loss; it fits every spec."""
        from ganfw_losses.adversarial.non_saturating import NonSaturating

        return NonSaturating(self.real_label)


class LeastSquaresConfig(Config):
    """Least squares (LSGAN). The paper's other codes are a=-1, b=1, c=0."""

    a: float = 0.0
    """Code of fakes."""
    b: float = 1.0
    """Code of reals."""
    c: float = 1.0
    """Code that the generator aims at."""
    scale: float = Field(default=0.5, gt=0)
    """Factor on both players' losses; 0.5 in the paper."""

    def build(self, spec: Spec) -> Loss:
        """Make the loss; it fits every spec."""
        from ganfw_losses.adversarial.least_squares import LeastSquares

        return LeastSquares(self.a, self.b, self.c, self.scale)


class WassersteinConfig(Config):
    """Difference of the critic's means; add weight-clip or gradient-penalty."""

    def build(self, spec: Spec) -> Loss:
        """Make the loss; it fits every spec."""
        from ganfw_losses.adversarial.wasserstein import Wasserstein

        return Wasserstein()


class HingeConfig(Config):
    """Hinge loss on the discriminator, linear loss on the generator."""

    def build(self, spec: Spec) -> Loss:
        """Make the loss; it fits every spec."""
        from ganfw_losses.adversarial.hinge import Hinge

        return Hinge()


class RpGANConfig(Config):
    """Relativistic pairing: softplus of the difference between a real and a fake."""

    def build(self, spec: Spec) -> Loss:
        """Make the loss; it fits every spec."""
        from ganfw_losses.adversarial.rpgan import RpGAN

        return RpGAN()


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
    every: int = Field(default=1, ge=1)
    """Evaluate each this many steps."""

    def build(self, spec: Spec) -> Regularizer:
        """Make the penalty; it fits every spec of real numbers."""
        from ganfw_losses.regularizers.gradient_penalty import GradientPenalty

        return GradientPenalty(self.weight, self.target, self.every)


class WeightClipConfig(Config):
    """Clips the critic's weights after each of its steps (WGAN)."""

    bound: float = Field(default=0.01, gt=0)
    """Largest absolute value of a weight."""

    def build(self, spec: Spec) -> Constraint:
        """Make the constraint; it fits every spec."""
        from ganfw_losses.regularizers.weight_clip import WeightClip

        return WeightClip(self.bound)


class DiffAugmentConfig(Config):
    """Random color, flips, shifts and cutout on real and fake pictures alike."""

    policy: tuple[Literal["color", "flip", "translation", "cutout"], ...] = ("color", "translation", "cutout")
    """Transformations, in order."""
    fill: Literal["zeros", "edge"] = "zeros"
    """What a shift brings in: grey, or the nearest pixel (for pictures on a plain background)."""

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
