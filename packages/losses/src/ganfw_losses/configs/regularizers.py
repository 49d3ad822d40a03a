"""The settings of each penalty and constraint. Torch loads only inside ``build``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from ganfw.config.base import Config, NonNegativeScheduled

if TYPE_CHECKING:
    from ganfw.specs import Spec
    from ganfw.terms import Constraint, Regularizer


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
