"""Historical averaging: a player is held near the mean of its own past."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import torch
from torch import Tensor, nn

from ganfw.config.base import Scheduled, value_at
from ganfw.terms import Regularizer

if TYPE_CHECKING:
    from collections.abc import Callable

    from ganfw.game import Play
    from ganfw.terms import Side


def flat(network: nn.Module) -> Tensor:
    """All parameters in a row. Shape: ``(P,)``."""
    return torch.cat([parameter.flatten() for parameter in network.parameters()])


class HistoricalAveraging(Regularizer):
    """λ ‖θ − 1/t Σ θ[i]‖², the mean over all earlier steps and the present one; it is held constant.

    The mean takes as much memory as the player, and is part of the run's state.

    Args:
        weight: λ, a number or a schedule over images shown.
        side: The player.
        every: Evaluate each ``every`` steps of the player; the mean takes in every step.

    References:
        Salimans et al. 2016, Improved Techniques for Training GANs, section 3.3.
    """

    equal_on_all_processes: ClassVar[bool] = True
    mean: Tensor
    steps: Tensor

    def __init__(self, weight: Scheduled = 1.0, side: Side = "generator", every: int = 1) -> None:
        super().__init__(every)
        self.weight, self.side = weight, side
        self.register_buffer("steps", torch.zeros((), dtype=torch.int64))

    def attach(self, network: nn.Module) -> None:
        """Make room for the mean."""
        self.register_buffer("mean", torch.zeros_like(flat(network).detach()))
        self._network = (network,)  # in a tuple: the player must not become a child of its own term

    def forward(self, play: Play) -> Tensor:
        """The weighted penalty; nothing before the first step is done."""
        distance = (flat(self._network[0]) - self.mean).square().sum()
        return value_at(self.weight, play.images) * (self.steps > 0) * distance

    def after_step(self, mean: Callable[[str], Tensor]) -> None:
        """Take the parameters into the mean."""
        self.steps += 1
        self.mean.lerp_(flat(self._network[0]).detach(), 1 / self.steps.to(self.mean))
