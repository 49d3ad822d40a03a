"""Whole phases as CUDA graphs: recorded once, replayed in each step, to the same bits as without.

A phase's kernels (forward, backward of any order, average over processes, clipping, optimizer, constraint) are launched
by one call, which is several times as fast where a GPU waits for Python. What changes between steps lies in memory that
stays where it is and is filled before each replay: the batch, the images shown, what an earlier phase handed over, the
step's random numbers, the learning rate.

A phase is run as it is once, rehearsed twice (see `rehearsal`) and then recorded. All three are ordinary runs that
train, and recording computes nothing: so there is nothing to undo. A phase that cannot be recorded runs as it is.
"""

from __future__ import annotations

import logging
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import torch
from torch import Tensor

from ganfw.training.rehearsal import Surroundings, Watch, difference
from ganfw.training.static import StaticStep

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from ganfw.gan import GAN
    from ganfw.training.meter import Meter
    from ganfw.training.step import Step

log = logging.getLogger("ganfw")
RUNS_BEFORE_REPLAY = 3
"""One as it is, in which optimizers and caches make their tensors, and two rehearsals."""


class Outputs(NamedTuple):
    """What a recorded phase leaves in its own memory, for the next replay to write over."""

    logged: Tensor
    handed: list[dict[str, Tensor]]


class Capture(Protocol):
    """Records what a function launches."""

    def aside(self) -> AbstractContextManager[Any]:
        """Where the runs before the recording take place."""

    def __call__(self, body: Callable[[], Outputs]) -> Callable[[], Outputs]:
        """Record ``body`` without computing anything, and give what replays it; the outputs are always the same ones.

        Raises:
            Exception: If it cannot be recorded; nothing has changed then.
        """


@dataclass
class _Recording:
    """One phase on its way."""

    runs: int = 0
    steps: list[StaticStep] = field(default_factory=list)
    last: Watch | None = None
    names: list[tuple[str, bool]] = field(default_factory=list)
    replay: Callable[[], Outputs] | None = None


class Graphs:
    """Runs phases, and replays those that it has recorded.

    Args:
        gan: Whose phases they are.
        meter: Gets what the phases log.
        capture: Records; without it every phase runs as it is.
    """

    def __init__(self, gan: GAN, meter: Meter, capture: Capture | None = None) -> None:
        self._gan, self._meter, self._capture = gan, meter, capture
        self._recordings: dict[tuple[str, bool], _Recording] = {}
        self._as_they_are: set[str] = set()
        self._watch: Watch | None = None
        self.warm_up_runs = 1 if capture is None else RUNS_BEFORE_REPLAY + 1

    def run(
        self, phase: str, steps: Sequence[Step], update: Callable[[Sequence[Step]], None], *,
        variant: bool = False, obstacle: str | None = None,
    ) -> None:  # fmt: skip
        """Run a phase.

        Args:
            phase: Its name.
            steps: The micro-batches.
            update: What the phase does, given the micro-batches. It must depend on nothing else that changes.
            variant: A phase that is watched does more in some steps: these are recorded apart.
            obstacle: Why the phase cannot be recorded, if that is known.
        """
        if self._capture is None or phase in self._as_they_are:
            update(steps)
            return
        recording = self._recordings.setdefault((phase, variant), _Recording())
        if obstacle is not None:
            self._leave_as_it_is(phase, obstacle)
            update(steps)
        elif recording.runs < RUNS_BEFORE_REPLAY:
            with self._capture.aside():
                self._rehearse(phase, recording, steps, update) if recording.runs else update(steps)
            recording.runs += 1
        elif not all(static.fits(step) for static, step in zip(recording.steps, steps, strict=True)):
            update(steps)
        elif recording.replay is not None or self._record(phase, recording, steps, update):
            self._replay(recording, steps)
        else:
            update(steps)

    def watching(self) -> AbstractContextManager[Any]:
        """Around what a phase does of its own accord: in a rehearsal it is watched."""
        return nullcontext() if self._watch is None else self._watch

    def forget(self) -> None:
        """Give the memory of all recordings back; phases are rehearsed again when they run again."""
        self._recordings.clear()

    def _rehearse(
        self, phase: str, recording: _Recording, steps: Sequence[Step], update: Callable[[Sequence[Step]], None]
    ) -> None:
        if not (recording.steps and all(s.fits(step) for s, step in zip(recording.steps, steps, strict=True))):
            recording.steps, recording.last = [StaticStep(step) for step in steps], None
        device = steps[0].device
        before, watch = Surroundings(self._gan, device), Watch(device)
        self._watch = watch
        try:
            with self._meter.apart() as logged, watch.listening():
                for static, step in zip(recording.steps, steps, strict=True):
                    static.take(step)
                update(recording.steps)
        except Exception as error:
            before.put_back()
            watch.note(f"a rehearsal failed with {type(error).__name__}: {error}")
            self._watch = None
            update(steps)
        else:
            self._meter.extend(logged)
            for static, step in zip(recording.steps, steps, strict=True):
                step.shared.update(static.handed_on())
            for reason in before.changes():
                watch.note(reason)
            for static in recording.steps:
                watch.trace.extend(("draw", *request) for request in static.plan)
            if recording.last is not None and (parting := difference(recording.last, watch)) is not None:
                watch.note(parting)
        finally:
            self._watch = None
        recording.last = watch
        if watch.reasons:
            self._leave_as_it_is(phase, watch.reasons[0])

    def _record(
        self, phase: str, recording: _Recording, steps: Sequence[Step], update: Callable[[Sequence[Step]], None]
    ) -> bool:
        assert self._capture is not None  # else nothing gets here

        def body() -> Outputs:
            with self._meter.apart() as logged:
                update(recording.steps)
            recording.names = [(name, term) for name, _, term in logged]
            values = [value for _, value, _ in logged]
            return Outputs(torch.stack(values) if values else torch.empty(0), [s.handed_on() for s in recording.steps])

        for static, step in zip(recording.steps, steps, strict=True):
            static.settle()
            static.take(step)
        before = Surroundings(self._gan, steps[0].device)
        try:
            recording.replay = self._capture(body)
        except Exception as error:
            before.put_back()
            self.forget()  # what was recorded before may hang together with what has failed
            self._leave_as_it_is(phase, f"recording it failed with {type(error).__name__}: {error}")
            return False
        return True

    def _replay(self, recording: _Recording, steps: Sequence[Step]) -> None:
        assert recording.replay is not None  # else it would have been recorded
        for static, step in zip(recording.steps, steps, strict=True):
            static.take(step)
        outputs = recording.replay()
        for (name, term), value in zip(recording.names, outputs.logged.clone().unbind(), strict=True):
            self._meter.add(name, value, term=term)
        for step, handed in zip(steps, outputs.handed, strict=True):
            step.shared.update({name: tensor.clone() for name, tensor in handed.items()})

    def _leave_as_it_is(self, phase: str, reason: str) -> None:
        self._as_they_are.add(phase)
        for variant in (False, True):
            self._recordings.pop((phase, variant), None)
        log.warning(
            "phase %r is not recorded as a CUDA graph: %s. It runs as it is, which is slower and no less right. "
            "trainer.cuda_graphs=false records none and says nothing",
            phase, " ".join(reason.split()),
        )  # fmt: skip


class CUDACapture:
    """Records CUDA graphs, all of them in one pool of memory: what they leave is copied before the next is replayed.

    Args:
        device: Where they run.
    """

    def __init__(self, device: torch.device) -> None:
        self._device = device
        self._pool = torch.cuda.graph_pool_handle()
        self._stream = torch.cuda.Stream(device)

    @contextmanager
    def aside(self) -> Iterator[None]:
        """On the stream of the recording, so that what autograd and the libraries set up belongs to it."""
        usual = torch.cuda.current_stream(self._device)
        self._stream.wait_stream(usual)
        with torch.cuda.stream(self._stream):
            yield
        usual.wait_stream(self._stream)

    def __call__(self, body: Callable[[], Outputs]) -> Callable[[], Outputs]:
        """See `Capture`."""
        graph, usual = torch.cuda.CUDAGraph(), torch.cuda.current_stream(self._device)
        own = torch.cuda.default_generators[usual.device_index]
        healthy = own.clone_state()
        try:
            # Other threads (pinned memory, NCCL's watchdog) may call CUDA meanwhile.
            with torch.cuda.graph(graph, self._pool, self._stream, capture_error_mode="thread_local"):
                outputs = body()
        except Exception:
            # PyTorch leaves these three as they are in the midst of a recording.
            torch.cuda.set_stream(usual)
            own.graphsafe_set_state(healthy)
            self._pool = torch.cuda.graph_pool_handle()
            raise

        def replay() -> Outputs:
            graph.replay()
            return outputs

        return replay


def capture_on(device: torch.device) -> Capture | None:
    """What records on ``device``; nothing does but CUDA."""
    return CUDACapture(device) if device.type == "cuda" else None
