"""Random convolutions: features without any weights to fetch, for tests and for a first look."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import torch
from torch import nn

from ganfw.extractors import Extractor, Features
from ganfw_metrics.pictures import Preparation

if TYPE_CHECKING:
    from torch import Tensor

_WIDTHS = (3, 32, 64, 128, 256)


class RandomConvolutions(Extractor):
    """Four convolutions with weights that no data have seen; the features are each layer's means over the picture.

    The weights follow from the seed and from PyTorch's generator, which may change with its version: their hash in the
    protocol tells.

    Args:
        seed: Of the weights.

    References:
        Naeem et al. 2020, Reliable Fidelity and Diversity Metrics for Generative Models, on random embeddings.
    """

    name = "random"
    warning = "random features: no figure measured elsewhere compares with this one"

    def __init__(self, seed: int = 0) -> None:
        super().__init__()
        self.prepare = Preparation(64)
        self.preparation = self.prepare.facts
        rng = torch.Generator().manual_seed(seed)
        self.layers = nn.ModuleList(_random_layer(i, o, rng) for i, o in pairwise(_WIDTHS))

    def forward(self, x: Tensor) -> Features:
        """Shape: x: ``(B, C, H, W)``; features: ``(B, 480)``."""
        x = self.prepare(x)
        means = []
        for layer in self.layers:
            x = layer(x).relu()
            means.append(x.mean((2, 3)))
        return Features(torch.cat(means, 1))


def _random_layer(inputs: int, outputs: int, rng: torch.Generator) -> nn.Conv2d:
    """A convolution without bias, made without the global generator."""
    layer = nn.utils.skip_init(nn.Conv2d, inputs, outputs, 3, stride=2, padding=1, bias=False)
    assert isinstance(layer, nn.Conv2d)
    nn.init.kaiming_normal_(layer.weight, generator=rng)
    return layer
