"""What all games with an encoder have in common: codes are the generator's latents."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import nn

from ganfw.errors import GanfwError
from ganfw_losses import BalancedConsistency, Consistency, LatentConsistency

if TYPE_CHECKING:
    from collections.abc import Mapping

    from torch import Tensor

    from ganfw.networks import Encoder, Generator
    from ganfw.terms import Constraint, Regularizer


class Encodes(nn.Module):
    """There and back: what a game with an encoder offers once it is trained. Gradients pass through both ways."""

    encoder: Encoder
    generator: Generator

    def encode(self, x: Tensor) -> Tensor:
        """The code of each sample, which the generator takes as latent; the mean where the encoder is Gaussian.

        Shape:
            x: ``(B, *spec.shape)``; result: ``(B, code_dim)``.
        """
        code: Tensor = self.encoder(x)
        return code

    def reconstruct(self, x: Tensor) -> Tensor:
        """What the generator makes of each sample's code. Shape: x, result ``(B, *spec.shape)``."""
        made: Tensor = self.generator(self.encode(x))
        return made


def check_code(encoder: Encoder, wanted: int, why: str) -> None:
    """Refuse an encoder whose codes have another length than the game needs.

    Raises:
        GanfwError: Saying what to change.
    """
    if encoder.code_dim != wanted:
        raise GanfwError(f"encoder.code_dim={encoder.code_dim}, but {why}. Set encoder.code_dim={wanted}.")


def check_normal_latents(generator: Generator, game: str) -> None:
    """Refuse a generator whose latents are not standard normal, as codes under a KL divergence are.

    Raises:
        GanfwError: If its prior changes the noise.
    """
    noise = torch.linspace(-2, 2, generator.latent_dim, device="cpu").unsqueeze(0)  # real even in a build on meta
    if not torch.equal(generator.prior(noise), noise):
        raise GanfwError(
            f"{game} holds its codes to the standard normal distribution, but {type(generator).__name__} draws its "
            "latents from another. Set generator.prior=normal."
        )


def refuse_terms_on_samples(regularizers: Mapping[str, Regularizer | Constraint] | None, game: str, what: str) -> None:
    """Refuse consistency terms, which change pictures, where none are judged alone.

    Args:
        regularizers: By name.
        game: For the message.
        what: What the game's discriminator judges instead.

    Raises:
        GanfwError: Naming the term.
    """
    for name, term in (regularizers or {}).items():
        if isinstance(term, Consistency | BalancedConsistency | LatentConsistency):
            raise GanfwError(
                f"regularizers.{name} changes samples and asks the discriminator again, but that of {game} "
                f"judges {what}. Leave the term out: regularizers.{name}=null."
            )
