"""The boundary-seeking game of discrete samples: pictures whose values are -1 or 1, learned by policy gradient.

Legend: B batch size, M samples of each latent, C picture channels, S picture size.

References:
    Hjelm et al. 2018, "Boundary-seeking generative adversarial networks", section 2.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import torch

from ganfw.game import Play, TwoPlayerGAN
from ganfw_losses import importance_weights, policy_loss

if TYPE_CHECKING:
    from torch import Tensor

    from ganfw.terms import Side
    from ganfw.training.step import Step

_LEAST = 1e-6  # probabilities below have a gradient of zero, for log(0) has none


def drawn(mean: Tensor, uniform: Tensor) -> Tensor:
    """Values in {-1, 1} of the given mean m: 1 with probability (1 + m) / 2.

    Shape:
        mean: ``(..., C, S, S)`` in [-1, 1]; uniform, result: of a shape that it broadcasts to.
    """
    return torch.where(uniform < (1 + mean) / 2, 1.0, -1.0)


def log_probability(x: Tensor, mean: Tensor) -> Tensor:
    """log g(x | z) = Σ log((1 + m x) / 2) over the values of each picture, x in {-1, 1} and m their means.

    Shape:
        x: ``(B, M, C, S, S)``; mean: ``(B, C, S, S)``; result: ``(B, M)``.
    """
    return ((1 + mean[:, None] * x) / 2).clamp_min(_LEAST).log().flatten(2).sum(2)


class BinaryPlay(Play):
    """A play whose fakes are drawn: the generator's picture is their mean."""

    @cached_property
    def mean(self) -> Tensor:
        """What the generator makes of the latents. Shape: ``(B, C, S, S)`` in [-1, 1]."""
        mean: Tensor = self.generator(self.z, self.condition)
        return mean

    @cached_property
    def fake(self) -> Tensor:
        """One sample of each latent, through which no gradient flows. Shape: ``(B, C, S, S)`` in {-1, 1}."""
        return drawn(self.mean, self.step.uniform(*self.mean.shape))


class DiscreteBGAN(TwoPlayerGAN):
    """The generator's pictures are means of binary ones, and it learns by policy gradient.

    L_G = −E_z[Σₘ w̃ₘ log g(xₘ | z)], with M samples xₘ of each latent, weighed by the discriminator. The discriminator
    learns as `loss` says; its logit has to be the log of the ratio of densities, as it is in the first GAN. Any
    generator whose pictures are in [-1, 1] fits. Data whose values are between -1 and 1 are told apart at once: see the
    data part ``binary``.

    Args:
        samples: M.
        parts: Those of `TwoPlayerGAN`.

    Raises:
        GanfwError: If the parts cannot be combined.
    """

    def __init__(self, *, samples: int = 20, **parts: Any) -> None:
        super().__init__(**parts)
        self.samples = samples

    def plays(self, step: Step, player: Side) -> list[Play]:
        """One, whose fakes are drawn."""
        return [BinaryPlay(self, step, player)]

    def generator_loss(self, step: Step) -> dict[str, Tensor]:
        """The generator's terms: the policy gradient of the discrete game, and its penalties."""
        play = BinaryPlay(self, step, "generator")
        x = drawn(play.mean[:, None], step.uniform(len(play.mean), self.samples, *play.mean.shape[1:]))
        logits = self._judge_each(x, play.condition)
        step.log("generator/effective_samples", (1 / importance_weights(logits.T).square().sum(0)).mean())
        return {
            "policy": policy_loss(log_probability(x, play.mean).T, logits.T),
            **self._penalise("generator", [play]),
        }

    @torch.no_grad()  # a weight is a number: nothing of so many pictures is kept
    def _judge_each(self, x: Tensor, condition: Tensor | None) -> Tensor:
        """Shape: x: ``(B, M, C, S, S)``; result: ``(B, M)``."""
        repeated = None if condition is None else condition.repeat_interleave(x.shape[1], 0)
        logits: Tensor = self.discriminator(x.flatten(0, 1), repeated).logits[0]
        return logits.view(x.shape[:2])

    def sample(self, count: int, *, rng: torch.Generator, condition: Tensor | None = None) -> Tensor:
        """Binary samples; see `GAN.sample`."""
        mean = super().sample(count, rng=rng, condition=condition)
        return drawn(mean, torch.rand(mean.shape, generator=rng, device=rng.device))
