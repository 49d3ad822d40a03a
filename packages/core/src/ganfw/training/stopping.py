"""Stopping in good order: a run that is asked to end finishes its step and saves before it does."""

from __future__ import annotations

import signal
import threading
from typing import TYPE_CHECKING, Any

import torch

from ganfw.training.averaging import average

if TYPE_CHECKING:
    from types import FrameType

_SIGNALS = (signal.SIGTERM, signal.SIGINT)
_AGREE_EVERY = 10


class Stopping:
    """Within the block, SIGTERM and SIGINT (Ctrl+C) only ask; a second one ends the process at once.

    Outside the main thread, where Python handles no signals, nothing changes.

    Args:
        world: Number of processes, which all have to stop after the same step.
        device: Where they tell each other.
    """

    def __init__(self, world: int, device: torch.device) -> None:
        self._world, self._device = world, device
        self._asked = 0
        self._before: dict[int, Any] = {}

    def __enter__(self) -> Stopping:
        if threading.current_thread() is threading.main_thread():
            self._before = {number: signal.signal(number, self._ask) for number in _SIGNALS}
        return self

    def __exit__(self, *_: object) -> None:
        self._restore()

    def _restore(self) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)
        self._before = {}

    def _ask(self, number: int, _frame: FrameType | None) -> None:
        self._asked = number
        self._restore()

    def after(self, step: int) -> bool:
        """Whether to stop after this step. Several processes ask each other each tenth step."""
        if self._world == 1:
            return self._asked > 0
        if step % _AGREE_EVERY:
            return False
        asked = torch.tensor([float(self._asked > 0)], device=self._device)
        average([asked], self._world)
        return asked.item() > 0

    def leave(self) -> None:
        """End as the signal would have: with `KeyboardInterrupt`, or with exit code 128 + 15.

        Raises:
            KeyboardInterrupt: After SIGINT.
            SystemExit: After SIGTERM, and in a process that has stopped because another was asked.
        """
        if self._asked == signal.SIGINT:
            raise KeyboardInterrupt
        raise SystemExit(128 + signal.SIGTERM)
