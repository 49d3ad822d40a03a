"""An autoencoder as discriminator: what it reconstructs badly is fake.

Legend: B batch size, C picture channels, S picture size, n width.

References:
    Zhao et al. 2017, "Energy-based generative adversarial network", section 2 and appendix D.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Literal

import torch
from torch import Tensor, nn

from ganfw.errors import GanfwError
from ganfw.networks import Discriminator, Verdict
from ganfw_classic.sizes import channel_ladder
from ganfw_classic.weights import init_normal


def _down_to(code_size: int, ladder: list[int]) -> list[int]:
    """The channels after each halving that is needed, of those after all halvings down to 4 × 4."""
    spared = code_size.bit_length() - 3
    if code_size < 4 or code_size & (code_size - 1) or len(ladder) <= spared:
        sizes = ", ".join(str(4 << number) for number in range(len(ladder)))
        raise GanfwError(
            f"discriminator.code_size={code_size} cannot be reached by halving a picture of {4 << len(ladder)} pixels; "
            f"it could be {sizes}."
        )
    return ladder[: len(ladder) - spared]


class EBGANDiscriminator(Discriminator):
    """Strided convolutions to a small code, transposed ones back; the energy is the squared error of the picture.

    The code is not normalised, so that the pulling-away term sees its true directions.

    Args:
        size: Picture height and width, a power of two from 8 to 1024.
        channels: Picture channels.
        width: n, the channels after the first convolution; doubled at each halving.
        reduction: ``mean`` over the values of a picture, or their ``sum`` as in the paper, whose margins are as large.
        max_channels: Cap on the channels of the coarse resolutions.
        code_size: Height and width of the code. The paper's three convolutions leave 8 of 64 pixels.

    Raises:
        GanfwError: If ``size`` is no power of two from 8 to 1024, or cannot be halved to ``code_size``.
    """

    energies = True
    uses_batch_statistics = True

    def __init__(
        self, *, size: int, channels: int = 3, width: int = 64, reduction: Literal["mean", "sum"] = "mean",
        max_channels: int = 1024, code_size: int = 4,
    ) -> None:  # fmt: skip
        super().__init__()
        self.reduction = reduction
        ladder = _down_to(code_size, channel_ladder(size, width, max_channels, "EBGAN")[::-1])
        down: list[nn.Module] = [nn.Conv2d(channels, ladder[0], 4, 2, 1), nn.LeakyReLU(0.2)]
        for number, (fine, coarse) in enumerate(pairwise(ladder)):
            last = number == len(ladder) - 2
            down += [nn.Conv2d(fine, coarse, 4, 2, 1), *([] if last else [nn.BatchNorm2d(coarse), nn.LeakyReLU(0.2)])]
        up: list[nn.Module] = [nn.LeakyReLU(0.2)]
        for coarse, fine in pairwise(ladder[::-1]):
            up += [nn.ConvTranspose2d(coarse, fine, 4, 2, 1), nn.BatchNorm2d(fine), nn.LeakyReLU(0.2)]
        self.encoder = nn.Sequential(*down)
        self.decoder = nn.Sequential(*up, nn.ConvTranspose2d(ladder[0], channels, 4, 2, 1))
        self.apply(init_normal)

    def forward(self, x: Tensor, condition: Tensor | None = None, *, features: bool = False) -> Verdict:
        """The energy of each picture; its gradient flows through the picture and its reconstruction.

        Shape:
            x: ``(B, C, S, S)``; condition: unused; logits: one ``(B,)``, energies; features: the code.
        """
        code = self.encoder(x)
        errors = (torch.tanh(self.decoder(code).to(x.dtype)) - x).square().flatten(1)
        energy = errors.mean(1) if self.reduction == "mean" else errors.sum(1)
        return Verdict([energy], [[code]] if features else ())
