"""The settings of each adversarial loss. Torch loads only inside ``build``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from ganfw.config.base import Config
from ganfw.config.slots import PartConfig, Slot

if TYPE_CHECKING:
    from ganfw.specs import Spec
    from ganfw.terms import Loss


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


class RelativisticAverageConfig(Config):
    """Each sample against the mean of the other side."""

    kind: Literal["bce", "least-squares", "hinge"] = "bce"
    """What a sample on the wrong side costs: RaSGAN, RaLSGAN or RaHingeGAN."""

    def build(self, spec: Spec) -> Loss:
        """Make the loss; it fits every spec."""
        from ganfw_losses.adversarial.relativistic_average import RelativisticAverage

        return RelativisticAverage(self.kind)


class EBGANConfig(Config):
    """Energies with a margin; the discriminator has to judge by energies."""

    margin: float = Field(default=1.0, gt=0)
    """Fakes of more energy teach the discriminator nothing; the unit is that of its energies."""

    def build(self, spec: Spec) -> Loss:
        """Make the loss; it fits every spec."""
        from ganfw_losses.adversarial.ebgan import EBGAN

        return EBGAN(self.margin)


class BEGANConfig(Config):
    """Energies in balance; the discriminator has to judge by energies."""

    gamma: float = Field(default=0.5, ge=0, le=1)
    """Energy of fakes over that of real samples that is aimed at: lower is sharper and less varied."""
    rate: float = Field(default=0.001, gt=0)
    """How fast the balance is regained."""

    def build(self, spec: Spec) -> Loss:
        """Make the loss; it fits every spec."""
        from ganfw_losses.adversarial.began import BEGAN

        return BEGAN(self.gamma, self.rate)


class BoundarySeekingConfig(Config):
    """The generator aims at the discriminator's decision boundary (BGAN, continuous)."""

    def build(self, spec: Spec) -> Loss:
        """Make the loss; it fits every spec of real numbers."""
        from ganfw_losses.adversarial.boundary_seeking import BoundarySeeking

        return BoundarySeeking()


class FGANConfig(Config):
    """Any f-divergence as a game."""

    divergence: Literal[
        "kl", "reverse-kl", "pearson", "squared-hellinger", "jensen-shannon", "gan", "total-variation"
    ] = "kl"  # fmt: skip
    """What is minimised; `gan` is that of the first GAN."""
    alternative: bool = True
    """The generator's objective that does not vanish where the discriminator wins (section 3.2 of the paper)."""

    def build(self, spec: Spec) -> Loss:
        """Make the loss; it fits every spec."""
        from ganfw_losses.adversarial.f_gan import FGAN

        return FGAN(self.divergence, alternative=self.alternative)


class TopKConfig(Config):
    """Another loss, of which the generator sees only the fakes that the discriminator likes best."""

    loss: Annotated[PartConfig, Slot("loss")] = Field(default="non-saturating", validate_default=True)
    """The loss."""
    least: float = Field(default=0.5, gt=0, le=1)
    """The share of the fakes that is left in the end."""
    half_steps: float = Field(default=10_000, gt=0)
    """Steps after which the share has halved."""

    def build(self, spec: Spec) -> Loss:
        """Make the loss; it fits every spec."""
        from ganfw_losses.adversarial.top_k import TopK

        return TopK(self.loss.build(spec), self.least, self.half_steps)


class WeightedConfig(Config):
    """Another loss, its two sides weighted."""

    loss: Annotated[PartConfig, Slot("loss")] = Field(default="non-saturating", validate_default=True)
    """The loss."""
    discriminator: float = Field(default=1.0, ge=0)
    """Factor of the discriminator's side."""
    generator: float = Field(default=1.0, ge=0)
    """Factor of the generator's side; at 0 it learns from regularizers alone."""

    def build(self, spec: Spec) -> Loss:
        """Make the loss; it fits every spec."""
        from ganfw_losses.adversarial.weighted import Weighted

        return Weighted(self.loss.build(spec), self.discriminator, self.generator)
