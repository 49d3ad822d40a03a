"""R2: a zero-centered gradient penalty on fakes."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from ganfw.config.base import Scheduled, value_at
from ganfw.terms import Regularizer
from ganfw_losses.regularizers.r1 import summed_r1_penalty

if TYPE_CHECKING:
    from torch import Tensor

    from ganfw.game import Play


class R2(Regularizer):
    """R₂ = γ/2 E[‖∇D(G(z))‖²], the gradient with respect to the fakes; summed over the judges.

    Args:
        gamma: γ, a number or a schedule over images shown.
        every: Evaluate each ``every`` steps.

    References:
        Mescheder et al. 2018, Which Training Methods for GANs do actually Converge?, equation 10.
    """

    second_order: ClassVar[bool] = True
    per_sample: ClassVar[bool] = True

    def __init__(self, gamma: Scheduled = 10.0, every: int = 1) -> None:
        super().__init__(every)
        self.gamma = gamma

    def forward(self, play: Play) -> Tensor:
        """The weighted penalty; logs ``discriminator/gradient_norm_fake``, a root mean square."""
        x = play.fake.detach().requires_grad_()
        penalty = summed_r1_penalty(play.judge(x).logits, x)
        play.step.log("discriminator/gradient_norm_fake", (2 * penalty.detach()).sqrt())
        return value_at(self.gamma, play.images) * penalty
