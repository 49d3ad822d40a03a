"""DRAGAN: a gradient penalty in a noisy neighbourhood of the real samples."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from ganfw.config.base import Scheduled, value_at
from ganfw.terms import Regularizer
from ganfw_losses.regularizers.gradients import gradient_norms

if TYPE_CHECKING:
    from collections.abc import Callable

    from torch import Tensor

    from ganfw.game import Play
    from ganfw.networks import Verdict


def dragan_penalty(
    judge: Callable[[Tensor], Verdict], real: Tensor, u: Tensor, alpha: Tensor, target: float = 1.0
) -> tuple[Tensor, Tensor]:
    """E[(‖∇D(x̂)‖ − k)²] on x̂ = x + α · ½ std(X) · u, summed over the judges.

    Args:
        judge: The discriminator.
        real: X, of which std is the population's over all elements.
        u: One number in [0, 1] per element.
        alpha: α, one number in [0, 1] per sample.
        target: k, the norm that costs nothing.

    Shape:
        real, u: ``(B, ...)``; alpha: ``(B,)``; result: a scalar, and the norms ``(J, B)`` that it is made of.
    """
    share = alpha.to(real.dtype).view(-1, *[1] * (real.dim() - 1))
    spread = real.std(correction=0) / 2
    x = (real + share * spread * u.to(real.dtype)).detach().requires_grad_()
    norms = gradient_norms(judge(x).logits, x)
    return (norms - target).square().mean(1).sum(), norms


class DRAGAN(Regularizer):
    """λ E[(‖∇D(x̂)‖ − k)²] around the real samples, x̂ = x + α · ½ std(X) · U; fakes play no part.

    This is the neighbourhood of the authors' code. The standard deviation is that of one micro-batch.

    Args:
        weight: λ, a number or a schedule over images shown.
        target: k, the norm that costs nothing.
        every: Evaluate each ``every`` steps.

    References:
        Kodali et al. 2017, On Convergence and Stability of GANs.
    """

    second_order: ClassVar[bool] = True
    per_sample: ClassVar[bool] = True

    def __init__(self, weight: Scheduled = 10.0, target: float = 1.0, every: int = 1) -> None:
        super().__init__(every)
        self.weight, self.target = weight, target

    def forward(self, play: Play) -> Tensor:
        """The weighted penalty; logs ``discriminator/gradient_norm_near_real``, the mean over samples and judges."""
        real = play.real
        u, alpha = play.step.uniform(*real.shape), play.step.uniform(len(real))
        penalty, norms = dragan_penalty(play.judge, real, u, alpha, self.target)
        play.step.log("discriminator/gradient_norm_near_real", norms.mean())
        return value_at(self.weight, play.images) * penalty
