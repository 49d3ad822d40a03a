"""Dropping an update whose loss or gradient is not finite, decided on the device and alike by all processes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from torch import Tensor
    from torch.optim import Optimizer

Remembered = list[tuple["Tensor", "Tensor"]]


class Guard:
    """Takes an optimizer's step back where a loss or a gradient is not finite, without asking the host.

    Parameters and moments are copied before a step and put back after it where that has to be. A moment that the first
    step has made is put back to zero, which is what it starts from.

    Args:
        optimizer: Whose steps are guarded.
        device: Of its parameters.
    """

    def __init__(self, optimizer: Optimizer, device: torch.device) -> None:
        self._optimizer = optimizer
        self.skipped: dict[str, Tensor] = {}
        """Updates that were dropped so far, by phase; scalars on the device."""
        self.in_a_row: dict[str, Tensor] = {}
        """Of those, how many were the newest ones, with none between them that was not; scalars on the device."""
        self._bad = torch.zeros((), device=device)
        self.dropped = torch.zeros((), dtype=torch.bool, device=device)
        """Whether an update was dropped since this was last cleared."""
        for group in optimizer.param_groups:
            if device.type == "cuda" and "capturable" in group:
                group["capturable"] = True  # else Adam counts its steps on the host, where they could not be taken back

    def look(self, loss: Tensor) -> None:
        """Take note of a micro-batch's loss."""
        self._bad += ~torch.isfinite(loss.detach())

    def shared(self) -> list[Tensor]:
        """What is averaged over the processes with the gradients, so that all decide alike."""
        return [self._bad]

    @torch.no_grad()
    def before(self, parameters: Sequence[Tensor], gradients: Sequence[Tensor], *, scaled: bool) -> Remembered:
        """Look at the gradients, and copy what the step is going to change.

        Args:
            parameters: All that the optimizer has.
            gradients: Averaged over the processes.
            scaled: A gradient scaler looks after the gradients.
        """
        if gradients and not scaled:
            norms = torch.stack([norm.to(self._bad.dtype) for norm in torch._foreach_norm(list(gradients), torch.inf)])
            self._bad += ~torch.isfinite(norms).all()
        return remember([*parameters, *self._moments()])

    @torch.no_grad()
    def after(self, phase: str, remembered: Remembered) -> None:
        """Put back what was copied if the update is to be dropped."""
        bad = self._bad > 0
        known = {id(tensor) for tensor, _ in remembered}
        put_back(bad, [*remembered, *((m, torch.zeros_like(m)) for m in self._moments() if id(m) not in known)])
        zero = torch.zeros((), dtype=torch.int64, device=bad.device)
        self.skipped.setdefault(phase, zero.clone()).add_(bad)
        self.in_a_row.setdefault(phase, zero).add_(1).mul_(bad)
        self.dropped |= bad
        self._bad.zero_()

    def _moments(self) -> list[Tensor]:
        states = self._optimizer.state.values()
        return [value for state in states for value in state.values() if isinstance(value, torch.Tensor)]


def put_back_after_drops(guards: Sequence[Guard], remembered: Remembered) -> None:
    """Undo what was done to the tensors since, if one of the guards has dropped an update meanwhile."""
    put_back(torch.stack([guard.dropped for guard in guards]).any(), remembered)
    for guard in guards:
        guard.dropped.zero_()


def remember(tensors: Iterable[Tensor]) -> Remembered:
    """Copies of tensors, beside them."""
    return [(tensor, tensor.detach().clone()) for tensor in tensors]


@torch.no_grad()
def put_back(bad: Tensor, remembered: Remembered) -> None:
    """Undo what was done to the tensors since, if ``bad``. A product with 0 would keep what is not a number."""
    for tensor, before in remembered:
        tensor.copy_(torch.where(bad.to(tensor.device), before, tensor))
