"""How the weights of residual networks start."""

from __future__ import annotations

import math
from typing import Literal

from torch import nn

Init = Literal["xavier", "orthogonal", "normal"]

_RESIDUAL = {"conv1", "conv2", "conv3", "conv4"}


def initialise(network: nn.Module, how: Init) -> None:
    """Draw the weights of linear and convolutional layers; their biases are zero.

    ``xavier`` is SN-GAN's: uniform, with gain √2 in the two convolutions of a block and 1 elsewhere. WGAN-GP's networks
    start likewise, since Xavier's gain √2 is He's rule where as many channels come in as go out. ``orthogonal`` is
    BigGAN's, of class embeddings too; ``normal`` is N(0, 0.02²), of its authors' settings for CIFAR.

    References:
        Glorot and Bengio 2010, equation 16; He et al. 2015, equation 10; Saxe et al. 2014, section 3.
    """
    for name, module in network.named_modules():
        if not isinstance(module, nn.Linear | nn.Conv2d):
            continue
        if how == "orthogonal":
            nn.init.orthogonal_(module.weight)
        elif how == "normal":
            nn.init.normal_(module.weight, std=0.02)
        else:
            nn.init.xavier_uniform_(module.weight, math.sqrt(2) if name.rpartition(".")[2] in _RESIDUAL else 1.0)
        if module.bias is not None:
            nn.init.zeros_(module.bias)


def initialise_embedding(embedding: nn.Embedding, how: Init) -> None:
    """Draw class embeddings by the same rule."""
    if how == "orthogonal":
        nn.init.orthogonal_(embedding.weight)
    elif how == "normal":
        nn.init.normal_(embedding.weight, std=0.02)
    else:
        nn.init.xavier_uniform_(embedding.weight)
