"""What encoders and joint discriminators share: from a sample to one row of features.

Legend: B batch size, F length of the features, C picture channels, S picture size.
"""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

import torch
from torch import Tensor, nn

if TYPE_CHECKING:
    from collections.abc import Sequence

Norm = Literal["batch", "layer", "none"]
Activation = Literal["leaky-relu", "relu", "tanh"]


def activation(name: Activation) -> nn.Module:
    """A module of that name; the slope of leaky-relu is 0.2."""
    return {"leaky-relu": nn.LeakyReLU(0.2), "relu": nn.ReLU(), "tanh": nn.Tanh()}[name]


class Trunk(nn.Module):
    """Layers whose last activations, flattened, are the features.

    Args:
        blocks: The layers in order.
        length: F.
    """

    def __init__(self, blocks: Sequence[nn.Module], length: int) -> None:
        super().__init__()
        self.blocks, self.length = nn.ModuleList(blocks), length

    def activations(self, x: Tensor) -> list[Tensor]:
        """What each layer makes, first to last. Shape: x ``(B, ...)``; results ``(B, ...)``."""
        found = []
        for block in self.blocks:
            x = block(x)
            found.append(x)
        return found

    def forward(self, x: Tensor) -> Tensor:
        """The features. Shape: x ``(B, ...)``; result ``(B, F)``."""
        return self.activations(x)[-1].flatten(1) if self.blocks else x.flatten(1)


class Noise(nn.Module):
    """x + σ ε with ε ~ N(0, 1) for each element in training; x in evaluation.

    Args:
        std: σ, at least 0.
    """

    def __init__(self, std: float) -> None:
        super().__init__()
        self.std = std

    def forward(self, x: Tensor) -> Tensor:
        """Shape: x, result: any, alike."""
        return x + self.std * torch.randn_like(x) if self.training else x


def mlp_trunk(
    shape: Sequence[int], hidden: Sequence[int], *, norm: Norm = "none", act: Activation = "relu",
    noise: float = 0.0,
) -> Trunk:  # fmt: skip
    """Fully connected layers over the flattened sample; without layers the features are the sample.

    Args:
        shape: Shape of one sample.
        hidden: Sizes of the layers.
        norm: Normalisation of each layer.
        act: After each layer.
        noise: Standard deviation, at least 0, of normal noise that is added to the sample in training.
    """
    sizes = [math.prod(shape), *hidden]
    blocks = []
    for index, (inside, outside) in enumerate(pairwise(sizes)):
        norms: dict[Norm, list[nn.Module]]
        norms = {"batch": [nn.BatchNorm1d(outside)], "layer": [nn.LayerNorm(outside)], "none": []}
        before = [nn.Flatten(), *([Noise(noise)] if noise else [])] if index == 0 else []
        blocks.append(nn.Sequential(*before, nn.Linear(inside, outside), *norms[norm], activation(act)))
    return Trunk(blocks, sizes[-1])


def conv_trunk(size: int, channels: int, width: int, *, norm: Norm = "none", max_channels: int = 512) -> Trunk:
    """Strided convolutions that halve a picture until at most 4 pixels are left, with LeakyReLU 0.2, as DCGAN has them.

    All layers but the first are normalised.

    Args:
        size: S, from 8 on.
        channels: C.
        width: Channels after the first convolution, doubled at each halving.
        norm: Normalisation; ``layer`` is over channels and space together.
        max_channels: Cap on the channels.
    """
    blocks: list[nn.Module] = []
    inside, outside = channels, width
    while size > 4:
        norms: dict[Norm, list[nn.Module]]
        norms = {"batch": [nn.BatchNorm2d(outside)], "layer": [nn.GroupNorm(1, outside)], "none": []}
        first = not blocks
        convolution = nn.Conv2d(inside, outside, 4, 2, 1)
        blocks.append(nn.Sequential(convolution, *([] if first else norms[norm]), nn.LeakyReLU(0.2)))
        inside, outside, size = outside, min(2 * outside, max(max_channels, width)), size // 2
    return Trunk(blocks, inside * size**2)
