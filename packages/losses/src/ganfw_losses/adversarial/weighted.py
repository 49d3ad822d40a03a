"""Another loss with a weight on each side."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ganfw.terms import Loss

if TYPE_CHECKING:
    from torch import Tensor


class Weighted(Loss):
    """Another loss, its two sides weighted: for games in which further terms matter more.

    With ``generator=0`` the generator learns from regularizers alone, as by feature matching (Salimans et al. 2016).

    Args:
        loss: The loss.
        discriminator: Factor of the discriminator's side.
        generator: Factor of the generator's side.
    """

    def __init__(self, loss: Loss, discriminator: float = 1.0, generator: float = 1.0) -> None:
        super().__init__()
        self.loss, self.weights = loss, (discriminator, generator)
        self.compares, self.energies = loss.compares, loss.energies  # type: ignore[misc]

    def discriminator(self, real: Tensor, fake: Tensor) -> Tensor:
        """The loss's own, weighted. Shape: logits ``(B, ...)``; result: scalar."""
        return self.weights[0] * self.loss.discriminator(real, fake)

    def generator(self, fake: Tensor, real: Tensor | None = None) -> Tensor:
        """The loss's own, weighted. Shape: logits ``(B, ...)``; result: scalar."""
        return self.weights[1] * self.loss.generator(fake, real)
