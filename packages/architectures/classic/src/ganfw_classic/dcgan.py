"""DCGAN: strided convolutions that double from 4 × 4 to the picture, and halve back.

Legend: B batch size, Z latent length, C picture channels, S picture size, n width.

References:
    Radford, Metz and Chintala 2016, "Unsupervised representation learning with deep convolutional generative
    adversarial networks", section 3 and figure 1, with the convolutional stem of its public PyTorch version.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Literal

import torch
from torch import Tensor, nn

from ganfw.networks import Discriminator, Generator, Verdict
from ganfw_classic.classes import known_head, one_hot_rows
from ganfw_classic.latents import Prior, from_normal
from ganfw_classic.sizes import channel_ladder
from ganfw_classic.weights import init_normal
from ganfw_losses import MinibatchDiscrimination, MinibatchStdDev, VirtualBatchNorm

if TYPE_CHECKING:
    from collections.abc import Mapping

Norm = Literal["batch", "layer", "instance", "none"]
Minibatch = Literal["none", "stddev", "discrimination"]
REFERENCE = 64
"""Latents that virtual batch normalisation measures; the paper has a batch of them, of no stated size."""
KERNELS = 32
"""Values that minibatch discrimination adds to the features."""


def _normalisation(norm: Norm, channels: int) -> list[nn.Module]:
    if norm == "batch":
        return [nn.BatchNorm2d(channels)]
    if norm == "layer":  # over channels and space together, as WGAN-GP recommends for a critic
        return [nn.GroupNorm(1, channels)]
    if norm == "instance":
        return [nn.InstanceNorm2d(channels, affine=True)]
    return []


class _Nearness(nn.Module):
    """Minibatch discrimination of the features' mean over space, told at each place."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.discrimination = MinibatchDiscrimination(channels, KERNELS)

    def forward(self, x: Tensor) -> Tensor:
        """Shape: x ``(B, C, H, W)``; result ``(B, C + 32, H, W)``."""
        told = self.discrimination(x.mean((2, 3)))[:, x.shape[1] :, None, None]
        return torch.cat([x, told.expand(-1, -1, *x.shape[2:])], 1)


def _comparison(minibatch: Minibatch, channels: int) -> tuple[nn.Module, int]:
    """What is told of the batch, and how many planes that adds."""
    if minibatch == "stddev":
        return MinibatchStdDev(), 1
    if minibatch == "discrimination":
        return _Nearness(channels), KERNELS
    return nn.Identity(), 0


class DCGANGenerator(Generator):
    """Project a latent to 4 × 4 and double it to the picture; ReLU inside, tanh at the end, no biases.

    Channels go 8n, 4n, 2n, n for 64 pixels: n at half the picture's size, twice as many at each halving below, at most
    ``max_channels``. With ``classes``, the class is appended to the latent as one-hot; without, a condition is accepted
    and left unused.

    Args:
        size: Picture height and width, a power of two from 8 to 1024.
        channels: Picture channels.
        width: n. The paper has 128, most later work 64.
        latent_dim: Length of the latent.
        prior: Latent distribution; the paper has uniform on (-1, 1).
        max_channels: Cap on the channels of the coarse resolutions; it matters above 64 pixels.
        classes: K, the number of classes; 0 leaves them out.
        norm: ``batch`` as in the paper; ``virtual`` (Salimans et al. 2016, section 3.5) makes a sample independent of
            its batch: it is normalised by 64 latents that are drawn once, and that run along with each batch.

    Raises:
        GanfwError: If ``size`` is no power of two from 8 to 1024.
    """

    reference: Tensor | None

    def __init__(
        self, *, size: int, channels: int = 3, width: int = 64, latent_dim: int = 100, prior: Prior = "normal",
        max_channels: int = 1024, classes: int = 0, norm: Literal["batch", "virtual"] = "batch",
    ) -> None:  # fmt: skip
        super().__init__()
        self.latent_dim, self.prior_name, self.classes = latent_dim, prior, classes

        def normalised(channels: int) -> nn.Module:
            return nn.BatchNorm2d(channels) if norm == "batch" else VirtualBatchNorm(channels, REFERENCE)

        ladder = channel_ladder(size, width, max_channels)
        self.stem = nn.Sequential(
            nn.ConvTranspose2d(latent_dim + classes, ladder[0], 4, 1, 0, bias=False), normalised(ladder[0]), nn.ReLU()
        )
        self.blocks = nn.ModuleList(
            nn.Sequential(nn.ConvTranspose2d(coarse, fine, 4, 2, 1, bias=False), normalised(fine), nn.ReLU())
            for coarse, fine in pairwise(ladder)
        )
        self.to_picture = nn.ConvTranspose2d(ladder[-1], channels, 4, 2, 1, bias=False)
        self.apply(init_normal)
        self.register_buffer("reference", None if norm == "batch" else self._drawn(REFERENCE))

    def prior(self, noise: Tensor) -> Tensor:
        """Map standard normal noise to the latent distribution; see `Generator.prior`."""
        return from_normal(noise, self.prior_name)

    def forward(self, z: Tensor, condition: Tensor | None = None) -> Tensor:
        """Generate one picture per latent.

        Shape:
            z: ``(B, Z)``; condition: ``(B,)`` with classes; result: ``(B, C, S, S)`` in [-1, 1], in the dtype of ``z``.
        """
        code = self._code(z, condition)
        if self.reference is not None:
            code = torch.cat([self.reference.to(z.dtype), code])
        x: Tensor = self.stem(code[:, :, None, None])
        for block in self.blocks:
            x = block(x)
        if self.reference is not None:
            x = x[len(self.reference) :]
        return torch.tanh(self.to_picture(x).to(z.dtype))

    def _code(self, z: Tensor, condition: Tensor | None) -> Tensor:
        return torch.cat([z, one_hot_rows(condition, self.classes, z)], 1) if self.classes else z

    def _drawn(self, count: int) -> Tensor:
        """Latents as they come, with each class in turn."""
        return self._code(self.prior(torch.randn(count, self.latent_dim)), torch.arange(count) % max(self.classes, 1))


class DCGANDiscriminator(Discriminator):
    """Halve the picture to 4 × 4 with LeakyReLU 0.2 and judge that with one convolution; no fully connected layer.

    Channels mirror `DCGANGenerator`'s. All layers but the first and the last are normalised. There are no biases,
    except in place of a left-out normalisation. With ``classes``, the class comes as further planes of the picture, or
    is projected on the last features; without, a condition is accepted and left unused.

    Args:
        size: Picture height and width, a power of two from 8 to 1024.
        channels: Picture channels.
        width: n, the channels after the first convolution.
        norm: ``batch`` as in the paper; ``none``, ``layer`` (over channels and space) or ``instance`` where a penalty
            needs each sample's own gradient.
        max_channels: Cap on the channels of the coarse resolutions.
        classes: K, the number of classes; 0 leaves them out.
        projection: Judge the class by ⟨embedding, features⟩ in place of planes (Miyato and Koyama 2018, equation 4).
        dropout: Share of the activations of each resolution that are left out in training; features are whole.
        minibatch: What is told of the batch, behind the last features: ``stddev``, the deviation of each four samples
            (Karras et al. 2018, section 3); ``discrimination``, 32 values of how near a sample's features, averaged
            over space, are to those of all others (Salimans et al. 2016, section 3.2); or ``none``.
        heads: Further linear outputs of the last features, by name and length.
        logit_from: A head of which the log-sum-exp is the logit, in place of one of its own (Salimans et al. 2016).

    Raises:
        GanfwError: If ``size`` is no power of two from 8 to 1024, or ``logit_from`` no head.
    """

    def __init__(
        self, *, size: int, channels: int = 3, width: int = 64, norm: Norm = "batch", max_channels: int = 1024,
        classes: int = 0, projection: bool = False, dropout: float = 0.0, minibatch: Minibatch = "none",
        heads: Mapping[str, int] | None = None, logit_from: str | None = None,
    ) -> None:  # fmt: skip
        super().__init__()
        self.classes, self.projection, self.dropout = classes, projection, nn.Dropout(dropout)
        self.heads, self.logit_from = dict(heads or {}), known_head(logit_from, heads or {})
        ladder = channel_ladder(size, width, max_channels)[::-1]
        planes = 0 if projection else classes
        first = nn.Sequential(nn.Conv2d(channels + planes, ladder[0], 4, 2, 1, bias=False), nn.LeakyReLU(0.2))
        self.blocks = nn.ModuleList([first])
        for fine, coarse in pairwise(ladder):
            convolution = nn.Conv2d(fine, coarse, 4, 2, 1, bias=norm == "none")
            self.blocks.append(nn.Sequential(convolution, *_normalisation(norm, coarse), nn.LeakyReLU(0.2)))
        self.minibatch, told = _comparison(minibatch, ladder[-1])
        last = ladder[-1] + told
        if logit_from is None:
            self.judge = nn.Conv2d(last, 1, 4, 1, 0, bias=False)
        self.further = nn.ModuleDict({name: nn.Conv2d(last, n, 4, 1, 0) for name, n in self.heads.items()})
        if classes and projection:
            self.embedding = nn.Embedding(classes, ladder[-1])
            nn.init.xavier_uniform_(self.embedding.weight)
        self.uses_batch_statistics = minibatch != "none" or any(
            isinstance(module, nn.BatchNorm2d) for module in self.modules()
        )
        self.apply(init_normal)

    def forward(self, x: Tensor, condition: Tensor | None = None, *, features: bool = False) -> Verdict:
        """Judge each picture. With ``batch``, give real and fake pictures in separate calls: their statistics differ.

        Args:
            x: Pictures in [-1, 1].
            condition: Classes, where it was made for them.
            features: Also return the activations of each resolution, finest first.

        Shape:
            x: ``(B, C, S, S)``; logits: one ``(B,)`` in the dtype of ``x``; features: ``(B, channels, S / 2, S / 2)``
            down to ``(B, channels, 4, 4)``.
        """
        activations, hidden = [], x
        if self.classes and not self.projection:
            planes = one_hot_rows(condition, self.classes, x)[:, :, None, None]
            hidden = torch.cat([x, planes.expand(-1, -1, *x.shape[2:])], 1)
        for block in self.blocks:
            hidden = block(hidden)
            activations.append(hidden)
            hidden = self.dropout(hidden)
        judged = self.minibatch(hidden)
        heads = {name: head(judged).flatten(1).to(x.dtype) for name, head in self.further.items()}
        if self.logit_from is not None:
            logits = heads[self.logit_from].logsumexp(1)
        else:
            logits = self.judge(judged).flatten().to(x.dtype)
        if self.classes and self.projection:
            chosen = one_hot_rows(condition, self.classes, x) @ self.embedding.weight
            logits = logits + (chosen * hidden.sum((2, 3))).sum(1).to(x.dtype)
        return Verdict([logits], [activations] if features else (), heads)
