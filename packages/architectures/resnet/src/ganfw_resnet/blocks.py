"""Residual blocks: one for generators, one for discriminators, and BigGAN-deep's two with a bottleneck.

Legend: B batch size, H height and width of a map.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn
from torch.nn.functional import avg_pool2d, interpolate, relu

if TYPE_CHECKING:
    from ganfw_resnet.layers import Norms


def double(x: Tensor) -> Tensor:
    """Repeat each pixel 2 × 2. Shape: ``(B, C, H, H)`` to ``(B, C, 2H, 2H)``."""
    return interpolate(x, scale_factor=2.0, mode="nearest")


def halve(x: Tensor) -> Tensor:
    """Average 2 × 2 pixels. Shape: ``(B, C, H, H)`` to ``(B, C, H / 2, H / 2)``."""
    return avg_pool2d(x, 2)


class GeneratorBlock(nn.Module):
    """Double: norm, ReLU, double, 3 × 3, norm, ReLU, 3 × 3; beside it double and 1 × 1.

    Args:
        fan_in: Channels that come in.
        fan_out: Channels that go out.
        norms: Makes the normalisations.

    References:
        Gulrajani et al. 2017, appendix F; Miyato et al. 2018, appendix B, table 4; Brock et al. 2019, figure 15b.
    """

    def __init__(self, fan_in: int, fan_out: int, norms: Norms) -> None:
        super().__init__()
        self.norm1, self.norm2 = norms(fan_in), norms(fan_out)
        self.conv1 = nn.Conv2d(fan_in, fan_out, 3, padding=1)
        self.conv2 = nn.Conv2d(fan_out, fan_out, 3, padding=1)
        self.shortcut = nn.Conv2d(fan_in, fan_out, 1)

    def forward(self, x: Tensor, code: Tensor | None = None) -> Tensor:
        """Double the maps. Shape: x: ``(B, fan_in, H, H)``; code: as the norms take it; result: ``2H``."""
        hidden = self.conv1(double(relu(self.norm1(x, code))))
        hidden = self.conv2(relu(self.norm2(hidden, code)))
        # A 1 × 1 convolution of repeated pixels is the repeated convolution, at a quarter of the work.
        made: Tensor = hidden + double(self.shortcut(x))
        return made


class DiscriminatorBlock(nn.Module):
    """ReLU, 3 × 3, ReLU, 3 × 3, and halve if asked; beside it 1 × 1, where channels or size change.

    The first block of a network sees the picture itself: no ReLU comes before, and the way beside pools first.

    Args:
        fan_in: Channels that come in.
        fan_out: Channels that go out.
        hidden: Channels between: those that come in for SN-GAN, those that go out for BigGAN.
        down: Whether it halves the maps.
        first: Whether it is the first of a network.

    References:
        Gulrajani et al. 2017, appendix F; Miyato et al. 2018, appendix B, table 4; Brock et al. 2019, figure 15c.
    """

    def __init__(self, fan_in: int, fan_out: int, hidden: int, *, down: bool, first: bool = False) -> None:
        super().__init__()
        self.down, self.first = down, first
        self.conv1 = nn.Conv2d(fan_in, hidden, 3, padding=1)
        self.conv2 = nn.Conv2d(hidden, fan_out, 3, padding=1)
        self.shortcut = nn.Conv2d(fan_in, fan_out, 1) if down or fan_in != fan_out else nn.Identity()

    def forward(self, x: Tensor) -> Tensor:
        """Shape: x: ``(B, fan_in, H, H)``; result: ``(B, fan_out, H, H)``, or half of H."""
        hidden = self.conv2(relu(self.conv1(x if self.first else relu(x))))
        # Averaging and a 1 × 1 convolution may change places; first averaging costs a quarter.
        beside = self.shortcut(halve(x) if self.down else x)
        made: Tensor = beside + (halve(hidden) if self.down else hidden)
        return made


class DeepGeneratorBlock(nn.Module):
    """A bottleneck of 1 × 1, 3 × 3, 3 × 3 and 1 × 1, each after norm and ReLU; channels that are too many are dropped.

    Args:
        fan_in: Channels that come in; a quarter of them are between.
        fan_out: Channels that go out, at most as many.
        norms: Makes the normalisations.
        up: Whether it doubles the maps.

    References:
        Brock et al. 2019, appendix B and figure 16.
    """

    def __init__(self, fan_in: int, fan_out: int, norms: Norms, *, up: bool) -> None:
        super().__init__()
        self.fan_out, self.up = fan_out, up
        hidden = max(1, fan_in // 4)
        self.norm1, self.conv1 = norms(fan_in), nn.Conv2d(fan_in, hidden, 1)
        self.norm2, self.conv2 = norms(hidden), nn.Conv2d(hidden, hidden, 3, padding=1)
        self.norm3, self.conv3 = norms(hidden), nn.Conv2d(hidden, hidden, 3, padding=1)
        self.norm4, self.conv4 = norms(hidden), nn.Conv2d(hidden, fan_out, 1)

    def forward(self, x: Tensor, code: Tensor) -> Tensor:
        """Shape: x: ``(B, fan_in, H, H)``; code: as the norms take it; result: ``(B, fan_out, H, H)``, or 2H."""
        hidden = relu(self.norm2(self.conv1(relu(self.norm1(x, code))), code))
        beside = x[:, : self.fan_out]
        if self.up:
            hidden, beside = double(hidden), double(beside)
        hidden = self.conv3(relu(self.norm3(self.conv2(hidden), code)))
        made: Tensor = beside + self.conv4(relu(self.norm4(hidden, code)))
        return made


class DeepDiscriminatorBlock(nn.Module):
    """A bottleneck of 1 × 1, 3 × 3, 3 × 3 and 1 × 1, each after ReLU; channels that are missing come from a 1 × 1.

    Args:
        fan_in: Channels that come in.
        fan_out: Channels that go out, at least as many; a quarter of them are between.
        down: Whether it halves the maps, before the last convolution.

    References:
        Brock et al. 2019, appendix B and figure 16.
    """

    def __init__(self, fan_in: int, fan_out: int, *, down: bool) -> None:
        super().__init__()
        self.down = down
        hidden = max(1, fan_out // 4)
        self.conv1 = nn.Conv2d(fan_in, hidden, 1)
        self.conv2 = nn.Conv2d(hidden, hidden, 3, padding=1)
        self.conv3 = nn.Conv2d(hidden, hidden, 3, padding=1)
        self.conv4 = nn.Conv2d(hidden, fan_out, 1)
        self.further = nn.Conv2d(fan_in, fan_out - fan_in, 1) if fan_out > fan_in else None

    def forward(self, x: Tensor) -> Tensor:
        """Shape: x: ``(B, fan_in, H, H)``; result: ``(B, fan_out, H, H)``, or half of H."""
        hidden = relu(self.conv3(relu(self.conv2(relu(self.conv1(relu(x)))))))
        beside = halve(x) if self.down else x
        if self.further is not None:
            beside = torch.cat([beside, self.further(beside)], 1)
        made: Tensor = beside + self.conv4(halve(hidden) if self.down else hidden)
        return made
