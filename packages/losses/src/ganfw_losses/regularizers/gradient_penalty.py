"""The gradient penalty of WGAN-GP."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import torch

from ganfw.config.base import Scheduled, value_at
from ganfw.errors import GanfwError
from ganfw.terms import Regularizer
from ganfw_losses.regularizers.gradients import input_gradient

if TYPE_CHECKING:
    from collections.abc import Callable

    from torch import Tensor

    from ganfw.game import Play
    from ganfw.networks import Verdict


def gradient_penalty(
    judge: Callable[[Tensor], Verdict], real: Tensor, fake: Tensor, alpha: Tensor, target: float = 1.0
) -> tuple[Tensor, Tensor]:
    """E[(‖∇D(x̂)‖ − target)²] on x̂ = αx + (1 − α)x̃, x real and x̃ fake, summed over the judges.

    Args:
        judge: The discriminator.
        real: x.
        fake: x̃, paired with x by index.
        alpha: α, one number in [0, 1] per sample: the share of the real one.
        target: The norm that costs nothing.

    Shape:
        real, fake: ``(B, ...)``; alpha: ``(B,)``; result: a scalar, and the norms ``(J, B)`` that it is made of.

    Raises:
        GanfwError: If ``real`` and ``fake`` differ in shape.
    """
    if real.shape != fake.shape:
        raise GanfwError(
            f"the gradient penalty pairs each real sample with one fake, but real is {tuple(real.shape)} and fake is "
            f"{tuple(fake.shape)}. Generate as many fakes as there are real samples, of the same size."
        )
    share = alpha.to(real.dtype).view(-1, *[1] * (real.dim() - 1))
    x = torch.lerp(fake.detach(), real.detach(), share).requires_grad_()
    # The L2 norm over all axes but the batch; at a gradient of exactly zero its own gradient is zero, not nan.
    norms = torch.stack([torch.linalg.vector_norm(input_gradient(logits, x), dim=1) for logits in judge(x).logits])
    return (norms - target).square().mean(1).sum(), norms


class GradientPenalty(Regularizer):
    """GP = λ E[(‖∇D(x̂)‖ − 1)²], x̂ uniform on the line between a real sample and a fake.

    Args:
        weight: λ, a number or a schedule over images shown.
        target: The norm that costs nothing, 1 in the paper.
        every: Evaluate each ``every`` steps.

    References:
        Gulrajani et al. 2017, Improved Training of Wasserstein GANs, equation 3, algorithm 1.
    """

    second_order: ClassVar[bool] = True
    per_sample: ClassVar[bool] = True

    def __init__(self, weight: Scheduled = 10.0, target: float = 1.0, every: int = 1) -> None:
        super().__init__(every)
        self.weight, self.target = weight, target

    def forward(self, play: Play) -> Tensor:
        """The weighted penalty; logs ``discriminator/gradient_norm``, the mean over samples and judges."""
        alpha = play.step.uniform(len(play.real))
        penalty, norms = gradient_penalty(play.judge, play.real, play.fake, alpha, self.target)
        play.step.log("discriminator/gradient_norm", norms.mean())
        return value_at(self.weight, play.images) * penalty
