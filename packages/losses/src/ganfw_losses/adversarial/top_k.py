"""Top-k training: the generator learns only from the fakes that the discriminator likes best."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor

from ganfw.terms import Loss
from ganfw.training.rehearsal import changes_between_steps

if TYPE_CHECKING:
    from collections.abc import Callable


class TopK(Loss):
    """Another loss, of which the generator sees the k fakes with the largest logits; with energies, the smallest.

    k = max(ν, γˢ) · B after s steps: all samples at first, a share ν of them at last. γ is given by the steps after
    which k is halved. A wrapper and no option of each loss, so it works with every one; a loss that compares sees the
    same rows of the real samples.

    Args:
        loss: The loss.
        least: ν.
        half_steps: Steps after which k is halved.

    References:
        Sinha et al. 2020, Top-k Training of GANs, section 3 and algorithm 1.
    """

    steps: Tensor

    def __init__(self, loss: Loss, least: float = 0.5, half_steps: float = 10_000) -> None:
        super().__init__()
        self.loss, self.least, self.half_steps = loss, least, half_steps
        self.compares, self.energies = loss.compares, loss.energies  # type: ignore[misc]
        self.register_buffer("steps", torch.zeros((), dtype=torch.int64))
        self._steps: int | None = 0  # the same number on the host, so that no step has to wait for the device
        self.register_load_state_dict_post_hook(TopK._forget)  # type: ignore[no-untyped-call]

    def _forget(self, _incompatible: object) -> None:
        self._steps = None

    def discriminator(self, real: Tensor, fake: Tensor) -> Tensor:
        """The loss's own. Shape: logits ``(B, ...)``; result: scalar."""
        return self.loss.discriminator(real, fake)

    def generator(self, fake: Tensor, real: Tensor | None = None) -> Tensor:
        """The loss of the k best fakes. Shape: logits ``(B, ...)``; result: scalar."""
        liked = fake.detach().reshape(len(fake), -1).mean(1) * (-1 if self.energies else 1)
        chosen = liked.topk(self.count(len(fake))).indices
        return self.loss.generator(fake[chosen], None if real is None else real[chosen])

    def after_step(self, mean: Callable[[str], Tensor]) -> None:
        """Lower k."""
        self.steps += 1
        if self._steps is not None:
            self._steps += 1

    def count(self, batch: int) -> int:
        """k for a batch of so many fakes, at least 1."""
        if self._steps is None:
            self._steps = int(self.steps)
        changes_between_steps("the number of fakes that top-k keeps")
        share: float = max(self.least, 0.5 ** (self._steps / self.half_steps))
        return max(1, round(share * batch))
