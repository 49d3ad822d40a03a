"""VAE-GAN: an autoencoder that is measured by the features of its own discriminator.

Legend: B batch size, Z length of the code.

References:
    Larsen, Sønderby, Larochelle and Winther 2016, "Autoencoding beyond pixels using a learned similarity metric",
    sections 2.2 and 2.3, algorithm 1.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import torch

from ganfw.config.base import Scheduled, value_at
from ganfw.game import Play, TwoPlayerGAN
from ganfw.gan import Phase
from ganfw_encoders.codes import Encodes, check_code, check_normal_latents, refuse_terms_on_samples
from ganfw_encoders.gaussian import GaussianEncoder, kl_to_standard_normal, reparametrised
from ganfw_encoders.vae import gaussian

if TYPE_CHECKING:
    from collections.abc import Mapping

    from torch import Tensor

    from ganfw.networks import Discriminator, Encoder, Generator, Verdict
    from ganfw.terms import Constraint, Loss, Regularizer, Side
    from ganfw.training.step import Step


class AutoencoderPlay(Play):
    """The game on samples, of which half the fakes are made from the prior and half are reconstructions."""

    def __init__(self, gan: VAEGAN, step: Step, player: Side) -> None:
        super().__init__(gan, step, player)
        self._vae_gan = gan

    @cached_property
    def moments(self) -> tuple[Tensor, Tensor]:
        """Mean and log-variance of the real samples' codes. Shape: ``(B, Z)`` each."""
        return self._vae_gan.encoder.distribution(self.real)

    @cached_property
    def reconstruction(self) -> Tensor:
        """G(z) for z ~ q(z | x). Shape: ``(B, *spec.shape)``."""
        mean, log_variance = self.moments
        made: Tensor = self.generator(reparametrised(mean, log_variance, self.step.noise(*mean.shape).to(mean.dtype)))
        return made

    @cached_property
    def fake(self) -> Tensor:
        """Half of them from the prior, half reconstructions. Shape: ``(B, *spec.shape)``."""
        half = (len(self.real) + 1) // 2
        return torch.cat([self.generator(self.z[:half]), self.reconstruction[half:]])

    @cached_property
    def unlikeness(self) -> Tensor:
        """½ ‖D_l(x) − D_l(x̃)‖², the sum over the elements of layer l, the mean over the batch (equation 8)."""
        layer = self._vae_gan.layer
        wanted, found = (self._features(verdict)[layer] for verdict in (self.real_verdict, self._of_reconstruction))
        return 0.5 * (wanted.detach() - found).float().square().flatten(1).sum(1).mean()

    @cached_property
    def _of_reconstruction(self) -> Verdict:
        return self.judge(self.reconstruction)

    @staticmethod
    def _features(verdict: Verdict) -> list[Tensor]:
        return [feature for judge in verdict.features for feature in judge]


class VAEGAN(Encodes, TwoPlayerGAN):
    """Encoder: KL + L_l. Generator: γ L_l + its side of the game. Discriminator: real against both kinds of fakes.

    L_l compares samples with their reconstructions in layer l of the discriminator. The two kinds of fakes have half
    of a batch each, so that together they weigh as much as the real samples; algorithm 1 adds them up.

    Args:
        encoder: Gives q(z | x).
        generator: The decoder, with standard normal latents.
        discriminator: Judges samples and gives its features.
        loss: The adversarial loss.
        gamma: γ, a number or a schedule over images shown.
        kl_weight: Factor of the KL divergence, likewise; 1 in the paper.
        layer: l, counted from the sample, or from the end if negative.
        regularizers: Penalties by name.
        generator_every: Updates of the discriminator for each of the generator.

    Raises:
        GanfwError: If the parts cannot be combined.
    """

    averaged = ("generator", "encoder")
    encoder: GaussianEncoder
    generator: Generator

    def __init__(
        self, encoder: Encoder, generator: Generator, discriminator: Discriminator, loss: Loss, *,
        gamma: Scheduled = 1e-2, kl_weight: Scheduled = 1.0, layer: int = -1,
        regularizers: Mapping[str, Regularizer | Constraint] | None = None, generator_every: int = 1,
    ) -> None:  # fmt: skip
        refuse_terms_on_samples(regularizers, "vae-gan", "reconstructions beside samples")
        latent = generator.latent_dim
        check_code(encoder, latent, f"the generator takes codes of length {latent}")
        check_normal_latents(generator, "vae-gan")
        super().__init__(
            generator, discriminator, loss, regularizers=regularizers, generator_every=generator_every,
            further={"encoder": gaussian(encoder, "vae-gan")},
        )  # fmt: skip
        self.gamma, self.kl_weight, self.layer, self.features = gamma, kl_weight, layer, True
        self.phases = [Phase("encoder", "encoder", self.encoder_loss), *self.phases]

    def plays(self, step: Step, player: Side) -> list[Play]:
        """The game on samples and reconstructions."""
        return [AutoencoderPlay(self, step, player)]

    def encoder_loss(self, step: Step) -> dict[str, Tensor]:
        """KL and reconstruction: the sum over the code, the mean over the batch."""
        play = AutoencoderPlay(self, step, "generator")
        kl = kl_to_standard_normal(*(moment.float() for moment in play.moments)).mean()
        return {"kl": value_at(self.kl_weight, step.images) * kl, "reconstruction": play.unlikeness}

    def generator_terms(self, play: Play) -> dict[str, Tensor]:
        """Its side of the game, and reconstruction times γ."""
        assert isinstance(play, AutoencoderPlay)
        return {
            **super().generator_terms(play),
            "reconstruction": value_at(self.gamma, play.images) * play.unlikeness,
        }
