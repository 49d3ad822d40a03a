"""The Inception network that published FIDs use, as a table: each block's branches, and their names in the weights.

It is the network of Szegedy et al. 2016, Rethinking the Inception Architecture for Computer Vision, as TensorFlow's
release of December 2015 has it: means leave out the padding, and the last block's pool takes maxima.

Legend: B batch size, C channels, H height, W width.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import nn
from torch.nn.functional import avg_pool2d, max_pool2d

if TYPE_CHECKING:
    from torch import Tensor

CLASSES = 1008
_EPSILON = 1e-3


@dataclass(frozen=True)
class Conv:
    """A convolution of a block; with stride 1 it keeps the size, with stride 2 it has no padding."""

    name: str
    outputs: int
    kernel: tuple[int, int] = (1, 1)
    stride: int = 1


Branch = tuple["Conv | str | tuple[Conv, ...]", ...]
"""Convolutions and pools in a row; a tuple of convolutions reads one input and joins the outputs."""
_ROW, _COLUMN, _3, _5, _7_WIDE, _7_HIGH = (1, 3), (3, 1), (3, 3), (5, 5), (1, 7), (7, 1)


def _a(pool: int) -> tuple[Branch, ...]:
    return (
        (Conv("branch1x1", 64),),
        (Conv("branch5x5_1", 48), Conv("branch5x5_2", 64, _5)),
        (Conv("branch3x3dbl_1", 64), Conv("branch3x3dbl_2", 96, _3), Conv("branch3x3dbl_3", 96, _3)),
        ("mean", Conv("branch_pool", pool)),
    )


def _b() -> tuple[Branch, ...]:
    return (
        (Conv("branch3x3", 384, _3, 2),),
        (Conv("branch3x3dbl_1", 64), Conv("branch3x3dbl_2", 96, _3), Conv("branch3x3dbl_3", 96, _3, 2)),
        ("halve",),
    )


def _c(width: int) -> tuple[Branch, ...]:
    return (
        (Conv("branch1x1", 192),),
        (Conv("branch7x7_1", width), Conv("branch7x7_2", width, _7_WIDE), Conv("branch7x7_3", 192, _7_HIGH)),
        (
            Conv("branch7x7dbl_1", width), Conv("branch7x7dbl_2", width, _7_HIGH),
            Conv("branch7x7dbl_3", width, _7_WIDE), Conv("branch7x7dbl_4", width, _7_HIGH),
            Conv("branch7x7dbl_5", 192, _7_WIDE),
        ),
        ("mean", Conv("branch_pool", 192)),
    )  # fmt: skip


def _d() -> tuple[Branch, ...]:
    return (
        (Conv("branch3x3_1", 192), Conv("branch3x3_2", 320, _3, 2)),
        (
            Conv("branch7x7x3_1", 192), Conv("branch7x7x3_2", 192, _7_WIDE),
            Conv("branch7x7x3_3", 192, _7_HIGH), Conv("branch7x7x3_4", 192, _3, 2),
        ),
        ("halve",),
    )  # fmt: skip


def _e(pool: str) -> tuple[Branch, ...]:
    return (
        (Conv("branch1x1", 320),),
        (Conv("branch3x3_1", 384), (Conv("branch3x3_2a", 384, _ROW), Conv("branch3x3_2b", 384, _COLUMN))),
        (
            Conv("branch3x3dbl_1", 448), Conv("branch3x3dbl_2", 384, _3),
            (Conv("branch3x3dbl_3a", 384, _ROW), Conv("branch3x3dbl_3b", 384, _COLUMN)),
        ),
        (pool, Conv("branch_pool", 192)),
    )  # fmt: skip


BLOCKS: dict[str, tuple[int, tuple[Branch, ...]]] = {
    "Mixed_5b": (192, _a(32)), "Mixed_5c": (256, _a(64)), "Mixed_5d": (288, _a(64)), "Mixed_6a": (288, _b()),
    "Mixed_6b": (768, _c(128)), "Mixed_6c": (768, _c(160)), "Mixed_6d": (768, _c(160)), "Mixed_6e": (768, _c(192)),
    "Mixed_7a": (768, _d()), "Mixed_7b": (1280, _e("mean")), "Mixed_7c": (2048, _e("maximum")),
}  # fmt: skip
"""Channels that come in, and branches, of each block in order."""
STEM = {
    "Conv2d_1a_3x3": (3, 32, 3, 2, 0), "Conv2d_2a_3x3": (32, 32, 3, 1, 0), "Conv2d_2b_3x3": (32, 64, 3, 1, 1),
    "Conv2d_3b_1x1": (64, 80, 1, 1, 0), "Conv2d_4a_3x3": (80, 192, 3, 1, 0),
}  # fmt: skip
"""Channels in and out, kernel, stride and padding of what comes before the blocks."""
_HALVED_AFTER = ("Conv2d_2b_3x3", "Conv2d_4a_3x3")


class Inception(nn.Module):
    """The whole network, with the names that torch-fidelity's file of weights has."""

    def __init__(self) -> None:
        super().__init__()
        for name, sizes in STEM.items():
            self.add_module(name, _Convolution(*sizes))
        for name, (inputs, branches) in BLOCKS.items():
            self.add_module(name, _Block(inputs, branches))
        self.fc = nn.Linear(2048, CLASSES)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Features, and logits without their bias, which is how inception scores are computed.

        Shape:
            x: ``(B, 3, 299, 299)`` in about [-1, 1]; features: ``(B, 2048)``; logits: ``(B, 1008)``.
        """
        for name in STEM:
            x = self.get_submodule(name)(x)
            if name in _HALVED_AFTER:
                x = _POOLS["halve"](x)
        for name in BLOCKS:
            x = self.get_submodule(name)(x)
        features = x.mean((2, 3))
        return features, features @ self.fc.weight.T


class _Convolution(nn.Module):
    def __init__(
        self, inputs: int, outputs: int, kernel: int | tuple[int, int], stride: int, padding: int | tuple[int, int]
    ) -> None:  # fmt: skip
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, kernel, stride, padding, bias=False)
        self.bn = nn.BatchNorm2d(outputs, eps=_EPSILON)

    def forward(self, x: Tensor) -> Tensor:
        """Shape: ``(B, C, H, W)`` to ``(B, C', H', W')``."""
        y: Tensor = self.bn(self.conv(x)).relu()
        return y


class _Block(nn.Module):
    def __init__(self, inputs: int, branches: tuple[Branch, ...]) -> None:
        super().__init__()
        self.branches = branches
        for branch in branches:
            width = inputs
            for step in branch:
                convolutions = () if isinstance(step, str) else (step,) if isinstance(step, Conv) else step
                for conv in convolutions:
                    padding = (conv.kernel[0] // 2, conv.kernel[1] // 2) if conv.stride == 1 else 0
                    layer = _Convolution(width, conv.outputs, conv.kernel, conv.stride, padding)
                    self.add_module(conv.name, layer)
                width = convolutions[-1].outputs if convolutions else width

    def forward(self, x: Tensor) -> Tensor:
        """Shape: ``(B, C, H, W)`` to ``(B, C', H', W')``."""
        return torch.cat([self._follow(branch, x) for branch in self.branches], 1)

    def _follow(self, branch: Branch, x: Tensor) -> Tensor:
        for step in branch:
            if isinstance(step, str):
                x = _POOLS[step](x)
            elif isinstance(step, Conv):
                x = self.get_submodule(step.name)(x)
            else:
                x = torch.cat([self.get_submodule(conv.name)(x) for conv in step], 1)
        return x


_POOLS = {
    "mean": lambda x: avg_pool2d(x, 3, 1, 1, count_include_pad=False),
    "maximum": lambda x: max_pool2d(x, 3, 1, 1),
    "halve": lambda x: max_pool2d(x, 3, 2),
}
