"""Networks by levels: the coarsest makes a small picture, each finer one adds the detail that its size allows.

Legend: B batch size, Z latent length, C picture channels, S picture size, K number of classes, I_k the picture at level
k (0 is the finest), l_k = u(I_k+1) its blurred form.

References:
    Denton et al. 2015, "Deep generative image models using a Laplacian pyramid of adversarial networks", section 3.
"""

from __future__ import annotations

from typing import cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ganfw.networks import Discriminator, Generator, Verdict
from ganfw_classic.classes import one_hot_rows
from ganfw_classic.weights import init_normal


def down(x: Tensor) -> Tensor:
    """d: half the size, by the mean of each 2 × 2. Shape: ``(B, C, S, S)`` to ``(B, C, S / 2, S / 2)``."""
    return F.avg_pool2d(x, 2)


def up(x: Tensor) -> Tensor:
    """u: twice the size, linear in between. Shape: ``(B, C, S, S)`` to ``(B, C, 2 S, 2 S)``."""
    return F.interpolate(x, scale_factor=2, mode="bilinear", align_corners=False)


def pyramid(x: Tensor, levels: int) -> list[Tensor]:
    """I_0 = x, I_1 = d(I_0), ..., one more than there are levels of detail.

    Shape:
        x: ``(B, C, S, S)``; results: ``(B, C, S / 2^k, S / 2^k)``.
    """
    pictures = [x]
    for _ in range(levels):
        pictures.append(down(pictures[-1]))
    return pictures


def given(blurred: Tensor, condition: Tensor | None, classes: int) -> Tensor:
    """What a level is told: l_k, and a plane for each class that is 1 where the picture is of it.

    Shape:
        blurred: ``(B, C, S, S)``; condition: ``(B,)``; result: ``(B, C + K, S, S)``.
    """
    if not classes:
        return blurred
    rows = one_hot_rows(condition, classes, blurred)
    return torch.cat([blurred, rows[:, :, None, None].expand(-1, -1, *blurred.shape[2:])], 1)


class LevelGenerator(Generator):
    """G_k: a blurred picture and a plane of noise, to the picture with its detail.

    Three convolutions make the residual h_k, which is added to l_k. The sum is held to the range of pictures, in
    training too, of which the paper says nothing: a residual need only be low enough where a picture is black, and not
    exact. Without it every level leaves specks there, and the next one makes more of them.

    Args:
        size: S.
        channels: C.
        width: Channels inside.
        classes: K; 0 leaves them out.
    """

    def __init__(self, *, size: int, channels: int = 3, width: int = 64, classes: int = 0) -> None:
        super().__init__()
        self.size, self.channels, self.latent_dim = size, channels, size * size
        self.residual = nn.Sequential(
            nn.Conv2d(channels + classes + 1, width, 5, 1, 2, bias=False), nn.BatchNorm2d(width), nn.ReLU(),
            nn.Conv2d(width, width, 5, 1, 2, bias=False), nn.BatchNorm2d(width), nn.ReLU(),
            nn.Conv2d(width, channels, 5, 1, 2),
        )  # fmt: skip
        self.apply(init_normal)

    def forward(self, z: Tensor, condition: Tensor | None = None) -> Tensor:
        """I_k = l_k + G_k(z_k, l_k), no lower than -1 and no higher than 1.

        Shape:
            z: ``(B, S²)``; condition: ``(B, C + K, S, S)`` as `given` says; result: ``(B, C, S, S)`` in [-1, 1].
        """
        assert condition is not None  # the pyramid gives each level what is below it
        plane = z.unflatten(1, (1, self.size, self.size))
        residual: Tensor = self.residual(torch.cat([condition, plane], 1))
        return (condition[:, : self.channels] + residual.to(z.dtype)).clamp(-1, 1)


class LevelDiscriminator(Discriminator):
    """D_k: a picture beside its blurred form, to one logit, by two strided convolutions and dropout.

    Args:
        size: S.
        channels: C.
        width: Channels after the first convolution; twice as many after the second.
        classes: K; 0 leaves them out.
        dropout: Share of the last features that are left out in training.
    """

    def __init__(
        self, *, size: int, channels: int = 3, width: int = 64, classes: int = 0, dropout: float = 0.5
    ) -> None:
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(2 * channels + classes, width, 5, 2, 2), nn.LeakyReLU(0.2),
            nn.Conv2d(width, 2 * width, 5, 2, 2), nn.LeakyReLU(0.2),
        )  # fmt: skip
        side = (size + 3) // 4
        self.judge = nn.Sequential(nn.Flatten(), nn.Dropout(dropout), nn.Linear(2 * width * side * side, 1))
        self.apply(init_normal)

    def forward(self, x: Tensor, condition: Tensor | None = None, *, features: bool = False) -> Verdict:
        """Judge each picture I_k = l_k + h_k, given l_k.

        Shape:
            x: ``(B, C, S, S)``; condition: ``(B, C + K, S, S)`` as `given` says; logits: one ``(B,)``; features:
            ``(B, 2 width, S / 4, S / 4)``.
        """
        assert condition is not None  # the pyramid gives each level what is below it
        hidden = self.features(torch.cat([x, condition], 1))
        return Verdict([self.judge(hidden).flatten().to(x.dtype)], [[hidden]] if features else ())


class LAPGANGenerator(Generator):
    """A generator of small pictures, and above it one level of detail for each doubling.

    The latent holds that of the coarsest generator first, then a plane of noise for each level, coarse to fine.

    Args:
        coarsest: Makes pictures of S / 2^levels.
        size: S, a multiple of 2^levels.
        channels: C.
        levels: Number of doublings.
        width: Channels inside each level.
        classes: K, of which each level is told; 0 leaves them out.
    """

    def __init__(
        self, coarsest: Generator, *, size: int, channels: int = 3, levels: int = 2, width: int = 64, classes: int = 0
    ) -> None:
        super().__init__()
        self.coarsest, self.classes = coarsest, classes
        sides = [size >> level for level in reversed(range(levels))]
        self.levels = nn.ModuleList(
            LevelGenerator(size=side, channels=channels, width=width, classes=classes) for side in sides
        )
        self.lengths = [coarsest.latent_dim, *(side * side for side in sides)]
        self.latent_dim = sum(self.lengths)

    @property
    def finer(self) -> list[LevelGenerator]:
        """The levels above the coarsest, coarse to fine."""
        return cast("list[LevelGenerator]", list(self.levels))

    def prior(self, noise: Tensor) -> Tensor:
        """The coarsest generator's own, and normal planes; see `Generator.prior`."""
        first = self.lengths[0]
        return torch.cat([self.coarsest.prior(noise[:, :first]), noise[:, first:]], 1)

    def forward(self, z: Tensor, condition: Tensor | None = None) -> Tensor:
        """Generate one picture per latent, coarse to fine: I_k = u(I_k+1) + G_k(z_k, u(I_k+1)).

        Shape:
            z: ``(B, Z)``; condition: ``(B,)`` where there are classes; result: ``(B, C, S, S)`` in [-1, 1].
        """
        first, *planes = z.split(self.lengths, 1)
        x: Tensor = self.coarsest(first, condition)
        for level, plane in zip(self.finer, planes, strict=True):
            x = level(plane, given(up(x), condition, self.classes))
        return x


class LAPGANDiscriminator(Discriminator):
    """One judge for each level of the pyramid of a picture, the coarsest first.

    Args:
        coarsest: Judges pictures of S / 2^levels.
        size: S, a multiple of 2^levels.
        channels: C.
        levels: Number of doublings.
        width: Channels after the first convolution of each level.
        classes: K, of which each level is told; 0 leaves them out.
        dropout: Share of the last features of each level that are left out in training.
    """

    def __init__(
        self, coarsest: Discriminator, *, size: int, channels: int = 3, levels: int = 2, width: int = 64,
        classes: int = 0, dropout: float = 0.5,
    ) -> None:  # fmt: skip
        super().__init__()
        self.coarsest, self.classes = coarsest, classes
        self.uses_batch_statistics, self.energies = coarsest.uses_batch_statistics, coarsest.energies
        self.levels = nn.ModuleList(
            LevelDiscriminator(size=size >> level, channels=channels, width=width, classes=classes, dropout=dropout)
            for level in reversed(range(levels))
        )

    @property
    def finer(self) -> list[LevelDiscriminator]:
        """The levels above the coarsest, coarse to fine."""
        return cast("list[LevelDiscriminator]", list(self.levels))

    def forward(self, x: Tensor, condition: Tensor | None = None, *, features: bool = False) -> Verdict:
        """Judge each picture at every level, by what that level is made of.

        Shape:
            x: ``(B, C, S, S)``; condition: ``(B,)`` where there are classes; logits: ``levels + 1`` of ``(B,)``.
        """
        *fine, smallest = pyramid(x, len(self.levels))
        verdicts = [self.coarsest(smallest, condition, features=features)]
        for level, picture in zip(self.finer, reversed(fine), strict=True):
            told = given(up(down(picture)), condition, self.classes)
            verdicts.append(level(picture, told, features=features))
        return Verdict(
            [logits for verdict in verdicts for logits in verdict.logits],
            [judge for verdict in verdicts for judge in verdict.features],
        )
