"""Consistency: the discriminator should say the same of a sample and of a slightly changed one."""

from __future__ import annotations

from functools import reduce
from operator import add
from typing import TYPE_CHECKING

from ganfw.config.base import Scheduled, value_at
from ganfw.terms import Augmentation, Regularizer
from ganfw_losses.augmentation.diffaugment import DiffAugment

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor

    from ganfw.game import Play


def disagreement(before: Sequence[Tensor], after: Sequence[Tensor]) -> Tensor:
    """E[(D(x) − D(x′))²], summed over the judges. Shape: J tensors ``(B, ...)`` each; result: scalar."""
    return reduce(add, ((old - new).square().mean() for old, new in zip(before, after, strict=True)))


def _flip_and_shift() -> Augmentation:
    return DiffAugment(("flip", "translation"), fill="mirror")


class Consistency(Regularizer):
    """CR: λ E[(D(x) − D(T(x)))²] over real samples x.

    T is a random flip and a shift by up to an eighth of the size, in whole pixels, the border mirrored. Where the game
    augments as well, both x and T(x) are augmented before they are judged.

    Args:
        weight: λ, a number or a schedule over images shown.
        augmentation: T; by default the paper's.
        every: Evaluate each ``every`` steps.

    References:
        Zhang et al. 2020, Consistency Regularization for Generative Adversarial Networks.
    """

    def __init__(self, weight: Scheduled = 10.0, augmentation: Augmentation | None = None, every: int = 1) -> None:
        super().__init__(every)
        self.weight, self.augmentation = weight, augmentation or _flip_and_shift()

    def forward(self, play: Play) -> Tensor:
        """The weighted penalty."""
        changed = play.judge(self.augmentation(play.real, play.step))
        return value_at(self.weight, play.images) * disagreement(play.real_verdict.logits, changed.logits)


class BalancedConsistency(Regularizer):
    """bCR: λ_r E[(D(x) − D(T(x)))²] + λ_f E[(D(G(z)) − D(T(G(z))))²], in the discriminator's phase alone.

    Args:
        real_weight: λ_r, a number or a schedule over images shown.
        fake_weight: λ_f, likewise.
        augmentation: T; by default a flip and a shift, as in `Consistency`.
        every: Evaluate each ``every`` steps.

    References:
        Zhao et al. 2021, Improved Consistency Regularization for GANs, algorithm 1.
    """

    def __init__(
        self, real_weight: Scheduled = 10.0, fake_weight: Scheduled = 10.0,
        augmentation: Augmentation | None = None, every: int = 1,
    ) -> None:  # fmt: skip
        super().__init__(every)
        self.real_weight, self.fake_weight = real_weight, fake_weight
        self.augmentation = augmentation or _flip_and_shift()

    def forward(self, play: Play) -> Tensor:
        """The weighted penalty."""
        real = play.judge(self.augmentation(play.real, play.step))
        fake = play.judge(self.augmentation(play.fake, play.step))
        of_real = disagreement(play.real_verdict.logits, real.logits)
        of_fake = disagreement(play.fake_verdict.logits, fake.logits)
        return value_at(self.real_weight, play.images) * of_real + value_at(self.fake_weight, play.images) * of_fake


class LatentConsistency(Regularizer):
    """zCR: the discriminator should not see a small change Δ ~ N(0, σ²) of the latents, the generator should show it.

    L_D += λ_D E[(D(G(z)) − D(G(z + Δ)))²]
    L_G −= λ_G E[(G(z) − G(z + Δ))²], the mean over the elements of a sample, so that λ_G fits any size.

    Args:
        discriminator_weight: λ_D, a number or a schedule over images shown.
        generator_weight: λ_G, likewise.
        std: σ.
        every: Evaluate each ``every`` steps of the player.

    References:
        Zhao et al. 2021, Improved Consistency Regularization for GANs, algorithm 2.
    """

    side = "both"

    def __init__(
        self, discriminator_weight: Scheduled = 20.0, generator_weight: Scheduled = 0.5, std: float = 0.05,
        every: int = 1,
    ) -> None:  # fmt: skip
        super().__init__(every)
        self.discriminator_weight, self.generator_weight, self.std = discriminator_weight, generator_weight, std

    def forward(self, play: Play) -> Tensor:
        """The weighted penalty of the player whose turn it is."""
        change = self.std * play.step.noise(*play.z.shape)
        moved: Tensor = play.generator(play.z + change, play.condition)
        if play.player == "generator":
            return -value_at(self.generator_weight, play.images) * (play.fake - moved).square().mean()
        seen = disagreement(play.fake_verdict.logits, play.judge(moved).logits)
        return value_at(self.discriminator_weight, play.images) * seen
