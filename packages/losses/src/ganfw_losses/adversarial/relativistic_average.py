"""Relativistic average: each sample is judged against the mean of the other side."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

import torch.nn.functional as F
from torch import Tensor

from ganfw.errors import GanfwError
from ganfw.terms import Loss

if TYPE_CHECKING:
    from collections.abc import Callable

Kind = Literal["bce", "least-squares", "hinge"]

# What a sample costs that should lie above the other side's mean, by its distance from that mean.
_COSTS: dict[Kind, Callable[[Tensor], Tensor]] = {
    "bce": lambda above: F.softplus(-above),
    "least-squares": lambda above: (above - 1).square(),
    "hinge": lambda above: F.relu(1 - above),
}


class RelativisticAverage(Loss):
    """Real samples should lie above the mean fake, and fakes below the mean real one; the generator wants the opposite.

    L_D = E[c(D(x) − E D(G(z)))] + E[c(E D(x) − D(G(z)))]
    L_G = E[c(D(G(z)) − E D(x))] + E[c(E D(G(z)) − D(x))]

    with the cost c(t) = sp(−t) for ``bce`` (RaSGAN), (t − 1)² for ``least-squares`` (RaLSGAN), (1 − t)₊ for ``hinge``
    (RaHingeGAN). The means are those of each micro-batch, and carry gradients.

    Args:
        kind: The cost.

    References:
        Jolicoeur-Martineau 2019, The relativistic discriminator, equations 10 to 13 and appendix.
    """

    compares: ClassVar[bool] = True

    def __init__(self, kind: Kind = "bce") -> None:
        super().__init__()
        self.kind, self._cost = kind, _COSTS[kind]

    def discriminator(self, real: Tensor, fake: Tensor) -> Tensor:
        """L_D. Shape: logits ``(B, ...)``; result: scalar."""
        return self._above(real, fake)

    def generator(self, fake: Tensor, real: Tensor | None = None) -> Tensor:
        """L_G. Shape: logits ``(B, ...)``; result: scalar.

        Raises:
            GanfwError: If ``real`` is missing.
        """
        if real is None:
            raise GanfwError(
                "relativistic-average's generator loss compares fake with real logits, but was given no real ones. "
                "Call generator(fake, real); a game does so for every loss with compares = True."
            )
        return self._above(fake, real)

    def _above(self, ours: Tensor, theirs: Tensor) -> Tensor:
        return self._cost(ours - theirs.mean()).mean() + self._cost(ours.mean() - theirs).mean()
