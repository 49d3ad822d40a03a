"""Residual generators: SN-GAN's, which WGAN-GP and SAGAN share, and BigGAN's, shallow and deep.

Legend: B batch size, Z latent length, C picture channels, S picture size, K number of classes.
"""

from __future__ import annotations

from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn
from torch.nn.functional import relu

from ganfw.networks import Generator
from ganfw_resnet.blocks import DeepGeneratorBlock, GeneratorBlock
from ganfw_resnet.layers import ClassBatchNorm, CodeBatchNorm, PlainBatchNorm, SelfAttention, given
from ganfw_resnet.sizes import chunk_length, known_resolution
from ganfw_resnet.weights import Init, initialise, initialise_embedding

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


class _Staged(Generator):
    """From a vector to 4 × 4, a stage for each doubling, and a last convolution to the picture; tanh at the end."""

    def __init__(
        self, ladder: Sequence[int], channels: int, stem: int, stages: Sequence[list[nn.Module]], attention: int
    ) -> None:  # fmt: skip
        super().__init__()
        resolutions = [8 << stage for stage in range(len(stages))]
        known_resolution(attention, resolutions, "generator")
        self.stem = nn.Linear(stem, 16 * ladder[0])
        for stage, resolution, width in zip(stages, resolutions, ladder[1:], strict=True):
            if resolution == attention:
                stage.append(SelfAttention(width))
        self.stages = nn.ModuleList(nn.ModuleList(stage) for stage in stages)
        self.norm = PlainBatchNorm(ladder[-1])
        self.to_picture = nn.Conv2d(ladder[-1], channels, 3, padding=1)

    def _run(self, vector: Tensor, codes: Sequence[Tensor | None]) -> Tensor:
        x = self.stem(vector).unflatten(1, (-1, 4, 4))
        for stage, code in zip(self.stages, codes, strict=True):
            assert isinstance(stage, nn.ModuleList)  # for the type checker
            for layer in stage:
                x = layer(x, code)
        return torch.tanh(self.to_picture(relu(self.norm(x))).to(vector.dtype))


class SNGANGenerator(_Staged):
    """The residual generator of WGAN-GP, SN-GAN and SAGAN, which differ in width, attention and what tells the class.

    With ``classes``, each block's normalisations have a gain and a bias for each class; without, a condition is
    accepted and left unused.

    Args:
        ladder: Channels at 4 × 4, 8 × 8 and so on up to the picture; `ganfw_resnet.channel_ladder` has the papers'.
        channels: Picture channels.
        latent_dim: Length of the latent.
        classes: K; 0 leaves them out.
        attention: Resolution of self-attention, 0 for none.
        init: How weights start.

    Raises:
        GanfwError: If there are no maps of the size ``attention``.

    References:
        Gulrajani et al. 2017, Improved Training of Wasserstein GANs, appendix F; Miyato et al. 2018, Spectral
        Normalization for Generative Adversarial Networks, appendix B, table 4; Zhang et al. 2019, Self-Attention
        Generative Adversarial Networks, section 4.
    """

    def __init__(
        self, *, ladder: Sequence[int], channels: int = 3, latent_dim: int = 128, classes: int = 0, attention: int = 0,
        init: Init = "xavier",
    ) -> None:  # fmt: skip
        norms = partial(ClassBatchNorm, classes=classes) if classes else PlainBatchNorm
        blocks: list[list[nn.Module]] = [[GeneratorBlock(*fans, norms)] for fans in pairwise(ladder)]
        super().__init__(ladder, channels, latent_dim, blocks, attention)
        self.latent_dim, self.classes = latent_dim, classes
        initialise(self, init)

    def forward(self, z: Tensor, condition: Tensor | None = None) -> Tensor:
        """Generate one picture per latent.

        Shape:
            z: ``(B, Z)``; condition: ``(B,)`` with classes; result: ``(B, C, S, S)`` in [-1, 1], in the dtype of ``z``.
        """
        return self._run(z, [condition] * len(self.stages))


class BigGANGenerator(_Staged):
    """The generator of BigGAN, or with ``deep`` of BigGAN-deep.

    All classes share one embedding. The latent is split into equal chunks, one for 4 × 4 and one for each doubling, and
    each block's normalisations are linear in its chunk beside the embedding. BigGAN-deep gives the whole latent to
    every block instead, and has two bottleneck blocks at each resolution.

    Args:
        ladder: Channels at 4 × 4, 8 × 8 and so on up to the picture; `ganfw_resnet.channel_ladder` has the papers'.
        channels: Picture channels.
        latent_dim: Length of the latent. What is left over by equal chunks is left out: 128 becomes 126 at 128 pixels.
        classes: K; 0 leaves them out.
        shared_dim: Length of the classes' embedding.
        attention: Resolution of self-attention, 0 for none.
        deep: Whether it is BigGAN-deep's.
        init: How weights start.

    Raises:
        GanfwError: If there are no maps of the size ``attention``, or fewer numbers in a latent than chunks.

    References:
        Brock, Donahue and Simonyan 2019, Large Scale GAN Training for High Fidelity Natural Image Synthesis, section 3,
        appendix B, tables 4 to 9.
    """

    def __init__(
        self, *, ladder: Sequence[int], channels: int = 3, latent_dim: int = 120, classes: int = 0,
        shared_dim: int = 128, attention: int = 0, deep: bool = False, init: Init = "orthogonal",
    ) -> None:  # fmt: skip
        slots = 1 if deep else len(ladder)
        chunk = chunk_length(latent_dim, slots)
        code = chunk + (shared_dim if classes else 0)
        norms = partial(CodeBatchNorm, code=code)
        stages: list[list[nn.Module]] = [
            [DeepGeneratorBlock(coarse, coarse, norms, up=False), DeepGeneratorBlock(coarse, fine, norms, up=True)]
            if deep
            else [GeneratorBlock(coarse, fine, norms)]
            for coarse, fine in pairwise(ladder)
        ]
        super().__init__(ladder, channels, code if deep else chunk, stages, attention)
        self.latent_dim, self.classes, self.slots = chunk * slots, classes, slots
        initialise(self, init)
        if classes:
            self.embedding = nn.Embedding(classes, shared_dim)
            initialise_embedding(self.embedding, init)

    def forward(self, z: Tensor, condition: Tensor | None = None) -> Tensor:
        """Generate one picture per latent.

        Shape:
            z: ``(B, Z)``; condition: ``(B,)`` with classes; result: ``(B, C, S, S)`` in [-1, 1], in the dtype of ``z``.
        """
        shared = [self.embedding(given(condition, self.classes)).to(z.dtype)] if self.classes else []
        first, *codes = self._codes(z, shared)
        return self._run(first, codes)

    def _codes(self, z: Tensor, shared: list[Tensor]) -> Iterator[Tensor]:
        """What 4 × 4 is made of, then what tells each stage what to make."""
        if self.slots == 1:
            code = torch.cat([z, *shared], 1)
            yield from [code] * (1 + len(self.stages))
            return
        first, *chunks = z.chunk(self.slots, 1)
        yield first
        yield from (torch.cat([chunk, *shared], 1) for chunk in chunks)
