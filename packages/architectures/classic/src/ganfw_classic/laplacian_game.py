"""LAPGAN's game: each level plays on its own, with the real picture below it as what it is given."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import torch

from ganfw.errors import GanfwError
from ganfw.game import Play, TwoPlayerGAN
from ganfw_classic.lapgan import LAPGANDiscriminator, LAPGANGenerator, down, given, pyramid, up

if TYPE_CHECKING:
    from torch import Tensor

    from ganfw.networks import Discriminator, Generator, Verdict
    from ganfw.terms import Side
    from ganfw.training.step import Step


class LevelPlay(Play):
    """The play of one level: its networks, its real pictures, and what both are given.

    Args:
        gan: Whose terms are played.
        step: The step.
        player: Whose turn it is.
        generator: Of this level.
        discriminator: Of this level.
        real: I_k.
        told: l_k with planes of classes; the classes themselves at the coarsest level, if there are any.
    """

    def __init__(
        self, gan: LAPGAN, step: Step, player: Side, *, generator: Generator, discriminator: Discriminator,
        real: Tensor, told: Tensor | None,
    ) -> None:  # fmt: skip
        super().__init__(gan, step, player)
        self.generator, self.discriminator = generator, discriminator
        self._real, self._told = real, told

    @property
    def real(self) -> Tensor:
        """I_k, before augmentation. Shape: ``(B, C, S, S)``."""
        return self._real

    @cached_property
    def condition(self) -> Tensor | None:
        """What the level is told. Shape: ``(B, C + K, S, S)``, or that of the data's condition."""
        return self._told

    def judge(self, x: Tensor) -> Verdict:
        """As `Play.judge`; a picture and its blurred form are augmented as one, so that they still match."""
        told, augmentation = self._told, self._gan.augmentation
        if augmentation is None or told is None or told.dim() == 1:
            return super().judge(x)
        channels = x.shape[1]
        pair = augmentation(torch.cat([x, told[:, :channels]], 1), self.step)
        told = torch.cat([pair[:, channels:], told[:, channels:]], 1)
        verdict: Verdict = self.discriminator(pair[:, :channels], told, features=self._gan.features)
        return verdict


class LAPGAN(TwoPlayerGAN):
    """A game for each level of a Laplacian pyramid, all with the same loss and regularizers.

    Level k learns to add detail to l_k = u(d(I_k)) of *real* pictures: D_k tells I_k from l_k + G_k(z_k, l_k), given
    l_k. The coarsest level is a plain GAN. No gradient crosses levels, so that learning all of them in one step is the
    same as learning one after the other. Samples are made from the coarsest to the finest.

    Terms with state (BEGAN's k, LeCam's averages) see the sum over the levels, as they see several judges.

    Args:
        parts: Those of `TwoPlayerGAN`, with networks of type ``lapgan``.

    Raises:
        GanfwError: If the networks have no levels or not equally many, or if the parts cannot be combined.

    References:
        Denton et al. 2015, section 3.2 and algorithm in figure 2.
    """

    generator: LAPGANGenerator
    discriminator: LAPGANDiscriminator

    def __init__(self, **parts: Any) -> None:
        super().__init__(**parts)
        for name, network, wanted in (
            ("generator", self.generator, LAPGANGenerator), ("discriminator", self.discriminator, LAPGANDiscriminator),
        ):  # fmt: skip
            if not isinstance(network, wanted):
                raise GanfwError(
                    f"gan=laplacian plays level by level, but its {name} is a {type(network).__name__}, which has "
                    f"none. Set {name}.type=lapgan, with the network of the coarsest level under {name}.coarsest."
                )
        if (made := len(self.generator.levels)) != (judged := len(self.discriminator.levels)):
            raise GanfwError(
                f"the generator has {made} levels above the coarsest and the discriminator {judged}. Set "
                f"discriminator.levels={made}."
            )

    def plays(self, step: Step, player: Side) -> list[Play]:
        """One for each level, the coarsest first."""
        generator, discriminator, classes = self.generator, self.discriminator, step.batch.get("condition")
        *fine, smallest = pyramid(step.batch.real, len(generator.levels))
        coarsest = LevelPlay(
            self, step, player, generator=generator.coarsest, discriminator=discriminator.coarsest, real=smallest,
            told=classes,
        )  # fmt: skip
        finer = [
            LevelPlay(
                self, step, player, generator=making, discriminator=judging, real=picture,
                told=given(up(down(picture)), classes, generator.classes),
            )
            for making, judging, picture in zip(generator.finer, discriminator.finer, reversed(fine), strict=True)
        ]  # fmt: skip
        return [coarsest, *finer]
