"""The smallest partners that a part can be tried with. Legend: B batch size, F values of one sample."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import softplus

from ganfw.data.arrays import ArrayData
from ganfw.game import TwoPlayerGAN
from ganfw.networks import Discriminator, Generator, Verdict
from ganfw.specs import SequenceSpec, VectorSpec
from ganfw.terms import Loss

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ganfw.data.dataset import Dataset
    from ganfw.specs import Spec

COUNT = 8
"""Samples in a batch."""


class ToyGenerator(Generator):
    """Two layers and tanh."""

    latent_dim = 16

    def __init__(self, spec: Spec) -> None:
        super().__init__()
        self.shape = spec.shape
        self.net = nn.Sequential(nn.Linear(self.latent_dim, 8), nn.ReLU(), nn.Linear(8, prod(spec.shape)), nn.Tanh())

    def forward(self, z: Tensor, condition: Tensor | None = None) -> Tensor:
        """Shape: z ``(B, 16)``; result ``(B, *spec.shape)`` in [-1, 1]."""
        made: Tensor = self.net(z).reshape(-1, *self.shape)
        return made


class ToyDiscriminator(Discriminator):
    """Two layers, and the hidden one as a feature."""

    def __init__(self, spec: Spec, *, energies: bool = False, heads: Mapping[str, int] | None = None) -> None:
        super().__init__()
        self.energies, self.heads = energies, heads or {}
        self.hidden = nn.Sequential(nn.Linear(prod(spec.shape), 8), nn.Tanh())
        self.judge = nn.Linear(8, 1)
        self.further = nn.ModuleDict({name: nn.Linear(8, length) for name, length in self.heads.items()})

    def forward(self, x: Tensor, condition: Tensor | None = None, *, features: bool = False) -> Verdict:
        """Shape: x ``(B, *spec.shape)``; logits ``(B,)``; features ``(B, 8)``."""
        hidden = self.hidden(x.flatten(1))
        logits = self.judge(hidden).squeeze(1)
        heads = {name: head(hidden) for name, head in self.further.items()}
        return Verdict([logits.abs() if self.energies else logits], [[hidden]] if features else (), heads)


class ToyLoss(Loss):
    """The non-saturating loss."""

    def discriminator(self, real: Tensor, fake: Tensor) -> Tensor:
        """Shape: logits ``(B, ...)``; result: scalar."""
        return softplus(-real).mean() + softplus(fake).mean()

    def generator(self, fake: Tensor, real: Tensor | None = None) -> Tensor:
        """Shape: logits ``(B, ...)``; result: scalar."""
        return softplus(-fake).mean()


class ToyEnergyLoss(Loss):
    """Energies down for the real, up for the fake; down for the fake."""

    energies = True

    def discriminator(self, real: Tensor, fake: Tensor) -> Tensor:
        """Shape: energies ``(B, ...)``; result: scalar."""
        return real.mean() + softplus(1 - fake).mean()

    def generator(self, fake: Tensor, real: Tensor | None = None) -> Tensor:
        """Shape: energies ``(B, ...)``; result: scalar."""
        return fake.mean()


def toy_data(spec: Spec, count: int = 4 * COUNT) -> Dataset:
    """Random samples, with conditions where the spec has one, and as many whose class is known, of two classes."""
    rng = np.random.default_rng(0)
    if isinstance(spec, SequenceSpec):
        real = rng.integers(0, spec.vocabulary, (count, *spec.shape))
    else:
        real = rng.uniform(-0.9, 0.9, (count, *spec.shape)).astype(np.float32)
    condition = toy_condition(spec, count, rng)
    return ArrayData(real, condition=condition, spec=spec, labelled=real[::-1], label=rng.integers(0, 2, count))


def toy_condition(spec: Spec, count: int, rng: np.random.Generator) -> np.ndarray | None:
    """Conditions as the spec wants them; ``None`` if it wants none."""
    if spec.condition is None:
        return None
    if spec.condition.kind == "class":
        return rng.integers(0, spec.condition.count, count)
    return rng.standard_normal((count, spec.condition.count)).astype(np.float32)


def toy_gan(
    spec: Spec, *, generator: Generator | None = None, discriminator: Discriminator | None = None,
    loss: Loss | None = None, **parts: object,
) -> TwoPlayerGAN:  # fmt: skip
    """A game in which what is not given is a toy that fits what is."""
    terms: Any = parts.get("regularizers") or {}
    heads = {head: n for term in terms.values() for head, n in getattr(term, "heads", {}).items()}
    energies = loss.energies if loss is not None else discriminator is not None and discriminator.energies
    return TwoPlayerGAN(
        generator or ToyGenerator(spec),
        discriminator or ToyDiscriminator(spec, energies=energies, heads=heads),
        loss or (ToyEnergyLoss() if energies else ToyLoss()),
        condition=spec.condition,
        **parts,  # type: ignore[arg-type]
    )


def random_samples(spec: Spec, count: int, rng: torch.Generator) -> Tensor:
    """Samples within the spec's range. Shape: ``(count, *spec.shape)``."""
    if isinstance(spec, SequenceSpec):
        return torch.randint(spec.vocabulary, (count, *spec.shape), generator=rng)
    if isinstance(spec, VectorSpec):
        return torch.randn(count, *spec.shape, generator=rng)
    return torch.rand(count, *spec.shape, generator=rng) * 1.8 - 0.9
