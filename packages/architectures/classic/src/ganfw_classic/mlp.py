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
from ganfw_classic.latents import Prior, from_normal

if TYPE_CHECKING:
    from collections.abc import Sequence


class MLPGenerator(Generator):
    """Hidden layers with LeakyReLU 0.2, all but the first batch-normalised, and a last layer of the sample's size.

    It is unconditional: a condition is accepted and left unused.

    Args:
        shape: Shape of one sample.
        bounded: End in tanh, for samples in [-1, 1]; otherwise the last layer is linear.
        hidden: Sizes of the hidden layers.
        latent_dim: Length of the latent.
        norm: ``batch``, or ``none`` for low-dimensional points.
        prior: Latent distribution.
    """

    def __init__(
        self, *, shape: Sequence[int], bounded: bool = True, hidden: Sequence[int] = (128, 256, 512, 1024),
        latent_dim: int = 100, norm: Literal["batch", "none"] = "batch", prior: Prior = "normal",
    ) -> None:  # fmt: skip
        super().__init__()
        self.latent_dim, self.prior_name = latent_dim, prior
        self.shape, self.bounded = tuple(shape), bounded
        sizes = [latent_dim, *hidden]
        self.blocks = nn.ModuleList()
        for index, (inside, outside) in enumerate(pairwise(sizes)):
            normalised = norm == "batch" and index > 0
            normalisation = [nn.BatchNorm1d(outside)] if normalised else []
            self.blocks.append(nn.Sequential(nn.Linear(inside, outside), *normalisation, nn.LeakyReLU(0.2)))
        self.to_sample = nn.Linear(sizes[-1], math.prod(self.shape))

    def prior(self, noise: Tensor) -> Tensor:
        """Map standard normal noise to the latent distribution; see `Generator.prior`."""
        return from_normal(noise, self.prior_name)

    def forward(self, z: Tensor, condition: Tensor | None = None) -> Tensor:
        """Generate one sample per latent.

        Shape:
            z: ``(B, Z)``; condition: unused; result: ``(B, *shape)``, in [-1, 1] if bounded, in the dtype of ``z``.
        """
        x = z
        for block in self.blocks:
            x = block(x)
        x = self.to_sample(x).to(z.dtype).unflatten(1, self.shape)
        return torch.tanh(x) if self.bounded else x


class MLPDiscriminator(Discriminator):
    """Hidden layers with LeakyReLU 0.2 over the flattened sample, and one logit.

    It is unconditional: a condition is accepted and left unused.

    Args:
        shape: Shape of one sample.
        hidden: Sizes of the hidden layers.
    """

    def __init__(self, *, shape: Sequence[int], hidden: Sequence[int] = (512, 256)) -> None:
        super().__init__()
        sizes = [math.prod(shape), *hidden]
        self.blocks = nn.ModuleList(
            nn.Sequential(nn.Linear(inside, outside), nn.LeakyReLU(0.2)) for inside, outside in pairwise(sizes)
        )
        self.judge = nn.Linear(sizes[-1], 1)

    def forward(self, x: Tensor, condition: Tensor | None = None, *, features: bool = False) -> Verdict:
        """Judge each sample.

        Args:
            x: Samples in the spec's range.
            condition: Unused.
            features: Also return the activations of the hidden layers.

        Shape:
            x: ``(B, *shape)``; logits: one ``(B,)`` in the dtype of ``x``; features: ``(B, hidden)`` each.
        """
        activations, state = [], x.flatten(1)
        for block in self.blocks:
            state = block(state)
            activations.append(state)
        logits = self.judge(state).flatten().to(x.dtype)
        return Verdict([logits], [activations] if features else ())
