"""BiGAN and BiCoGAN: a discriminator of pairs teaches an encoder to invert the generator.

Legend: B batch size, F values of one sample, Z latent length, K length of the condition's rows.

References:
    Donahue, Krähenbühl and Darrell 2017, "Adversarial feature learning", section 3; the same game is ALI, Dumoulin et
    al. 2017, whose encoder is Gaussian.
    Jaiswal, AbdAlmageed, Wu and Natarajan 2018, "Bidirectional conditional generative adversarial networks".
"""

from __future__ import annotations

import math
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar

import torch
from torch.nn.functional import cross_entropy, mse_loss, one_hot

from ganfw.game import Play, TwoPlayerGAN
from ganfw.terms import Term
from ganfw_encoders.codes import Encodes, check_code, refuse_terms_on_samples
from ganfw_encoders.gaussian import drawn_code

if TYPE_CHECKING:
    from collections.abc import Mapping

    from torch import Tensor

    from ganfw.networks import Discriminator, Encoder, Generator, Verdict
    from ganfw.specs import Condition
    from ganfw.terms import Augmentation, Constraint, Loss, Regularizer, Side
    from ganfw.training.step import Step


class Extrinsic(Term):
    """γ · EFL(ĉ, c), the extrinsic-factor loss: the encoder names the condition of real samples.

    EFL is cross-entropy for classes and the mean squared error for vectors, and γ(t) = min(α e^{ρ t}, φ) with t in
    thousands of images shown.

    Args:
        alpha: α, the weight at the start.
        rho: ρ, its growth.
        phi: φ, the largest weight.

    References:
        Jaiswal et al. 2018, section 3.
    """

    def __init__(self, alpha: float = 1.0, rho: float = 0.01, phi: float = 10.0) -> None:
        super().__init__()
        self.alpha, self.rho, self.phi = alpha, rho, phi

    def weight(self, images: int) -> float:
        """γ after so many images."""
        if self.alpha == 0:
            return 0.0
        return math.exp(min(math.log(self.alpha) + self.rho * images / 1000, math.log(self.phi)))

    def forward(self, found: Tensor, condition: Tensor, images: int) -> Tensor:
        """The weighted loss. Shape: found ``(B, K)``; condition ``(B,)`` for classes or ``(B, K)``; result: scalar."""
        vector = condition.is_floating_point()
        loss = mse_loss(found, condition) if vector else cross_entropy(found.float(), condition)
        return self.weight(images) * loss


class JointPlay(Play):
    """The game on pairs, each one row of F + Z [+ K] numbers, so that penalties see a pair as one thing.

    Real is (x, E(x)), fake is (G(z), z); with a condition c, (x, ẑ, c) and (G(z, c), z, c).
    """

    def __init__(self, gan: BiGAN, step: Step, player: Side) -> None:
        super().__init__(gan, step, player)
        self._bigan = gan

    @cached_property
    def condition(self) -> Tensor | None:
        """The condition that the game is played under, if it is. Shape: ``(B, ...)``."""
        return self.step.batch["condition"] if self._bigan.condition is not None else None

    @cached_property
    def encoded(self) -> Tensor:
        """What the encoder says of the real samples. Shape: ``(B, Z [+ K])``."""
        return drawn_code(self._bigan.encoder, self.step.batch.real, self.step)

    def _pair(self, x: Tensor, z: Tensor) -> Tensor:
        rows = [] if self.condition is None else [self._bigan.rows(self.condition).to(z.dtype)]
        return torch.cat([x.flatten(1), z.to(x.dtype), *rows], 1)

    @cached_property
    def real(self) -> Tensor:
        """Samples with their codes, and the condition that is given. Shape: ``(B, F + Z [+ K])``."""
        return self._pair(self.step.batch.real, self.encoded[:, : self.generator.latent_dim])

    @cached_property
    def fake(self) -> Tensor:
        """What was made, with what it was made of. Shape: ``(B, F + Z [+ K])``."""
        return self._pair(self.generator(self.z, self.condition), self.z)

    def judge(self, x: Tensor) -> Verdict:
        """Augment the samples of the pairs, and ask the discriminator. Shape: x ``(B, F + Z [+ K])``."""
        shape = self.step.batch.real.shape[1:]
        samples, code = x[:, : shape.numel()].unflatten(1, shape), x[:, shape.numel() :]
        augmentation = self._gan.augmentation
        seen = samples if augmentation is None else augmentation(samples, self.step)
        verdict: Verdict = self.discriminator(seen, code, features=self._gan.features)
        return verdict


class BiGAN(Encodes, TwoPlayerGAN):
    """The discriminator tells (x, E(x)) from (G(z), z); encoder and generator learn together that it cannot.

    Both sides of the pair's makers share the discriminator's own loss with the labels flipped (section 3.4), so that
    the encoder learns from real samples what the generator learns from fakes.

    Args:
        encoder: Its codes are the generator's latents; a `GaussianEncoder` draws them (ALI).
        generator: Makes samples from latents.
        discriminator: Judges samples with their codes as condition.
        loss: The adversarial loss.
        extrinsic: With it the game is BiCoGAN: the generator is conditional, and the encoder finds the condition too.
        regularizers: Penalties of the game on pairs, by name.
        augmentation: Applied to the samples of the pairs.
        condition: What the samples are conditioned on, for BiCoGAN.
        generator_every: Updates of the discriminator for each of the others.

    Raises:
        GanfwError: If the parts cannot be combined.
    """

    averaged = ("generator", "encoder")
    players: ClassVar[Mapping[Side, tuple[str, ...]]] = {
        "discriminator": ("discriminator",),
        "generator": ("generator", "encoder"),
    }
    encoder: Encoder
    generator: Generator

    def __init__(
        self, encoder: Encoder, generator: Generator, discriminator: Discriminator, loss: Loss, *,
        extrinsic: Extrinsic | None = None, regularizers: Mapping[str, Regularizer | Constraint] | None = None,
        augmentation: Augmentation | None = None, condition: Condition | None = None, generator_every: int = 1,
    ) -> None:  # fmt: skip
        condition = condition if extrinsic is not None else None
        factors, latent = condition.count if condition is not None else 0, generator.latent_dim
        refuse_terms_on_samples(regularizers, "bigan", "pairs of a sample and its code")
        also = f" and {factors} more tell the condition" if factors else ""
        check_code(encoder, latent + factors, f"the generator takes latents of length {latent}{also}")
        super().__init__(
            generator, discriminator, loss, regularizers=regularizers, augmentation=augmentation, condition=condition,
            generator_every=generator_every, further={"encoder": encoder},
        )  # fmt: skip
        self.extrinsic = extrinsic

    def plays(self, step: Step, player: Side) -> list[Play]:
        """The game on pairs."""
        return [JointPlay(self, step, player)]

    def rows(self, condition: Tensor) -> Tensor:
        """The condition as numbers: one-hot, or the vector itself. Shape: ``(B, ...)`` to ``(B, K)``."""
        assert self.condition is not None
        return one_hot(condition, self.condition.count) if self.condition.kind == "class" else condition

    def generator_terms(self, play: Play) -> dict[str, Tensor]:
        """The discriminator's loss with the labels flipped, for G and E alike; in BiCoGAN also the extrinsic loss."""
        assert isinstance(play, JointPlay)
        pairs = zip(play.fake_verdict.logits, play.real_verdict.logits, strict=True)
        terms = {"adversarial": torch.stack([self.loss.discriminator(fake, real) for fake, real in pairs]).sum()}
        if self.extrinsic is not None and play.condition is not None:
            found = play.encoded[:, self.generator.latent_dim :]
            terms["extrinsic"] = self.extrinsic(found, play.condition, play.images)
        return terms

    def realness(self, x: Tensor, condition: Tensor | None = None) -> Tensor | None:
        """What the discriminator says of samples with their codes; see `GAN.realness`. Shape: result ``(B, J)``."""
        rows = [] if condition is None or self.condition is None else [self.rows(condition).to(x.dtype)]
        return super().realness(x, torch.cat([self.encode(x), *rows], 1))

    def encode(self, x: Tensor) -> Tensor:
        """The latent of each sample, without its condition; see `Encodes.encode`. Shape: ``(B, ...)`` to ``(B, Z)``."""
        code: Tensor = self.encoder(x)
        return code[:, : self.generator.latent_dim]

    def find_condition(self, x: Tensor) -> Tensor:
        """The condition that BiCoGAN's encoder finds: logits of classes, or the vector. Shape: result ``(B, K)``."""
        code: Tensor = self.encoder(x)
        return code[:, self.generator.latent_dim :]

    def reconstruct(self, x: Tensor, condition: Tensor | None = None) -> Tensor:
        """What the generator makes of the codes, under the condition that is given or else found.

        Shape:
            x, result: ``(B, *spec.shape)``; condition: ``(B, ...)``.
        """
        if condition is None and self.condition is not None:
            found = self.find_condition(x)
            condition = found.argmax(1) if self.condition.kind == "class" else found
        made: Tensor = self.generator(self.encode(x), condition)
        return made
