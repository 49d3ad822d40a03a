"""What a run would take: parameters, time and memory of real steps, without a run folder."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import torch
from torch.utils._python_dispatch import TorchDispatchMode  # public: it is PyTorch's page on extending that names it

from ganfw.data.stream import Stream, batches
from ganfw.training.compiling import compile_networks

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

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
        step_operators: PyTorch's operators in a step on average, each of which costs the host a launch.
        batch_size: Images per step.
        steps: Length of the run.
        peak_bytes: Most memory in use at once: of the device, or of this process on a CPU.
        device: Where it was measured.
    """

    parameters: Mapping[str, int]
    phase_seconds: Mapping[str, float]
    step_seconds: float
    step_operators: float
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
            ("launches of a step", f"{self.step_operators:,.0f} operators on average"),
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
    if trainer.config.compile:
        compile_networks(trainer, Stream(trainer.data, batch_size=trainer.config.batch_size, seed=trainer.seed))
    total = trainer.config.total_steps
    horizon = range(min(total, _LOOK_AHEAD_STEPS))
    due = {phase.name: [index for index in horizon if phase.due(index)] for phase in trainer.phases}
    share = {name: len(indices) / len(horizon) for name, indices in due.items() if indices}
    chosen = sorted({indices[0] for indices in due.values() if indices})
    seconds = _Gauge(trainer, partial(_now, trainer.device))
    seconds.run(chosen * trainer.graphs.warm_up_runs)
    seconds.forget()
    seconds.run(chosen * _REPEATS)
    with _Operators() as operators:  # type: ignore[no-untyped-call]
        launched = _Gauge(trainer, lambda: operators.count)
        launched.run(chosen)
    return Measurement(
        parameters={
            name: sum(p.numel() for p in network.parameters()) for name, network in trainer.gan.networks().items()
        },
        phase_seconds=seconds.phases(),
        step_seconds=seconds.step(share),
        step_operators=launched.step(share),
        batch_size=trainer.config.batch_size,
        steps=total,
        peak_bytes=_peak_bytes(trainer.device),
        device=_name(trainer.device),
    )


class _Gauge:
    """Reads a growing number before and after a trainer's steps, and before and after the phases in them.

    Args:
        trainer: Whose steps.
        read: The number: seconds, or operators launched.
    """

    def __init__(self, trainer: Trainer, read: Callable[[], float]) -> None:
        self.trainer, self.read = trainer, read
        self.stream = Stream(trainer.data, batch_size=trainer.config.batch_size, seed=trainer.seed)
        self.forget()

    def forget(self) -> None:
        """Start anew."""
        self.steps, self.total = 0, 0.0
        self.by_phase: dict[str, list[float]] = {}

    def run(self, indices: Sequence[int]) -> None:
        """Run these steps, the reading of their data included."""
        run_phase, self.trainer._run_phase = self.trainer._run_phase, self._run_phase  # type: ignore[method-assign]
        self._original = run_phase
        try:
            for index in indices:
                start = self.read()
                self.trainer.step = index
                for batch in batches(
                    self.stream, index, index + 1, device=self.trainer.device,
                    channels_last=self.trainer.config.channels_last,
                ):  # fmt: skip
                    self.trainer.run_step(batch)
                self.total, self.steps = self.total + self.read() - start, self.steps + 1
        finally:
            self.trainer._run_phase = run_phase  # type: ignore[method-assign]

    def _run_phase(self, phase: Phase, steps: list[Step]) -> None:
        start = self.read()
        self._original(phase, steps)
        self.by_phase.setdefault(phase.name, []).append(self.read() - start)

    def phases(self) -> dict[str, float]:
        """The mean of each phase that ran."""
        return {name: sum(values) / len(values) for name, values in self.by_phase.items()}

    def step(self, share: Mapping[str, float]) -> float:
        """What a step takes on average, if each phase runs in this share of the steps."""
        around = (self.total - sum(map(sum, self.by_phase.values()))) / self.steps
        return around + sum(value * share[name] for name, value in self.phases().items())


class _Operators(TorchDispatchMode):
    """Counts the operators that the host launches; what a recorded graph replays is not among them."""

    count = 0

    def __torch_dispatch__(
        self, func: Any, types: Any, args: Sequence[Any] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        self.count += 1
        return func(*args, **(kwargs or {}))


def _now(device: torch.device) -> float:
    if device.type != "cpu":
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
