"""The settings of each adversarial loss. Torch loads only inside ``build``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from ganfw.config.base import Config

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
