"""The adversarial autoencoder: reconstruction, and a game in which codes pass for draws of a prior.

Legend: B batch size, Z length of the code, K number of classes.

References:
    Makhzani, Shlens, Jaitly, Goodfellow and Frey 2016, "Adversarial autoencoders", sections 2, 2.3 and 5.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, ClassVar

import torch
from torch.nn.functional import cross_entropy, one_hot, softmax

from ganfw.errors import GanfwError
from ganfw.game import Play, TwoPlayerGAN
from ganfw.gan import Phase
from ganfw_encoders.codes import Encodes, check_code, refuse_terms_on_samples
from ganfw_encoders.gaussian import drawn_code
from ganfw_losses import L2

if TYPE_CHECKING:
    from collections.abc import Mapping

    from torch import Tensor

    from ganfw.networks import Discriminator, Encoder, Generator, Verdict
    from ganfw.terms import Constraint, Loss, Regularizer, Side
    from ganfw.training.step import Draw, Step
    from ganfw_encoders.priors import Prior


class CodePlay(Play):
    """The game on codes: draws of the prior are real, codes of samples are fake."""

    def __init__(self, gan: AAE, step: Step, player: Side) -> None:
        super().__init__(gan, step, player)
        self._aae = gan

    @property
    def _labels(self) -> Tensor | None:
        return self.condition if self._aae.informed else None

    def _with_labels(self, code: Tensor) -> Tensor:
        if self._labels is None:
            return code
        return torch.cat([code, one_hot(self._labels, self._aae.informed).to(code.dtype)], 1)

    @cached_property
    def real(self) -> Tensor:
        """Draws of the prior, in the component of each sample's class if labels are told. Shape: ``(B, Z [+ K])``."""
        samples = self.step.batch.real
        noise = self.step.noise(len(samples), self._aae.prior.noise_dim).to(samples.dtype)
        return self._with_labels(self._aae.prior(noise, self._labels))

    @cached_property
    def fake(self) -> Tensor:
        """Codes of the samples. Shape: ``(B, Z [+ K])``."""
        return self._with_labels(self._aae.code_of(self.step.batch.real, self.step))

    def judge(self, x: Tensor) -> Verdict:
        """Ask the discriminator. Shape: x ``(B, Z [+ K])``."""
        verdict: Verdict = self.discriminator(x, features=self._gan.features)
        return verdict


class AAE(Encodes, TwoPlayerGAN):
    """Three updates on one batch: encoder and generator reconstruct, the discriminator tells codes from draws of the
    prior, and the encoder learns that it cannot.

    With ``classes`` the code is (y, z): softmax over classes, then style. The prior draws y too, and a fourth update
    teaches y from the samples whose class is known (section 5).

    Args:
        encoder: Gives codes; a `GaussianEncoder` draws them (section 2.1).
        generator: The decoder; its latents are the codes.
        discriminator: Judges codes.
        loss: The adversarial loss.
        prior: What codes are held to.
        informed: K, if the discriminator is told the class of each sample and the prior has a component for each
            (section 2.3); 0 if it is not.
        classes: K of a semi-supervised game; 0 for codes without a class.
        regularizers: Penalties of the game on codes.
        generator_every: Updates of the discriminator for each of the encoder against it.

    Raises:
        GanfwError: If the parts cannot be combined.
    """

    averaged = ("generator", "encoder")
    players: ClassVar[Mapping[Side, tuple[str, ...]]] = {
        "discriminator": ("discriminator",),
        "generator": ("encoder",),
    }
    encoder: Encoder
    generator: Generator

    def __init__(
        self, encoder: Encoder, generator: Generator, discriminator: Discriminator, loss: Loss, *, prior: Prior,
        informed: int = 0, classes: int = 0, regularizers: Mapping[str, Regularizer | Constraint] | None = None,
        generator_every: int = 1,
    ) -> None:  # fmt: skip
        refuse_terms_on_samples(regularizers, "aae", "codes")
        check_code(encoder, generator.latent_dim, f"the generator takes codes of length {generator.latent_dim}")
        super().__init__(
            generator, discriminator, loss, regularizers=regularizers, generator_every=generator_every,
            further={"encoder": encoder},
        )  # fmt: skip
        self.prior, self.informed, self.classes = prior, informed, classes
        self.distance = L2()
        learning = ("encoder", "generator")
        self.phases = [
            Phase("autoencoder", learning, self.reconstruction_loss, optimizer="autoencoder"),
            *self.phases,
            *([Phase("classifier", "encoder", self.classifier_loss, optimizer="classifier")] if classes else []),
        ]

    def plays(self, step: Step, player: Side) -> list[Play]:
        """The game on codes."""
        return [CodePlay(self, step, player)]

    def code_of(self, x: Tensor, draw: Draw | None = None) -> Tensor:
        """Codes as the generator takes them; the mean where none is drawn. Shape: x ``(B, ...)``; ``(B, [K +] Z)``."""
        code = self.encoder(x) if draw is None else drawn_code(self.encoder, x, draw)
        if self.classes:
            code = torch.cat([softmax(code[:, : self.classes], 1), code[:, self.classes :]], 1)
        return code

    def realness(self, x: Tensor, condition: Tensor | None = None) -> Tensor | None:
        """None: the discriminator judges codes. See `GAN.realness`."""
        return None

    def encode(self, x: Tensor) -> Tensor:
        """The code of each sample; in a semi-supervised game class probabilities, then style. See `Encodes.encode`."""
        return self.code_of(x)

    def classify(self, x: Tensor) -> Tensor:
        """Class probabilities of a semi-supervised game. Shape: x ``(B, ...)``; result ``(B, K)``.

        Raises:
            GanfwError: If the codes hold no class.
        """
        if not self.classes:
            raise GanfwError("the codes of this game hold no class; train gan=aae-semi-supervised to have one")
        return self.code_of(x)[:, : self.classes]

    def reconstruction_loss(self, step: Step) -> dict[str, Tensor]:
        """The mean squared error over samples and their elements."""
        x = step.batch.real
        return {"reconstruction": self.distance(self.generator(self.code_of(x, step)), x)}

    def classifier_loss(self, step: Step) -> dict[str, Tensor]:
        """Cross-entropy of y on the samples whose class is known (section 5, the semi-supervised phase)."""
        x, label = Play(self, step, "generator").labelled
        logits = self.encoder(x)[:, : self.classes].float()
        step.log("classifier/accuracy", (logits.argmax(1) == label).float().mean())
        return {"supervised": cross_entropy(logits, label)}

    def sample(self, count: int, *, rng: torch.Generator, condition: Tensor | None = None) -> Tensor:
        """What the generator makes of draws of the prior; a condition names their components. See `GAN.sample`."""
        noise = torch.randn(count, self.prior.noise_dim, generator=rng, device=rng.device)
        made: Tensor = self.generator(self.prior(noise, condition))
        return made
