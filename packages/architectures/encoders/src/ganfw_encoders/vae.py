"""The variational autoencoder: no game, one bound on the likelihood.

Legend: B batch size, Z length of the code.

References:
    Kingma and Welling 2014, "Auto-encoding variational Bayes", equation 10 and appendices B and C.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Literal

import torch
from torch.nn.functional import binary_cross_entropy

from ganfw.config.base import Scheduled, value_at
from ganfw.errors import GanfwError
from ganfw.gan import GAN, Phase
from ganfw_encoders.codes import Encodes, check_code, check_normal_latents
from ganfw_encoders.gaussian import GaussianEncoder, kl_to_standard_normal, reparametrised

if TYPE_CHECKING:
    from torch import Tensor

    from ganfw.networks import Encoder, Generator
    from ganfw.training.step import Step

Likelihood = Literal["bernoulli", "gaussian"]


def negative_log_likelihood(made: Tensor, x: Tensor, likelihood: Likelihood, std: float = 1.0) -> Tensor:
    """−log p(x | z) in nats, the sum over the elements of each sample.

    ``bernoulli`` reads values in [-1, 1] as probabilities (v + 1) / 2; ``gaussian`` has ``made`` as mean.

    Shape:
        made, x: ``(B, ...)``; result: ``(B,)``.

    References:
        Kingma and Welling 2014, appendices C.1 and C.2.
    """
    made, x = made.float().flatten(1), x.float().flatten(1)
    if likelihood == "gaussian":
        return (0.5 * ((x - made) / std).square() + math.log(std) + 0.5 * math.log(2 * math.pi)).sum(1)
    with torch.autocast(made.device.type, enabled=False):
        p, wanted = ((made + 1) / 2).clamp(0, 1), ((x + 1) / 2).clamp(0, 1)
        return binary_cross_entropy(p, wanted, reduction="none").sum(1)


def gaussian(encoder: Encoder, game: str) -> GaussianEncoder:
    """The encoder, if it is Gaussian.

    Raises:
        GanfwError: If it is not.
    """
    if isinstance(encoder, GaussianEncoder):
        return encoder
    raise GanfwError(
        f"{game} needs a Gaussian encoder, which gives mean and variance of each code, but {type(encoder).__name__} "
        "gives one code. Set encoder.head=gaussian."
    )


class VAE(Encodes, GAN):
    """−ELBO = E[−log p(x | z)] + β KL(q(z | x) ‖ N(0, 1)), in nats: sums over elements, the mean over the batch.

    Args:
        encoder: Gives q(z | x).
        generator: The decoder, with standard normal latents.
        likelihood: p(x | z).
        std: Standard deviation of the ``gaussian`` likelihood.
        beta: β, a number or a schedule over images shown; only with 1 the sum is a bound.

    Raises:
        GanfwError: If the encoder is not Gaussian, or the two do not fit.
    """

    averaged = ("generator", "encoder")
    encoder: GaussianEncoder
    generator: Generator

    def __init__(
        self, encoder: Encoder, generator: Generator, *, likelihood: Likelihood = "bernoulli", std: float = 1.0,
        beta: Scheduled = 1.0,
    ) -> None:  # fmt: skip
        super().__init__()
        latent = generator.latent_dim
        check_code(encoder, latent, f"the generator takes codes of length {latent}")
        check_normal_latents(generator, "vae")
        self.encoder, self.generator = gaussian(encoder, "vae"), generator
        self.likelihood, self.std, self.beta = likelihood, std, beta
        self.phases = [Phase("autoencoder", ("encoder", "generator"), self.loss, optimizer="autoencoder")]

    def divergences(self, x: Tensor, noise: Tensor) -> tuple[Tensor, Tensor]:
        """−log p(x | z) for a drawn z, and KL(q ‖ p), in nats. Shape: noise ``(B, Z)``; results ``(B,)`` each."""
        mean, log_variance = self.encoder.distribution(x)
        made = self.generator(reparametrised(mean, log_variance, noise.to(mean.dtype)))
        unlikely = negative_log_likelihood(made, x, self.likelihood, self.std)
        return unlikely, kl_to_standard_normal(mean.float(), log_variance.float())

    def loss(self, step: Step) -> dict[str, Tensor]:
        """The two parts of the bound; logs the bound itself, in nats per sample, as ``autoencoder/elbo``."""
        x = step.batch.real
        unlikely, kl = (part.mean() for part in self.divergences(x, step.noise(len(x), self.encoder.code_dim)))
        step.log("autoencoder/elbo", -(unlikely + kl).detach())
        return {"reconstruction": unlikely, "kl": value_at(self.beta, step.images) * kl}

    def sample(self, count: int, *, rng: torch.Generator, condition: Tensor | None = None) -> Tensor:
        """What the decoder makes of standard normal codes; see `GAN.sample`."""
        made: Tensor = self.generator(torch.randn(count, self.generator.latent_dim, generator=rng, device=rng.device))
        return made
