"""Cycle consistency: there and back again is where one started."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ganfw.terms import Term
from ganfw_losses.consistency.distances import L1

if TYPE_CHECKING:
    from collections.abc import Callable

    from torch import Tensor


class CycleConsistency(Term):
    """λ · norm(F(G(x)), x), one direction of the cycle; a GAN with two generators adds the other.

    Args:
        weight: λ.
        norm: The distance, a mean over samples and elements: `L1` when none is given.

    References:
        Zhu et al. 2017, Unpaired Image-to-Image Translation using Cycle-Consistent Adversarial Networks, equation 2,
        and λ = 10 in equation 3.
    """

    def __init__(self, weight: float = 10.0, norm: Callable[[Tensor, Tensor], Tensor] | None = None) -> None:
        super().__init__()
        self.weight = weight
        self.norm = L1() if norm is None else norm

    def forward(self, x: Tensor, reconstructed: Tensor) -> Tensor:
        """The weighted distance. Shape: x, reconstructed: the same; result: scalar."""
        return self.weight * self.norm(reconstructed, x)
