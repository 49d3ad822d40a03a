"""Means of what is logged, without reading anything from the device until a boundary."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor

from ganfw.training.averaging import average

if TYPE_CHECKING:
    from collections.abc import Mapping

_COMPACT_AT = 256


class Meter:
    """Collects scalars by name, for the present step and for the window since the last `read`.

    Args:
        world: Number of processes over which means are taken.
    """

    def __init__(self, world: int = 1) -> None:
        self._world = world
        self._now: dict[str, list[Tensor]] = {}
        self._window: dict[str, list[Tensor]] = {}
        self._counts: dict[str, int] = {}

    def add(self, name: str, value: Tensor) -> None:
        """Add a scalar of one micro-batch."""
        self._now.setdefault(name, []).append(value)

    def mean(self, name: str) -> Tensor:
        """Mean over the present step's micro-batches and all processes; a scalar on the device.

        Raises:
            KeyError: If nothing was logged under ``name`` in this step.
        """
        if name not in self._now:
            raise KeyError(f"nothing was logged as {name!r} in this step; there is {', '.join(sorted(self._now))}")
        values = torch.stack(self._now[name]).mean(0, keepdim=True).float()
        average([values], self._world)
        return values[0]

    def end_step(self) -> None:
        """Move the present step's values into the window."""
        for name, values in self._now.items():
            window = self._window.setdefault(name, [])
            window.extend(values)
            self._counts[name] = self._counts.get(name, 0) + len(values)
            if len(window) >= _COMPACT_AT:
                self._window[name] = [torch.stack(window).sum(0)]
        self._now = {}

    def read(self) -> Mapping[str, float]:
        """Means over the window and all processes, by one copy to the host; starts a new window."""
        names = sorted(self._window)
        if not names:
            return {}
        sums = torch.stack([torch.stack(self._window[name]).sum().float() / self._counts[name] for name in names])
        average([sums], self._world)
        self._window, self._counts = {}, {}
        return dict(zip(names, sums.tolist(), strict=True))
