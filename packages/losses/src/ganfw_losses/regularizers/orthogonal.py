"""Orthogonal regularization of a player's weights."""

from __future__ import annotations

from functools import reduce
from operator import add
from typing import TYPE_CHECKING

import torch

from ganfw.config.base import Scheduled, value_at
from ganfw.errors import GanfwError
from ganfw.terms import Regularizer
from ganfw_losses.regularizers.weights import matrices

if TYPE_CHECKING:
    from torch import Tensor, nn

    from ganfw.game import Play
    from ganfw.terms import Side


def orthogonal_penalty(weight: Tensor, *, full: bool = False) -> Tensor:
    """‖W Wᵀ ⊙ (1 − I)‖²_F, or ‖W Wᵀ − I‖²_F.

    Args:
        weight: W, one row per output.
        full: Also hold each row to length 1, the second form.

    Shape:
        weight: ``(out, in)``; result: scalar.
    """
    gram = weight @ weight.T
    eye = torch.eye(len(gram), dtype=gram.dtype, device=gram.device)
    return (gram - eye if full else gram * (1 - eye)).square().sum()


class Orthogonal(Regularizer):
    """β Σ ‖W Wᵀ ⊙ (1 − I)‖²_F over the linear and convolutional layers of one player; embeddings are left out.

    It keeps BigGAN's filters apart without holding their lengths; its truncation trick relies on that.

    Args:
        weight: β, a number or a schedule over images shown.
        full: The older form ‖W Wᵀ − I‖²_F, which holds the lengths too.
        side: The player.
        every: Evaluate each ``every`` steps of the player.

    References:
        Brock, Donahue and Simonyan 2019, Large Scale GAN Training, section 3.1, equations 2 and 3.
    """

    def __init__(
        self, weight: Scheduled = 1e-4, *, full: bool = False, side: Side = "generator", every: int = 1
    ) -> None:
        super().__init__(every)
        self.weight, self.full, self.side = weight, full, side

    def attach(self, network: nn.Module) -> None:
        """Refuse a network without such a layer.

        Raises:
            GanfwError: If there is none.
        """
        if next(matrices(network), None) is None:
            raise GanfwError(
                f"orthogonal works on linear and convolutional layers, but the {self.side}, "
                f"{type(network).__name__}, has none. Leave it out: regularizers.orthogonal=null."
            )

    def forward(self, play: Play) -> Tensor:
        """The weighted penalty."""
        network = play.generator if self.side == "generator" else play.discriminator
        penalty = reduce(add, (orthogonal_penalty(weight, full=self.full) for weight in matrices(network)))
        return value_at(self.weight, play.images) * penalty
