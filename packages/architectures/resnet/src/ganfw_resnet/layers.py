"""Layers of the residual networks: batch normalisation that is told what to make, and self-attention.

Legend: B batch size, C channels, H height and width of a map, K number of classes, L length of a code.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn
from torch.nn.functional import max_pool2d

from ganfw.errors import GanfwError

if TYPE_CHECKING:
    from collections.abc import Callable

    Norms = Callable[[int], nn.Module]
    """Makes a normalisation of so many channels, called with the maps and the code."""


def given(condition: Tensor | None, classes: int) -> Tensor:
    """The classes, which a network that was made for them needs.

    Raises:
        GanfwError: If there are none.
    """
    if condition is None:
        raise GanfwError(
            f"a network that was made for {classes} classes got no condition. Give the class of each sample, or build "
            "the network without classes: conditional=false for the generator, none for the discriminator."
        )
    return condition


class PlainBatchNorm(nn.Module):
    """Batch normalisation that is told nothing: the same gain and bias for every sample."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.norm = nn.BatchNorm2d(channels)

    def forward(self, x: Tensor, code: Tensor | None = None) -> Tensor:
        """Normalise; ``code`` is left unused. Shape: x, result: ``(B, C, H, H)``."""
        normal: Tensor = self.norm(x)
        return normal


class ClassBatchNorm(nn.Module):
    """Batch normalisation with a gain, 1 at first, and a bias, 0 at first, for each class.

    Args:
        channels: C.
        classes: K.

    References:
        Dumoulin, Shlens and Kudlur 2017, A Learned Representation for Artistic Style, equation 5; in GANs Miyato and
        Koyama 2018, cGANs with Projection Discriminator, section 5.
    """

    def __init__(self, channels: int, classes: int) -> None:
        super().__init__()
        self.norm = nn.BatchNorm2d(channels, affine=False)
        self.gain, self.bias = nn.Embedding(classes, channels), nn.Embedding(classes, channels)
        nn.init.ones_(self.gain.weight)
        nn.init.zeros_(self.bias.weight)

    def forward(self, x: Tensor, code: Tensor | None = None) -> Tensor:
        """Normalise. Shape: x, result: ``(B, C, H, H)``; code: ``(B,)``, the classes."""
        classes = given(code, self.gain.num_embeddings)
        return torch.addcmul(_planes(self.bias(classes)), self.norm(x), _planes(self.gain(classes)))


class CodeBatchNorm(nn.Module):
    """Batch normalisation with gain 1 + W_g c and bias W_b c, linear in a code c.

    Args:
        channels: C.
        code: L.

    References:
        Brock, Donahue and Simonyan 2019, Large Scale GAN Training, section 3 and appendix B.
    """

    def __init__(self, channels: int, code: int) -> None:
        super().__init__()
        self.norm = nn.BatchNorm2d(channels, affine=False)
        self.gain, self.bias = nn.Linear(code, channels, bias=False), nn.Linear(code, channels, bias=False)

    def forward(self, x: Tensor, code: Tensor) -> Tensor:
        """Normalise. Shape: x, result: ``(B, C, H, H)``; code: ``(B, L)``."""
        return torch.addcmul(_planes(self.bias(code)), self.norm(x), 1 + _planes(self.gain(code)))


def _planes(values: Tensor) -> Tensor:
    return values[:, :, None, None]


class SelfAttention(nn.Module):
    """x + γ o(attention(x)): every place of a map sees every other. γ is 0 at first, so that x passes unchanged.

    Queries θ and keys φ have C / 8 channels, values g have C / 2; keys and values are pooled 2 × 2 by their largest.
    Scores are not divided by √d. So it is in the authors' code; the paper pools nothing and has C / 8 throughout.

    Args:
        channels: C.

    References:
        Zhang et al. 2019, Self-Attention Generative Adversarial Networks, section 3, equations 1 to 3.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        keys, values = max(1, channels // 8), max(1, channels // 2)
        self.query = nn.Conv2d(channels, keys, 1, bias=False)
        self.key = nn.Conv2d(channels, keys, 1, bias=False)
        self.value = nn.Conv2d(channels, values, 1, bias=False)
        self.out = nn.Conv2d(values, channels, 1, bias=False)
        self.gamma = nn.Parameter(torch.zeros(()))

    def forward(self, x: Tensor, code: Tensor | None = None) -> Tensor:
        """Attend; ``code`` is left unused. Shape: x, result: ``(B, C, H, H)``."""
        queries = self.query(x).flatten(2)
        keys = max_pool2d(self.key(x), 2).flatten(2)
        values = max_pool2d(self.value(x), 2).flatten(2)
        # β_{j,i}, by rows j: how much of place i goes into place j (equation 1).
        shares = torch.softmax(queries.transpose(1, 2) @ keys, dim=-1)
        seen = (values @ shares.transpose(1, 2)).unflatten(2, x.shape[2:])
        attended: Tensor = x + self.gamma * self.out(seen)
        return attended
