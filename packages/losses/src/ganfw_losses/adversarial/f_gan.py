"""Any f-divergence as a game (f-GAN)."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Literal, NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from ganfw.terms import Loss

if TYPE_CHECKING:
    from collections.abc import Callable

Divergence = Literal[
    "kl", "reverse-kl", "pearson", "squared-hellinger", "jensen-shannon", "gan", "total-variation"
]  # fmt: skip
_LARGEST_EXPONENT = 80.0  # e⁸⁰ is finite in float32


class _Functions(NamedTuple):
    """g turns a logit v into T, within the domain of the conjugate f*; ``bound`` is f*(g(v)), simplified."""

    activation: Callable[[Tensor], Tensor]
    bound: Callable[[Tensor], Tensor]


def _exp(v: Tensor) -> Tensor:
    return v.clamp(max=_LARGEST_EXPONENT).exp()


def _squared_hellinger_bound(v: Tensor) -> Tensor:
    return _exp(v) - 1  # f*(t) = t/(1 − t) at t = 1 − e⁻ᵛ


def _jensen_shannon_bound(v: Tensor) -> Tensor:
    return F.softplus(v) - math.log(2)  # f*(t) = −log(2 − eᵗ) at t = log 2 − sp(−v): 2 − 2σ(v) = 2σ(−v)


_DIVERGENCES: dict[Divergence, _Functions] = {
    "kl": _Functions(lambda v: v, lambda v: _exp(v - 1)),
    "reverse-kl": _Functions(lambda v: -_exp(-v), lambda v: v - 1),
    "pearson": _Functions(lambda v: v, lambda v: v.square() / 4 + v),
    "squared-hellinger": _Functions(lambda v: 1 - _exp(-v), _squared_hellinger_bound),
    "jensen-shannon": _Functions(lambda v: math.log(2) - F.softplus(-v), _jensen_shannon_bound),
    "gan": _Functions(lambda v: -F.softplus(-v), F.softplus),
    "total-variation": _Functions(lambda v: torch.tanh(v) / 2, lambda v: torch.tanh(v) / 2),
}


class FGAN(Loss):
    """The variational bound of an f-divergence, with T = g(D): larger logits are more real in all of them.

    L_D = −E[T(x)] + E[f*(T(G(z)))]
    L_G = −E[f*(T(G(z)))], or with ``alternative`` −E[T(G(z))], whose gradient does not vanish where D wins

    Args:
        divergence: Which.
        alternative: The generator's other objective.

    References:
        Nowozin, Cseke and Tomioka 2016, f-GAN, equations 4 and 7, tables 1 and 2, section 3.2.
    """

    def __init__(self, divergence: Divergence = "kl", *, alternative: bool = False) -> None:
        super().__init__()
        self.divergence, self.alternative = divergence, alternative
        self._functions = _DIVERGENCES[divergence]

    def discriminator(self, real: Tensor, fake: Tensor) -> Tensor:
        """L_D. Shape: logits ``(B, ...)``; result: scalar."""
        return self._functions.bound(fake).mean() - self._functions.activation(real).mean()

    def generator(self, fake: Tensor, real: Tensor | None = None) -> Tensor:
        """L_G. Shape: logits ``(B, ...)``; result: scalar."""
        objective = self._functions.activation if self.alternative else self._functions.bound
        return -objective(fake).mean()
