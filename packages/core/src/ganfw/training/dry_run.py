"""What a run would take: parameters, time and memory of real steps, without a run folder."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch

from ganfw.data.stream import Stream, batches

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ganfw.gan import Phase
    from ganfw.training.step import Step
    from ganfw.training.trainer import Trainer

_REPEATS = 3
_LOOK_AHEAD_STEPS = 10_000


@dataclass(frozen=True)
class Measurement:
    """What `measure` found.

    Args:
        parameters: Number per network.
        phase_seconds: Time of each phase, whenever it runs.
        step_seconds: Time of a step on average over the run: most phases run in each, lazy ones in few.
        batch_size: Images per step.
        steps: Length of the run.
        peak_bytes: Most memory in use at once: of the device, or of this process on a CPU.
        device: Where it was measured.
    """

    parameters: Mapping[str, int]
    phase_seconds: Mapping[str, float]
    step_seconds: float
    batch_size: int
    steps: int
    peak_bytes: int
    device: str

    def text(self) -> str:
        """The findings as lines in two columns."""
        rows = [
            *((f"parameters of {name}", f"{count:,}") for name, count in self.parameters.items()),
            *((f"time of {name}", f"{seconds * 1000:.1f} ms") for name, seconds in self.phase_seconds.items()),
            ("time of a step", f"{self.step_seconds * 1000:.1f} ms on average, on {self.device}"),
            ("images a second", f"{self.batch_size / self.step_seconds:.0f}"),
            ("peak memory", f"{self.peak_bytes / 2**20:,.0f} MiB"),
            ("the whole run", f"{_duration(self.steps * self.step_seconds)} for {self.steps:,} steps"),
        ]
        width = max(len(name) for name, _ in rows)
        return "\n".join(f"{name:<{width}}  {value}" for name, value in rows)


def measure(trainer: Trainer) -> Measurement:
    """Run a few real steps, so many that each phase is due in some, and time them after a warm-up.

    Args:
        trainer: Fresh and without a run folder; it cannot train afterwards.
    """
    total = trainer.config.total_steps
    horizon = range(min(total, _LOOK_AHEAD_STEPS))
    due = {phase.name: [index for index in horizon if phase.due(index)] for phase in trainer.phases}
    chosen = sorted({indices[0] for indices in due.values() if indices})
    clock = _Clock(trainer)
    for index in chosen:
        clock.step(index)
    clock.forget()
    for _ in range(_REPEATS):
        for index in chosen:
            clock.step(index)
    phases = {name: clock.phases[name] / clock.runs[name] for name in due if name in clock.runs}
    around = (clock.total - sum(clock.phases.values())) / (_REPEATS * len(chosen))
    return Measurement(
        parameters={
            name: sum(p.numel() for p in network.parameters()) for name, network in trainer.gan.networks().items()
        },
        phase_seconds=phases,
        step_seconds=around + sum(seconds * len(due[name]) / len(horizon) for name, seconds in phases.items()),
        batch_size=trainer.config.batch_size,
        steps=total,
        peak_bytes=_peak_bytes(trainer.device),
        device=_name(trainer.device),
    )


class _Clock:
    """Times a trainer's steps and the phases in them."""

    def __init__(self, trainer: Trainer) -> None:
        self.trainer = trainer
        self.stream = Stream(trainer.data, batch_size=trainer.config.batch_size, seed=trainer.seed)
        self.run_phase = trainer._run_phase
        trainer._run_phase = self._timed_phase  # type: ignore[method-assign]
        self.forget()

    def forget(self) -> None:
        """Start anew."""
        self.total, self.phases, self.runs = 0.0, dict[str, float](), dict[str, int]()

    def step(self, index: int) -> None:
        """Run step ``index``, the reading of its data included."""
        start = self._now()
        self.trainer.step = index
        for batch in batches(self.stream, index, index + 1, device=self.trainer.device):
            self.trainer.run_step(batch)
        self.total += self._now() - start

    def _timed_phase(self, phase: Phase, steps: list[Step]) -> None:
        start = self._now()
        self.run_phase(phase, steps)
        self.phases[phase.name] = self.phases.get(phase.name, 0.0) + self._now() - start
        self.runs[phase.name] = self.runs.get(phase.name, 0) + 1

    def _now(self) -> float:
        if self.trainer.device.type != "cpu":
            torch.accelerator.synchronize()
        return time.perf_counter()


def _peak_bytes(device: torch.device) -> int:
    if device.type == "cuda":
        return torch.cuda.max_memory_allocated(device)
    if sys.platform == "win32":
        import psutil

        memory: Any = psutil.Process().memory_info()
        return int(memory.peak_wset)
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def _name(device: torch.device) -> str:
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    return f"{device.type} with {torch.get_num_threads()} threads" if device.type == "cpu" else device.type


def _duration(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:.0f} s"
    if seconds < 7200:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h"
