"""The weights of a network as matrices."""

from __future__ import annotations

from typing import TYPE_CHECKING

from torch import Tensor, nn

if TYPE_CHECKING:
    from collections.abc import Iterator

Transposed = nn.ConvTranspose1d | nn.ConvTranspose2d | nn.ConvTranspose3d
Matrix = nn.Linear | nn.Conv1d | nn.Conv2d | nn.Conv3d | Transposed


def matrices(network: nn.Module) -> Iterator[Tensor]:
    """The weight of each linear and convolutional layer, before any parametrization of it.

    Shape:
        each: ``(out, in · kernel)``.
    """
    for module in network.modules():
        if isinstance(module, Matrix):
            for name, weight in module.named_parameters():
                if name in {"weight", "parametrizations.weight.original"}:
                    yield (weight.transpose(0, 1) if isinstance(module, Transposed) else weight).flatten(1)
