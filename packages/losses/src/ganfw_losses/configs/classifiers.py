"""The settings of the terms on the discriminator's heads. Torch loads only inside ``build``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from ganfw.config.base import Config, NonNegativeScheduled
from ganfw.errors import GanfwError

if TYPE_CHECKING:
    from ganfw.specs import Spec
    from ganfw.terms import Regularizer


class AuxiliaryClassifierConfig(Config):
    """The discriminator names the class of samples, the generator of its fakes (ACGAN)."""

    real_weight: NonNegativeScheduled = 1.0
    """Weight of the discriminator's cross-entropy on real samples."""
    fake_weight: NonNegativeScheduled = 1.0
    """The same on fakes; 0 in later work, so that bad fakes teach the classifier nothing."""
    generator_weight: NonNegativeScheduled = 1.0
    """Weight of the generator's cross-entropy."""
    every: int = Field(default=1, ge=1)
    """Evaluate each this many steps."""

    def build(self, spec: Spec) -> Regularizer:
        """Make the term.

        Raises:
            GanfwError: If the data have no classes.
        """
        from ganfw_losses.regularizers.classifiers import NO_CLASSES, AuxiliaryClassifier

        if spec.condition is None or spec.condition.kind != "class":
            raise GanfwError(NO_CLASSES)
        return AuxiliaryClassifier(
            spec.condition.count, self.real_weight, self.fake_weight, self.generator_weight, self.every
        )


class SupervisedConfig(Config):
    """The head `class` learns from the few samples that are labelled (semi-supervised GANs)."""

    classes: int = Field(default=10, ge=2)
    """Number of classes, as long as the discriminator's head."""
    weight: NonNegativeScheduled = 1.0
    """Weight of the cross-entropy."""
    every: int = Field(default=1, ge=1)
    """Evaluate each this many steps."""

    def build(self, spec: Spec) -> Regularizer:
        """Make the term; it fits every spec."""
        from ganfw_losses.regularizers.classifiers import Supervised

        return Supervised(self.classes, self.weight, self.every)


class MutualInformationConfig(Config):
    """The head `code` finds in the fakes what the latents held (InfoGAN)."""

    categorical: tuple[int, ...] = (10,)
    """Number of values of each categorical code."""
    continuous: int = Field(default=2, ge=0)
    """Number of continuous codes."""
    weight: NonNegativeScheduled = 1.0
    """Weight of the categorical codes."""
    continuous_weight: NonNegativeScheduled = 0.1
    """Weight of the continuous codes."""
    learned_std: bool = False
    """Whether the head says how sure it is of the continuous codes."""
    every: int = Field(default=1, ge=1)
    """Evaluate each this many steps."""

    def build(self, spec: Spec) -> Regularizer:
        """Make the term; it fits every spec."""
        from ganfw_losses.regularizers.classifiers import MutualInformation

        return MutualInformation(
            self.categorical, self.continuous, self.weight, self.continuous_weight, learned_std=self.learned_std,
            every=self.every,
        )  # fmt: skip
