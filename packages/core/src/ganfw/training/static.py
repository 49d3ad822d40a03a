"""A micro-batch in memory that stays where it is, for a phase that is recorded once and replayed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor

from ganfw.training.rehearsal import changes_between_steps
from ganfw.training.step import Batch, Request, Step

if TYPE_CHECKING:
    from collections.abc import Mapping


class StaticStep(Step):
    """What a recorded loss sees in the place of the step: the same names, and other memory behind them.

    Until it is settled it draws as a step does and keeps a plan of its draws; from then on each draw is a tensor of its
    own, filled before the replay. One generator seeded anew for each draw, as a step has it, cannot be recorded.

    Args:
        step: One like those that it will stand for.
    """

    images: Tensor

    def __init__(self, step: Step) -> None:
        self.__dict__.update(vars(step))
        self.batch = step.batch.map(torch.clone)
        self.images = torch.zeros((), dtype=torch.float64, device=step.device)
        self.plan: list[Request] = []
        self._given = {name: tensor.detach().clone() for name, tensor in step.shared.items()}
        self._memory: list[Tensor] | None = None

    @property
    def index(self) -> int:
        """The step's number: a phase that reads it is not recorded."""
        changes_between_steps("step.index, which it reads,")
        return self._index

    def fits(self, step: Step) -> bool:
        """Whether ``step`` has the same tensors: names, shapes and dtypes."""
        return _form(self.batch) == _form(step.batch) and _form(self._given) == _form(step.shared)

    @torch.no_grad()
    def take(self, step: Step) -> None:
        """Take over what is new: batch, images, what was handed over and, once it is settled, the phase's draws."""
        for name, tensor in self.batch.items():
            tensor.copy_(step.batch[name], non_blocking=True)
        for name, tensor in self._given.items():
            tensor.copy_(step.shared[name], non_blocking=True)
        self.images.fill_(float(step.images))
        self.seed, self._index = step.seed, step.index  # a run that has gone back has another seed
        for place, memory in enumerate(self._memory or ()):
            self._numbers(self.plan[place], place, out=memory)

    def settle(self) -> None:
        """Give each draw of the plan its memory."""
        self._memory = [
            torch.empty(request.shape, dtype=torch.int64 if request.make is torch.randint else None, device=self.device)
            for request in self.plan
        ]

    def enter(self, phase: str) -> None:
        """Start a phase, with what earlier ones handed over."""
        self.shared = dict(self._given)
        if self._memory is None:
            self.plan = []
        super().enter(phase)
        self._entered = dict(self.shared)

    def handed_on(self) -> dict[str, Tensor]:
        """What this phase has put into ``shared``."""
        return {name: t.detach() for name, t in self.shared.items() if self._entered.get(name) is not t}

    def _draw(self, request: Request, count: int) -> Tensor:
        if self._memory is None:
            self.plan.append(request)
            return super()._draw(request, count)
        place, self._draws = self._draws, self._draws + 1
        if place >= len(self.plan) or self.plan[place] != request:
            raise RuntimeError("it draws other random numbers than it has drawn before")
        return self._mine(self._memory[place], count)


def _form(tensors: Batch | Mapping[str, Tensor]) -> dict[str, tuple[torch.Size, torch.dtype]]:
    return {name: (tensor.shape, tensor.dtype) for name, tensor in tensors.items()}
