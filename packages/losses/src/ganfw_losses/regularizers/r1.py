"""R1: a zero-centered gradient penalty on real samples."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from ganfw.config.base import Scheduled, value_at
from ganfw.terms import Regularizer
from ganfw_losses.regularizers.gradients import input_gradient

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor

    from ganfw.game import Play


def r1_penalty(logits: Tensor, x: Tensor) -> Tensor:
    """½ E[‖∇D(x)‖²]: multiply it by γ.

    Shape:
        logits: ``(B, ...)``; x: ``(B, ...)`` with ``requires_grad``; result: scalar.
    """
    return input_gradient(logits, x).square().sum(1).mean() / 2


def summed_r1_penalty(logits: Sequence[Tensor], x: Tensor) -> Tensor:
    """`r1_penalty`, summed over the judges. Shape: logits: J tensors ``(B, ...)``; result: scalar."""
    penalties = [r1_penalty(judged, x) for judged in logits]
    return sum(penalties[1:], start=penalties[0])


class R1(Regularizer):
    """R₁ = γ/2 E[‖∇D(x)‖²] over real samples x; summed over the judges.

    Args:
        gamma: γ, a number or a schedule over images shown.
        every: Evaluate each ``every`` steps (16 in StyleGAN 2).

    References:
        Mescheder et al. 2018, Which Training Methods for GANs do actually Converge?, equation 9.
    """

    second_order: ClassVar[bool] = True
    per_sample: ClassVar[bool] = True

    def __init__(self, gamma: Scheduled = 10.0, every: int = 1) -> None:
        super().__init__(every)
        self.gamma = gamma

    def forward(self, play: Play) -> Tensor:
        """The weighted penalty; logs ``discriminator/gradient_norm_real``, a root mean square."""
        x = play.real.detach().requires_grad_()
        penalty = summed_r1_penalty(play.judge(x).logits, x)
        play.step.log("discriminator/gradient_norm_real", (2 * penalty.detach()).sqrt())
        return value_at(self.gamma, play.images) * penalty
