"""Encoders that answer with a normal distribution for each sample, and what is computed of it.

Legend: B batch size, Z length of the code.
"""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING

from ganfw.networks import Encoder

if TYPE_CHECKING:
    from torch import Tensor

    from ganfw.training.step import Draw


def kl_to_standard_normal(mean: Tensor, log_variance: Tensor) -> Tensor:
    """KL(N(μ, σ²) ‖ N(0, 1)) = ½ Σ (σ² + μ² − 1 − log σ²), in nats, the sum over the code.

    Shape:
        mean, log_variance: ``(B, Z)``; result: ``(B,)``.

    References:
        Kingma and Welling 2014, Auto-encoding variational Bayes, appendix B.
    """
    return 0.5 * (log_variance.exp() + mean.square() - 1 - log_variance).sum(1)


def reparametrised(mean: Tensor, log_variance: Tensor, noise: Tensor) -> Tensor:
    """z = μ + σ ε, through which gradients reach μ and σ (Kingma and Welling 2014, section 2.4). Shape: ``(B, Z)``."""
    return mean + (0.5 * log_variance).exp() * noise


class GaussianEncoder(Encoder):
    """Turns each sample into a normal distribution over codes. As an `Encoder`, it answers with the mean.

    A subclass sets ``code_dim`` (Z) and implements ``distribution``.
    """

    @abstractmethod
    def distribution(self, x: Tensor, condition: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Mean and log-variance of each sample's code.

        Shape:
            x: ``(B, *spec.shape)``; condition: ``(B, ...)``; results: ``(B, Z)`` each.
        """

    def forward(self, x: Tensor, condition: Tensor | None = None) -> Tensor:
        """The mean code of each sample; see `Encoder.forward`."""
        return self.distribution(x, condition)[0]


def drawn_code(encoder: Encoder, x: Tensor, draw: Draw) -> Tensor:
    """A code for each sample: the encoder's own, or drawn from its distribution where it gives one.

    Shape:
        x: ``(B, *spec.shape)``; result: ``(B, Z)``.
    """
    if isinstance(encoder, GaussianEncoder):
        mean, log_variance = encoder.distribution(x)
        return reparametrised(mean, log_variance, draw.noise(*mean.shape).to(mean.dtype))
    code: Tensor = encoder(x)
    return code
