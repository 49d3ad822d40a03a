"""The networks of InfoGAN: latents that begin with codes, and a discriminator that finds them again.

Legend: B batch size, Z latent length, C picture channels, S picture size, n width.

References:
    Chen et al. 2016, "InfoGAN", appendix C.1.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import torch
from torch import Tensor, nn
from torch.nn.functional import one_hot

from ganfw.errors import GanfwError
from ganfw.networks import Discriminator, Generator, Verdict
from ganfw_classic.latents import from_normal

if TYPE_CHECKING:
    from collections.abc import Sequence


def _quarter(size: int) -> int:
    if size % 4:
        raise GanfwError(f"infogan doubles twice, so the size of its pictures is a multiple of 4, not {size}")
    return size // 4


class InfoGANGenerator(Generator):
    """Two fully connected layers to S/4, and two transposed convolutions; batch-normalised ReLU, tanh at the end.

    The latent is one-hot categorical codes, then continuous codes uniform on (-1, 1), then standard normal noise.

    Args:
        size: Picture height and width, a multiple of 4.
        channels: Picture channels.
        categorical: Number of values of each categorical code.
        continuous: Number of continuous codes.
        noise: Length of what the codes leave open.
        width: n, the channels at half the picture's size; twice as many at a quarter, and 16n units before. The paper
            has 64.

    Raises:
        GanfwError: If ``size`` is no multiple of 4.
    """

    def __init__(
        self, *, size: int, channels: int = 1, categorical: Sequence[int] = (10,), continuous: int = 2,
        noise: int = 62, width: int = 64,
    ) -> None:  # fmt: skip
        super().__init__()
        self.categorical, self.continuous = tuple(categorical), continuous
        self.latent_dim = sum(categorical) + continuous + noise
        quarter = _quarter(size)
        units, flat = 16 * width, 2 * width * quarter**2
        self.stem = nn.Sequential(
            nn.Linear(self.latent_dim, units), nn.BatchNorm1d(units), nn.ReLU(),
            nn.Linear(units, flat), nn.BatchNorm1d(flat), nn.ReLU(), nn.Unflatten(1, (2 * width, quarter, quarter)),
        )  # fmt: skip
        self.up = nn.Sequential(nn.ConvTranspose2d(2 * width, width, 4, 2, 1), nn.BatchNorm2d(width), nn.ReLU())
        self.to_picture = nn.ConvTranspose2d(width, channels, 4, 2, 1)

    def prior(self, noise: Tensor) -> Tensor:
        """Map standard normal noise to codes and noise: the largest of K normal numbers is each with probability 1 / K.

        Shape:
            noise, result: ``(B, Z)``.
        """
        places = [*self.categorical, self.continuous, self.latent_dim - sum(self.categorical) - self.continuous]
        *categorical, continuous, rest = noise.split(places, 1)
        codes = [one_hot(code.argmax(1), code.shape[1]).to(noise.dtype) for code in categorical]
        return torch.cat([*codes, from_normal(continuous, "uniform"), rest], 1)

    def forward(self, z: Tensor, condition: Tensor | None = None) -> Tensor:
        """Generate one picture per latent.

        Shape:
            z: ``(B, Z)``; condition: unused; result: ``(B, C, S, S)`` in [-1, 1], in the dtype of ``z``.
        """
        return torch.tanh(self.to_picture(self.up(self.stem(z))).to(z.dtype))


class InfoGANDiscriminator(Discriminator):
    """Two strided convolutions and a layer of 16n, on which stand one logit and the head ``code`` through 2n units.

    Args:
        size: Picture height and width, a multiple of 4.
        channels: Picture channels.
        code: Length of the head ``code``: that of the codes, and of the deviations of the continuous ones if learned.
        width: n, the channels after the first convolution. The paper has 64.
        norm: ``batch`` as in the paper, or ``none`` where spectral normalisation takes its place.

    Raises:
        GanfwError: If ``size`` is no multiple of 4.
    """

    def __init__(
        self, *, size: int, channels: int = 1, code: int = 12, width: int = 64, norm: Literal["batch", "none"] = "batch"
    ) -> None:
        super().__init__()
        self.heads = {"code": code}
        self.uses_batch_statistics = norm == "batch"
        maps, rows = (nn.BatchNorm2d, nn.BatchNorm1d) if norm == "batch" else (nn.Identity, nn.Identity)
        units = 16 * width
        self.trunk = nn.Sequential(
            nn.Conv2d(channels, width, 4, 2, 1), nn.LeakyReLU(0.1),
            nn.Conv2d(width, 2 * width, 4, 2, 1), maps(2 * width), nn.LeakyReLU(0.1), nn.Flatten(),
            nn.Linear(2 * width * _quarter(size) ** 2, units), rows(units), nn.LeakyReLU(0.1),
        )  # fmt: skip
        self.judge = nn.Linear(units, 1)
        self.code = nn.Sequential(
            nn.Linear(units, 2 * width), rows(2 * width), nn.LeakyReLU(0.1), nn.Linear(2 * width, code)
        )

    def forward(self, x: Tensor, condition: Tensor | None = None, *, features: bool = False) -> Verdict:
        """Judge each picture and guess its codes.

        Shape:
            x: ``(B, C, S, S)``; condition: unused; logits: one ``(B,)``; features: ``(B, 16n)``; heads: ``(B, code)``.
        """
        trunk = self.trunk(x)
        logits = self.judge(trunk).flatten().to(x.dtype)
        return Verdict([logits], [[trunk]] if features else (), {"code": self.code(trunk).to(x.dtype)})
