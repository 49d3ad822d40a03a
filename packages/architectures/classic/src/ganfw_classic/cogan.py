"""Coupled networks: one per domain, which share all layers that see content and none that see pixels.

A domain is a class: from the same latent, each class gives the same content in the look of its domain.

Legend: B batch size, Z latent length, K number of domains, C picture channels, S picture size, n width.

References:
    Liu and Tuzel 2016, "Coupled generative adversarial networks", section 3, on DCGAN's layers.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from ganfw.networks import Discriminator, Generator, Verdict
from ganfw_classic.classes import one_hot_rows
from ganfw_classic.sizes import channel_ladder
from ganfw_classic.weights import init_xavier

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


def _of_each(layers: Iterable[Callable[[Tensor], Tensor]], x: Tensor, rows: Tensor) -> Tensor:
    """Each row through the layer of its domain. All layers see all rows, so that no row waits for the device."""
    every = torch.stack([layer(x) for layer in layers], 1)
    return (every * rows[:, :, None, None, None].to(every.dtype)).sum(1)


class CoGANGenerator(Generator):
    """DCGAN's generator with one last layer for each domain.

    Args:
        size: Picture height and width, a power of two from 8 to 1024.
        channels: Picture channels.
        domains: K.
        width: n.
        latent_dim: Length of the latent.
        max_channels: Cap on the channels of the coarse resolutions.

    Raises:
        GanfwError: If ``size`` is no power of two from 8 to 1024.
    """

    def __init__(
        self, *, size: int, domains: int, channels: int = 1, width: int = 64, latent_dim: int = 100,
        max_channels: int = 1024,
    ) -> None:  # fmt: skip
        super().__init__()
        self.latent_dim, self.domains = latent_dim, domains
        ladder = channel_ladder(size, width, max_channels, "CoGAN")
        layers: list[nn.Module] = [nn.ConvTranspose2d(latent_dim, ladder[0], 4, 1, 0), nn.BatchNorm2d(ladder[0])]
        for coarse, fine in pairwise(ladder):
            layers += [nn.ReLU(), nn.ConvTranspose2d(coarse, fine, 4, 2, 1), nn.BatchNorm2d(fine)]
        self.shared = nn.Sequential(*layers, nn.ReLU())
        self.own = nn.ModuleList(nn.ConvTranspose2d(ladder[-1], channels, 4, 2, 1) for _ in range(domains))
        self.apply(init_xavier)

    def forward(self, z: Tensor, condition: Tensor | None = None) -> Tensor:
        """Generate one picture per latent, each in its domain.

        Shape:
            z: ``(B, Z)``; condition: ``(B,)``; result: ``(B, C, S, S)`` in [-1, 1], in the dtype of ``z``.
        """
        rows = one_hot_rows(condition, self.domains, z)
        return torch.tanh(_of_each(self.own, self.shared(z[:, :, None, None]), rows).to(z.dtype))


class CoGANDiscriminator(Discriminator):
    """DCGAN's discriminator with one first layer for each domain, and no normalisation.

    Batch statistics would tell the domains of a mixed batch apart.

    Args:
        size: Picture height and width, a power of two from 8 to 1024.
        channels: Picture channels.
        domains: K.
        width: n.
        max_channels: Cap on the channels of the coarse resolutions.

    Raises:
        GanfwError: If ``size`` is no power of two from 8 to 1024.
    """

    def __init__(
        self, *, size: int, domains: int, channels: int = 1, width: int = 64, max_channels: int = 1024
    ) -> None:
        super().__init__()
        self.domains = domains
        ladder = channel_ladder(size, width, max_channels, "CoGAN")[::-1]
        self.own = nn.ModuleList(nn.Conv2d(channels, ladder[0], 4, 2, 1) for _ in range(domains))
        layers: list[nn.Module] = [nn.LeakyReLU(0.2)]
        for fine, coarse in pairwise(ladder):
            layers += [nn.Conv2d(fine, coarse, 4, 2, 1), nn.LeakyReLU(0.2)]
        self.shared = nn.Sequential(*layers)
        self.judge = nn.Conv2d(ladder[-1], 1, 4, 1, 0)
        self.apply(init_xavier)

    def forward(self, x: Tensor, condition: Tensor | None = None, *, features: bool = False) -> Verdict:
        """Judge each picture as one of its domain.

        Shape:
            x: ``(B, C, S, S)``; condition: ``(B,)``; logits: one ``(B,)``; features: ``(B, channels, 4, 4)``.
        """
        hidden = self.shared(_of_each(self.own, x, one_hot_rows(condition, self.domains, x)))
        logits = self.judge(hidden).flatten().to(x.dtype)
        return Verdict([logits], [[hidden]] if features else ())
