"""Means of what is logged, read from the device only at a boundary."""

from __future__ import annotations

import math
from collections import defaultdict
from contextlib import contextmanager
from typing import TYPE_CHECKING

import torch

from ganfw.training.averaging import average

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from torch import Tensor

_READ_AT_LEAST_EVERY = 4096


class Meter:
    """Collects scalars by name, for the present step and for the window since the last `read`.

    Args:
        world: Number of processes over which means are taken.
        only_finite: Leave values that are not finite out of the means, as the updates are that they belong to.
    """

    def __init__(self, world: int = 1, *, only_finite: bool = False) -> None:
        self._world, self._only_finite = world, only_finite
        self._now: list[tuple[str, Tensor, bool]] = []
        self._window: list[tuple[str, Tensor, bool]] = []
        self._sums: defaultdict[str, float] = defaultdict(float)
        self._counts: defaultdict[str, int] = defaultdict(int)
        self._terms: set[str] = set()
        self._culprit: tuple[str, float] | None = None

    def add(self, name: str, value: Tensor, *, term: bool = False) -> None:
        """Add a scalar of one micro-batch; a ``term`` of a loss must be finite."""
        value = value.detach()
        if value.dtype is not torch.float32:
            value = value.to(torch.promote_types(value.dtype, torch.float32))
        self._now.append((name, value, term))

    @contextmanager
    def apart(self) -> Iterator[list[tuple[str, Tensor, bool]]]:
        """Within the block, what is added is collected in the list that it gives, and nowhere else."""
        kept, self._now = self._now, []
        try:
            yield self._now
        finally:
            self._now = kept

    def extend(self, logged: Iterable[tuple[str, Tensor, bool]]) -> None:
        """Add what was collected `apart`."""
        self._now += logged

    def watch(self, phase: str, measure: str, value: Tensor) -> None:
        """Add what an optimizer's step says of itself: ``health/gradient_norm/generator``."""
        self.add(f"health/{measure}/{phase}", value)

    def mean(self, name: str) -> Tensor:
        """Mean over the present step's micro-batches and all processes; a scalar on the device.

        Raises:
            KeyError: If nothing was logged under ``name`` in this step.
        """
        values = [value for logged, value, _ in self._now if logged == name]
        if not values:
            raise KeyError(
                f"nothing was logged as {name!r} in this step; there is {sorted({n for n, *_ in self._now})}"
            )
        mean = torch.stack(values).mean()
        average([mean], self._world)
        return mean

    def end_step(self) -> None:
        """Move the present step's values into the window."""
        self._window += self._now
        self._now = []
        if len(self._window) >= _READ_AT_LEAST_EVERY:
            self._fold()

    def read(self) -> tuple[Mapping[str, float], tuple[str, float] | None]:
        """Means over the window and all processes by name, and the first term in time that was not finite, if any.

        One copy to the host; starts a new window.
        """
        self._fold()
        names = sorted(self._sums)
        means = torch.tensor(
            [self._sums[name] / (self._counts[name] or math.nan) for name in names], dtype=torch.float64
        )
        if self._world > 1 and names:
            on_device = means.float().to(self._device)
            average([on_device], self._world)
            means = on_device.cpu()
        result = dict(zip(names, means.tolist(), strict=True))
        # Another process may have been the first: its value is in the mean.
        terms = ((name, value) for name, value in result.items() if name in self._terms)
        culprit = self._culprit or next((pair for pair in terms if not math.isfinite(pair[1])), None)
        self._sums.clear()
        self._counts.clear()
        self._culprit = None
        return result, culprit

    def _fold(self) -> None:
        if not self._window:
            return
        self._device = self._window[0][1].device
        values = torch.stack([value for _, value, _ in self._window]).tolist()
        for (name, _, term), value in zip(self._window, values, strict=True):
            counts = math.isfinite(value) or not self._only_finite
            self._sums[name] += value if counts else 0.0
            self._counts[name] += counts
            if term:
                self._terms.add(name)
                if self._culprit is None and not math.isfinite(value):
                    self._culprit = (name, value)
        self._window = []
