"""The networks of BEGAN: one decoder design, as generator and as half of an autoencoder that judges.

Legend: B batch size, Z latent length, C picture channels, S picture size, n width.

References:
    Berthelot, Schumm and Metz 2017, "BEGAN: Boundary equilibrium generative adversarial networks", section 3.5 and
    figure 1.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from torch import Tensor, nn

from ganfw.errors import GanfwError
from ganfw.networks import Discriminator, Generator, Verdict
from ganfw_classic.latents import from_normal

if TYPE_CHECKING:
    from collections.abc import Sequence


def _stages(size: int) -> int:
    stages = size.bit_length() - 3
    if size & (size - 1) or stages < 1:
        below = 1 << (size.bit_length() - 1) if size > 8 else 8
        raise GanfwError(
            f"image.size={size} cannot be made by BEGAN: it doubles from 8 x 8, so the size is a power of two from 8. "
            f"Use image.size={below} or {2 * below}."
        )
    return stages


def _convolutions(sizes: Sequence[int]) -> list[nn.Module]:
    layers: list[nn.Module] = []
    for inside, outside in pairwise(sizes):
        layers += [nn.Conv2d(inside, outside, 3, 1, 1), nn.ELU()]
    return layers


def decoder(size: int, channels: int, width: int, code: int) -> nn.Sequential:
    """A code to a picture: 8 × 8 first, two convolutions at each resolution, nearest doubling between them."""
    layers: list[nn.Module] = [nn.Linear(code, 64 * width), nn.Unflatten(1, (width, 8, 8))]
    for stage in range(_stages(size)):
        layers += [nn.Upsample(scale_factor=2)] if stage else []
        layers += _convolutions([width] * 3)
    return nn.Sequential(*layers, nn.Conv2d(width, channels, 3, 1, 1))


def encoder(size: int, channels: int, width: int, code: int) -> nn.Sequential:
    """A picture to a code: two convolutions at each resolution, strided ones between, n more channels at each."""
    stages = _stages(size)
    layers, last = _convolutions([channels, width]), width
    for stage in range(stages):
        wide = width * (stage + 1)
        layers += _convolutions([last, wide, wide])
        if stage < stages - 1:
            layers += [nn.Conv2d(wide, wide, 3, 2, 1), nn.ELU()]
        last = wide
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear(64 * last, code))


class BEGANGenerator(Generator):
    """The decoder, from latents uniform on (-1, 1); its last layer is linear.

    Args:
        size: Picture height and width, a power of two from 8.
        channels: Picture channels.
        width: n.
        latent_dim: Length of the latent.

    Raises:
        GanfwError: If ``size`` is no power of two from 8.
    """

    def __init__(self, *, size: int, channels: int = 3, width: int = 64, latent_dim: int = 64) -> None:
        super().__init__()
        self.latent_dim = latent_dim
        self.decoder = decoder(size, channels, width, latent_dim)

    def prior(self, noise: Tensor) -> Tensor:
        """Uniform on (-1, 1); see `Generator.prior`."""
        return from_normal(noise, "uniform")

    def forward(self, z: Tensor, condition: Tensor | None = None) -> Tensor:
        """Generate one picture per latent.

        Shape:
            z: ``(B, Z)``; condition: unused; result: ``(B, C, S, S)``, about [-1, 1], in the dtype of ``z``.
        """
        return self.decoder(z).to(z.dtype)  # type: ignore[no-any-return]


class BEGANDiscriminator(Discriminator):
    """Encoder and decoder; the energy of a picture is the mean absolute error of its reconstruction.

    Args:
        size: Picture height and width, a power of two from 8.
        channels: Picture channels.
        width: n.
        code: Length of the code.

    Raises:
        GanfwError: If ``size`` is no power of two from 8.
    """

    energies = True

    def __init__(self, *, size: int, channels: int = 3, width: int = 64, code: int = 64) -> None:
        super().__init__()
        self.encoder, self.decoder = encoder(size, channels, width, code), decoder(size, channels, width, code)

    def forward(self, x: Tensor, condition: Tensor | None = None, *, features: bool = False) -> Verdict:
        """The energy of each picture.

        Shape:
            x: ``(B, C, S, S)``; condition: unused; logits: one ``(B,)``, energies; features: the code ``(B, code)``.
        """
        code = self.encoder(x)
        energy = (self.decoder(code).to(x.dtype) - x).abs().flatten(1).mean(1)
        return Verdict([energy], [[code]] if features else ())
