"""Fully connected networks for pictures (flattened) and for points.

Legend: B batch size, Z latent length.

References:
    Goodfellow et al. 2014, "Generative adversarial nets", section 5, in the form that replaced its maxout layers:
    LeakyReLU 0.2 and batch normalisation.
"""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

import torch
from torch import Tensor, nn

from ganfw.networks import Discriminator, Generator, Verdict
from ganfw_classic.classes import known_head, one_hot_rows
from ganfw_classic.latents import Prior, from_normal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class MLPGenerator(Generator):
    """Hidden layers with LeakyReLU 0.2, all but the first batch-normalised, and a last layer of the sample's size.

    With ``classes``, the class is appended to the latent as one-hot; without, a condition is accepted and left unused.

    Args:
        shape: Shape of one sample.
        bounded: End in tanh, for samples in [-1, 1]; otherwise the last layer is linear.
        hidden: Sizes of the hidden layers.
        latent_dim: Length of the latent.
        norm: ``batch``, or ``none`` for low-dimensional points.
        prior: Latent distribution.
        activation: ``leaky-relu`` with slope 0.2, or ``relu`` as in 2014.
        classes: K, the number of classes; 0 leaves them out.
    """

    def __init__(
        self, *, shape: Sequence[int], bounded: bool = True, hidden: Sequence[int] = (128, 256, 512, 1024),
        latent_dim: int = 100, norm: Literal["batch", "none"] = "batch", prior: Prior = "normal",
        activation: Literal["leaky-relu", "relu"] = "leaky-relu", classes: int = 0,
    ) -> None:  # fmt: skip
        super().__init__()
        self.latent_dim, self.prior_name, self.classes = latent_dim, prior, classes
        self.shape, self.bounded = tuple(shape), bounded
        sizes = [latent_dim + classes, *hidden]
        slope = 0.2 if activation == "leaky-relu" else 0.0
        self.blocks = nn.ModuleList()
        for index, (inside, outside) in enumerate(pairwise(sizes)):
            normalised = norm == "batch" and index > 0
            normalisation = [nn.BatchNorm1d(outside)] if normalised else []
            self.blocks.append(nn.Sequential(nn.Linear(inside, outside), *normalisation, nn.LeakyReLU(slope)))
        self.to_sample = nn.Linear(sizes[-1], math.prod(self.shape))

    def prior(self, noise: Tensor) -> Tensor:
        """Map standard normal noise to the latent distribution; see `Generator.prior`."""
        return from_normal(noise, self.prior_name)

    def forward(self, z: Tensor, condition: Tensor | None = None) -> Tensor:
        """Generate one sample per latent.

        Shape:
            z: ``(B, Z)``; condition: ``(B,)`` with classes; result: ``(B, *shape)``, in [-1, 1] if bounded, in the
            dtype of ``z``.
        """
        x = torch.cat([z, one_hot_rows(condition, self.classes, z)], 1) if self.classes else z
        for block in self.blocks:
            x = block(x)
        x = self.to_sample(x).to(z.dtype).unflatten(1, self.shape)
        return torch.tanh(x) if self.bounded else x


class Maxout(nn.Module):
    """The largest of several linear maps, for each unit (Goodfellow et al. 2013, equation 2).

    Args:
        inside: Length of the input.
        outside: Length of the output.
        pieces: Linear maps for each unit.
    """

    def __init__(self, inside: int, outside: int, pieces: int) -> None:
        super().__init__()
        self.linear, self.shape = nn.Linear(inside, outside * pieces), (outside, pieces)

    def forward(self, x: Tensor) -> Tensor:
        """Shape: ``(B, inside)`` to ``(B, outside)``."""
        pieces: Tensor = self.linear(x).unflatten(1, self.shape)
        return pieces.amax(2)


class MLPDiscriminator(Discriminator):
    """Hidden layers with LeakyReLU 0.2 over the flattened sample, and one logit.

    With ``classes``, the class is appended to the sample as one-hot; without, a condition is accepted and left unused.

    Args:
        shape: Shape of one sample.
        hidden: Sizes of the hidden layers.
        pieces: Above 1, the hidden layers are maxout units of so many pieces; in 2014 they had 5.
        dropout: Share of the hidden units that are left out in training.
        classes: K, the number of classes; 0 leaves them out.
        heads: Further linear outputs of the last hidden layer, by name and length.
        logit_from: A head of which the log-sum-exp is the logit, in place of one of its own (Salimans et al. 2016).

    Raises:
        GanfwError: If ``logit_from`` is no head.
    """

    def __init__(
        self, *, shape: Sequence[int], hidden: Sequence[int] = (512, 256), pieces: int = 1, dropout: float = 0.0,
        classes: int = 0, heads: Mapping[str, int] | None = None, logit_from: str | None = None,
    ) -> None:  # fmt: skip
        super().__init__()
        self.classes, self.heads = classes, dict(heads or {})
        self.logit_from = known_head(logit_from, self.heads)
        sizes = [math.prod(shape) + classes, *hidden]
        self.blocks = nn.ModuleList()
        for inside, outside in pairwise(sizes):
            layer = [Maxout(inside, outside, pieces)] if pieces > 1 else [nn.Linear(inside, outside), nn.LeakyReLU(0.2)]
            self.blocks.append(nn.Sequential(*layer, *([nn.Dropout(dropout)] if dropout else [])))
        if logit_from is None:
            self.judge = nn.Linear(sizes[-1], 1)
        self.further = nn.ModuleDict({name: nn.Linear(sizes[-1], length) for name, length in self.heads.items()})

    def forward(self, x: Tensor, condition: Tensor | None = None, *, features: bool = False) -> Verdict:
        """Judge each sample.

        Args:
            x: Samples in the spec's range.
            condition: Classes, where it was made for them.
            features: Also return the activations of the hidden layers.

        Shape:
            x: ``(B, *shape)``; logits: one ``(B,)`` in the dtype of ``x``; features: ``(B, hidden)`` each.
        """
        activations, state = [], x.flatten(1)
        if self.classes:
            state = torch.cat([state, one_hot_rows(condition, self.classes, state)], 1)
        for block in self.blocks:
            state = block(state)
            activations.append(state)
        heads = {name: head(state).to(x.dtype) for name, head in self.further.items()}
        own = heads[self.logit_from].logsumexp(1) if self.logit_from is not None else self.judge(state).flatten()
        return Verdict([own.to(x.dtype)], [activations] if features else (), heads)
