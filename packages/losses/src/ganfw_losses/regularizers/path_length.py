"""Path length regularization: equal steps of the latents should be equal steps of the picture."""

from __future__ import annotations

from contextlib import suppress
from math import prod
from typing import TYPE_CHECKING, ClassVar, Literal

import torch
from torch import Tensor, nn

from ganfw.config.base import Scheduled, value_at
from ganfw.errors import GanfwError
from ganfw.networks import StyleGenerator
from ganfw.terms import Regularizer

if TYPE_CHECKING:
    from collections.abc import Callable

    from ganfw.game import Play


def path_lengths(samples: Tensor, latents: Tensor, noise: Tensor) -> Tensor:
    """‖Jᵀy‖ of each sample, J the Jacobian of the samples by the latents, y noise over √(H W).

    Args:
        samples: What was generated.
        latents: What from, with a gradient: one vector per sample, or one per layer, of whose squared lengths the mean
            is taken.
        noise: Standard normal, one number per element.

    Shape:
        samples, noise: ``(B, C, ...)``; latents: ``(B, Z)`` or ``(B, L, W)``; result: ``(B,)``.
    """
    y = noise / prod(samples.shape[2:]) ** 0.5
    (gradient,) = torch.autograd.grad((samples * y).sum(), latents, create_graph=True)
    gradient = gradient.to(torch.promote_types(gradient.dtype, torch.float32))
    return gradient.reshape(len(gradient), -1, gradient.shape[-1]).square().sum(2).mean(1).sqrt()


class PathLength(Regularizer):
    """λ E[(‖Jᵀy‖ − a)²], a the moving average of ‖Jᵀy‖, which moves before it is used.

    As in the authors' code, the newest lengths are part of a, with their gradient.

    Args:
        weight: λ, a number or a schedule over images shown.
        decay: Share of the newest mean in a.
        every: Evaluate each ``every`` steps of the generator.
        shrink: Takes one in ``shrink`` latents of the batch, to save memory.
        latent: By what it differentiates: the styles ``w`` of a `StyleGenerator`, or the latents ``z`` of any other.

    Raises:
        GanfwError: When the game is made, if the generator has no styles, or mixes the samples of a batch.

    References:
        Karras et al. 2020, Analyzing and Improving the Image Quality of StyleGAN, section 3.2, equation 4.
    """

    side = "generator"
    second_order: ClassVar[bool] = True
    equal_on_all_processes: ClassVar[bool] = True
    mean: Tensor

    def __init__(
        self, weight: Scheduled = 2.0, decay: float = 0.01, every: int = 4, shrink: int = 2,
        latent: Literal["w", "z"] = "w",
    ) -> None:  # fmt: skip
        super().__init__(every)
        self.weight, self.decay, self.shrink, self.latent = weight, decay, shrink, latent
        self.register_buffer("mean", torch.zeros(()))

    def attach(self, network: nn.Module) -> None:
        """Refuse a generator that it cannot measure."""
        name = type(network).__name__
        if self.latent == "w" and not isinstance(network, StyleGenerator):
            raise GanfwError(
                f"path-length measures the generator by its styles w, but {name} has none. Choose a generator with "
                "a mapping network, or set regularizers.path-length.latent=z."
            )
        if any(isinstance(module, nn.BatchNorm1d | nn.BatchNorm2d | nn.BatchNorm3d) for module in network.modules()):
            raise GanfwError(
                f"path-length measures each sample by its own latent, but {name} mixes the samples of a batch (batch "
                "normalisation). Choose a generator without it, or leave the term out: regularizers.path-length=null."
            )

    def forward(self, play: Play) -> Tensor:
        """The weighted penalty; logs ``generator/path_length``, the mean length."""
        # Each shrink-th latent, not the first few: so any number of processes takes the same ones.
        z, condition = play.z[:: self.shrink], None if play.condition is None else play.condition[:: self.shrink]
        if self.latent == "w" and isinstance(play.generator, StyleGenerator):
            latents = play.generator.mapping(z, condition)
            samples = play.generator.synthesis(latents)
        else:
            latents = z.detach().requires_grad_()
            samples = play.generator(latents, condition)
        lengths = path_lengths(samples, latents, play.step.noise(*samples.shape))
        mean = torch.lerp(self.mean.to(lengths), play.step.mean(lengths), self.decay)
        play.step.log("generator/path_length", lengths.mean())
        return value_at(self.weight, play.images) * (lengths - mean).square().mean()

    def after_step(self, mean: Callable[[str], Tensor]) -> None:
        """Move a, once per step in which the phase was due."""
        with suppress(KeyError):
            self.mean.lerp_(mean("generator/path_length").to(self.mean), self.decay)
