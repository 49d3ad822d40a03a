"""Residual discriminators: SN-GAN's, which WGAN-GP, SAGAN and BigGAN share, and BigGAN-deep's.

Legend: B batch size, C picture channels, S picture size, K number of classes.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Literal

from torch import Tensor, nn
from torch.nn.functional import relu

from ganfw.networks import Discriminator, Verdict
from ganfw_resnet.blocks import DeepDiscriminatorBlock, DiscriminatorBlock
from ganfw_resnet.layers import SelfAttention, given
from ganfw_resnet.sizes import halvings, known_resolution, size_of
from ganfw_resnet.weights import Init, initialise, initialise_embedding

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Pool = Literal["sum", "mean"]


class Judge(nn.Module):
    """ψ(φ) + ⟨embed(y), φ⟩ of the pooled features φ, the second term with classes y, and further heads.

    Args:
        features: Length of φ.
        classes: K; 0 leaves out the projection.
        heads: Further linear outputs of φ, by name and length.

    References:
        Miyato and Koyama 2018, cGANs with Projection Discriminator, equation 4.
    """

    def __init__(self, features: int, classes: int, heads: Mapping[str, int], init: Init) -> None:
        super().__init__()
        self.classes = classes
        self.linear = nn.Linear(features, 1)
        self.heads = nn.ModuleDict({name: nn.Linear(features, length) for name, length in heads.items()})
        if classes:
            self.embedding = nn.Embedding(classes, features)
            initialise_embedding(self.embedding, init)

    def forward(self, phi: Tensor, condition: Tensor | None) -> tuple[Tensor, dict[str, Tensor]]:
        """Shape: phi: ``(B, features)``; condition: ``(B,)``; logits: ``(B,)``; heads: ``(B, length)`` each."""
        logits = self.linear(phi).squeeze(1)
        if self.classes:
            logits = logits + (self.embedding(given(condition, self.classes)) * phi).sum(1)
        return logits, {name: head(phi) for name, head in self.heads.items()}


class _Staged(Discriminator):
    """Stages of blocks, ReLU, a sum or mean over the last maps, and the judge."""

    def __init__(
        self, stages: Sequence[tuple[nn.Module, ...]], features: int, *, pool: Pool, classes: int,
        heads: Mapping[str, int] | None, init: Init,
    ) -> None:  # fmt: skip
        super().__init__()
        self.heads, self.classes, self.pool = dict(heads or {}), classes, pool
        self.stages = nn.ModuleList(nn.Sequential(*stage) for stage in stages)
        self.judge = Judge(features, classes, self.heads, init)
        initialise(self, init)

    def forward(self, x: Tensor, condition: Tensor | None = None, *, features: bool = False) -> Verdict:
        """Judge each picture.

        Args:
            x: Pictures in [-1, 1].
            condition: Classes, where it was made for them.
            features: Also return the activations after each stage.

        Shape:
            x: ``(B, C, S, S)``; condition: ``(B,)``; logits: one ``(B,)`` in the dtype of ``x``; features: one
            ``(B, channels, H, H)`` a stage.
        """
        activations, hidden = [], x
        for stage in self.stages:
            hidden = stage(hidden)
            activations.append(hidden)
        last = relu(hidden).to(x.dtype)  # a sum over many places in half precision would be rounded away
        phi = last.sum((2, 3)) if self.pool == "sum" else last.mean((2, 3))
        logits, heads = self.judge(phi, condition)
        named = {name: head.to(x.dtype) for name, head in heads.items()}
        return Verdict([logits.to(x.dtype)], [activations] if features else (), named)


class SNGANDiscriminator(_Staged):
    """The residual discriminator of WGAN-GP, SN-GAN, SAGAN and BigGAN.

    Nothing is normalised: SN-GAN and its followers add the constraint ``spectral-norm``, WGAN-GP its penalty. It halves
    the picture to 4 × 4, but only to 8 × 8 from 32 pixels and fewer; the stages that are left keep the size.

    Args:
        ladder: Channels at 4 × 4, 8 × 8 and so on up to the picture; the blocks have them in reverse.
        channels: Picture channels.
        wide: Whether the channels between the two convolutions of a block are those that go out, as in BigGAN, not
            those that come in.
        pool: Over the last maps: the sum, or the mean as in WGAN-GP.
        classes: K, judged by projection; 0 leaves them out, and a condition is accepted and left unused.
        heads: Further linear outputs of the last features, by name and length.
        attention: Resolution of self-attention, 0 for none.
        init: How weights start.

    Raises:
        GanfwError: If there are no maps of the size ``attention``.

    References:
        Gulrajani et al. 2017, appendix F; Miyato et al. 2018, appendix B, table 4; Miyato and Koyama 2018, figure 14;
        Zhang et al. 2019, section 4; Brock, Donahue and Simonyan 2019, appendix B.
    """

    def __init__(
        self, *, ladder: Sequence[int], channels: int = 3, wide: bool = False, pool: Pool = "sum", classes: int = 0,
        heads: Mapping[str, int] | None = None, attention: int = 0, init: Init = "xavier",
    ) -> None:  # fmt: skip
        fans, down = list(pairwise([channels, *reversed(ladder)])), halvings(ladder)
        places = _attention(ladder, fans, down, attention)
        stages = [
            (
                # The first block has as many channels between its convolutions as go out, in all these networks.
                DiscriminatorBlock(a, b, b if wide or index == 0 else a, down=index < down, first=index == 0),
                *([SelfAttention(b)] if index == places else ()),
            )
            for index, (a, b) in enumerate(fans)
        ]
        super().__init__(stages, ladder[0], pool=pool, classes=classes, heads=heads, init=init)


class BigGANDeepDiscriminator(_Staged):
    """The discriminator of BigGAN-deep: a 3 × 3 convolution, then two bottleneck blocks at each resolution.

    Args:
        ladder: Channels at 4 × 4, 8 × 8 and so on up to the picture; the stages have them in reverse.
        channels: Picture channels.
        pool: Over the last maps.
        classes: K, judged by projection; 0 leaves them out, and a condition is accepted and left unused.
        heads: Further linear outputs of the last features, by name and length.
        attention: Resolution of self-attention, 0 for none.
        init: How weights start.

    Raises:
        GanfwError: If there are no maps of the size ``attention``.

    References:
        Brock, Donahue and Simonyan 2019, appendix B, figure 16, tables 7 to 9.
    """

    def __init__(
        self, *, ladder: Sequence[int], channels: int = 3, pool: Pool = "sum", classes: int = 0,
        heads: Mapping[str, int] | None = None, attention: int = 0, init: Init = "orthogonal",
    ) -> None:  # fmt: skip
        fans, down = list(pairwise(reversed(ladder))), halvings(ladder)
        places = _attention(ladder, fans, down, attention)
        stages: list[tuple[nn.Module, ...]] = [(nn.Conv2d(channels, ladder[-1], 3, padding=1),)]
        for index, (a, b) in enumerate(fans):
            blocks = DeepDiscriminatorBlock(a, b, down=index < down), DeepDiscriminatorBlock(b, b, down=False)
            stages.append((*blocks, SelfAttention(b)) if index == places else blocks)
        super().__init__(stages, ladder[0], pool=pool, classes=classes, heads=heads, init=init)


def _attention(ladder: Sequence[int], fans: Sequence[tuple[int, int]], down: int, attention: int) -> int | None:
    """After which stage self-attention comes: the first whose maps have that size."""
    resolutions = [size_of(ladder) >> min(index + 1, down) for index in range(len(fans))]
    known_resolution(attention, resolutions, "discriminator")
    return resolutions.index(attention) if attention else None
