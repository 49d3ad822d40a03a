"""The roles a network can play. Each is an ``nn.Module`` with keyword arguments and one forward contract.

They are abstract: making an object of a class that lacks a method is a ``TypeError`` that names both.

Where ``trainer.sync_batch_stats`` asks for it, batch normalisation takes its statistics over all processes. A layer
takes part if it is an ``nn.BatchNorm1d``, ``2d`` or ``3d``, holds one, or is a subclass of one that normalises by
``super().forward(x)`` and scales by class after that; one that calls ``F.batch_norm`` itself does not.

Legend: B batch size, Z latent length, J number of judges.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from torch import Tensor, nn

from ganfw.truncation import truncated_normal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class Generator(nn.Module, ABC):
    """Turns latents into samples.

    A subclass sets ``latent_dim`` (Z) and implements ``forward``. Latents are drawn from ``prior``, by default the
    standard normal distribution.
    """

    latent_dim: int

    def prior(self, noise: Tensor) -> Tensor:
        """Map standard normal noise to this generator's latent distribution.

        Shape:
            noise, result: ``(B, Z)``.
        """
        return noise

    def truncated(self, noise: Tensor, condition: Tensor | None = None, *, truncation: float) -> Tensor:
        """Generate samples that are more typical and less varied, the more so the smaller ``truncation``.

        By default latents are made of noise that is cut off at that distance from 0; a generator that knows better (by
        its styles) overrides it.

        Shape:
            noise: ``(B, Z)``; condition: ``(B, ...)``; result: ``(B, *spec.shape)``.

        Raises:
            GanfwError: If there is no such truncation.
        """
        made: Tensor = self(self.prior(truncated_normal(noise, truncation)), condition)
        return made

    @abstractmethod
    def forward(self, z: Tensor, condition: Tensor | None = None) -> Tensor:
        """Generate one sample per latent.

        Shape:
            z: ``(B, Z)``; condition: ``(B, ...)`` as the spec's condition says;
            result: ``(B, *spec.shape)`` in the spec's range.
        """


class StyleGenerator(Generator):
    """A generator in two parts: ``mapping`` turns latents z into styles w, and ``synthesis`` turns these into samples.

    Terms that measure the generator by its styles (path length) and tools that edit them need both; everything else
    sees a `Generator`. Legend: L number of layers that take a style, W its length.
    """

    @abstractmethod
    def mapping(self, z: Tensor, condition: Tensor | None = None) -> Tensor:
        """Turn each latent into one style per layer.

        Shape:
            z: ``(B, Z)``; condition: ``(B, ...)``; result: ``(B, L, W)``.
        """

    @abstractmethod
    def synthesis(self, w: Tensor) -> Tensor:
        """Make one sample of each row of styles.

        Shape:
            w: ``(B, L, W)``; result: ``(B, *spec.shape)`` in the spec's range.
        """

    def forward(self, z: Tensor, condition: Tensor | None = None) -> Tensor:
        """Generate one sample per latent; see `Generator.forward`."""
        return self.synthesis(self.mapping(z, condition))


@dataclass
class Verdict:
    """What a discriminator says of a batch.

    Args:
        logits: One tensor per judge (J = 1 for most networks), each with the batch axis first; larger is more real.
            Energies (EBGAN, BEGAN) have the opposite sign, and their discriminator says so.
        features: Per judge, its intermediate activations, when asked for.
        heads: Further outputs by name (class, code, ...): ``(B, length)`` as the discriminator's ``heads`` say.
    """

    logits: Sequence[Tensor]
    features: Sequence[Sequence[Tensor]] = ()
    heads: Mapping[str, Tensor] = field(default_factory=dict)


class Discriminator(nn.Module, ABC):
    """Judges samples. Also the role of critics and of energy functions."""

    uses_batch_statistics: bool = False
    """Samples of a batch influence each other (batch normalisation, minibatch discrimination), so a penalty on
    per-sample gradients is not defined. Such a mix is refused before training."""
    heads: Mapping[str, int] = {}
    """Further outputs of each verdict, by name, and their lengths: ``class`` for the logits of a classifier, ``code``
    for what the latents hold."""
    energies: bool = False
    """Judges by energies, which are lower for what is more real. Only losses of that kind fit."""

    @abstractmethod
    def forward(self, x: Tensor, condition: Tensor | None = None, *, features: bool = False) -> Verdict:
        """Judge each sample.

        Args:
            x: Samples in the spec's range.
            condition: What each sample is conditioned on.
            features: Also return intermediate activations.

        Shape:
            x: ``(B, *spec.shape)``; condition: ``(B, ...)``; logits: J tensors ``(B, ...)``.
        """


class Encoder(nn.Module, ABC):
    """Turns samples into codes. A subclass sets ``code_dim`` and implements ``forward``."""

    code_dim: int

    @abstractmethod
    def forward(self, x: Tensor, condition: Tensor | None = None) -> Tensor:
        """Encode each sample.

        Shape:
            x: ``(B, *spec.shape)``; condition: ``(B, ...)``; result: ``(B, code_dim)``.
        """
