"""What a loss sees: the batch, the step's own randomness, and a place to hand tensors on and to log."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, NamedTuple

import torch
from torch import Tensor

from ganfw.training.averaging import gather, gather_differentiably

if TYPE_CHECKING:
    from ganfw.training.meter import Meter


def key(*parts: object) -> int:
    """A 63-bit seed that is a pure function of its parts, on any machine and in any process."""
    return int.from_bytes(blake2b(repr(parts).encode(), digest_size=8).digest(), "little") >> 1


class Batch(Mapping[str, Tensor]):
    """Tensors by name, all with the same number of rows. ``batch.real`` is ``batch["real"]``; ``len`` is the rows.

    Every data source yields ``real``: samples in the spec's range. A condition comes as ``condition``; further
    columns (captions, a second domain) keep their names.
    """

    def __init__(self, tensors: Mapping[str, Tensor]) -> None:
        self._tensors = dict(tensors)

    def __getitem__(self, name: str) -> Tensor:
        return self._tensors[name]

    def __getattr__(self, name: str) -> Tensor:
        tensors: Mapping[str, Tensor] = self.__dict__.get("_tensors", {})  # not there yet while a copy is made
        try:
            return tensors[name]
        except KeyError:
            raise AttributeError(f"the batch has no {name!r}; it has {', '.join(tensors)}") from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._tensors)

    def __len__(self) -> int:
        return len(next(iter(self._tensors.values())))

    def rows(self, start: int, stop: int) -> Batch:
        """The rows ``start`` to ``stop`` of every tensor."""
        return Batch({name: tensor[start:stop] for name, tensor in self._tensors.items()})

    def map(self, change: Callable[[Tensor], Tensor]) -> Batch:
        """The batch with ``change`` applied to every tensor."""
        return Batch({name: change(tensor) for name, tensor in self._tensors.items()})


class Request(NamedTuple):
    """What a draw asks for: the function of PyTorch, the shape for the whole job, and what comes before the shape."""

    make: Callable[..., Tensor]
    shape: tuple[int, ...]
    arguments: tuple[int, ...] = ()


class Draw:
    """Random numbers that are a pure function of (seed, step, phase, how many draws came before in the phase).

    Numbers are drawn for the whole job and sliced, so that any number of processes and micro-batches sees the values
    that one process would. ``part`` of ``parts`` says which slice is ours.

    Attributes:
        images: Number of images shown before this step, over all processes: what schedules are functions of. A scalar
            on the device where a CUDA graph is recorded.
    """

    images: int | Tensor

    def __init__(
        self, seed: int, index: int, *, images: int = 0, part: int = 0, parts: int = 1, device: Any = "cpu"
    ) -> None:  # fmt: skip
        self.seed, self._index, self.images, self.part, self.parts = seed, index, images, part, parts
        self.device = torch.device(device)
        self._generator = torch.Generator(self.device)
        self._phase, self._draws = "", 0

    @property
    def index(self) -> int:
        """Number of steps done before this one. A phase whose loss reads it is not recorded as a CUDA graph."""
        return self._index

    def enter(self, phase: str) -> None:
        """Start a phase: its draws depend on its name, not on what ran before it."""
        self._phase, self._draws = phase, 0

    def log(self, name: str, value: Tensor) -> None:
        """Add a scalar to the means that are shown and tracked; outside of a training step, nothing is."""

    def noise(self, count: int, *shape: int) -> Tensor:
        """Standard normal ``(count, *shape)``."""
        return self._draw(Request(torch.randn, (count * self.parts, *shape)), count)

    def uniform(self, count: int, *shape: int) -> Tensor:
        """Uniform in [0, 1), ``(count, *shape)``."""
        return self._draw(Request(torch.rand, (count * self.parts, *shape)), count)

    def integers(self, high: int, count: int, *shape: int) -> Tensor:
        """Uniform int64 in [0, high), ``(count, *shape)``."""
        return self._draw(Request(torch.randint, (count * self.parts, *shape), (high,)), count)

    def _draw(self, request: Request, count: int) -> Tensor:
        place, self._draws = self._draws, self._draws + 1
        return self._mine(self._numbers(request, place), count)

    def _numbers(self, request: Request, place: int, out: Tensor | None = None) -> Tensor:
        """The numbers of the phase's draw ``place``, for the whole job."""
        self._generator.manual_seed(key(self.seed, self._index, self._phase, place))
        keywords: dict[str, Any] = {"device": self.device} if out is None else {"out": out}
        numbers: Tensor = request.make(*request.arguments, request.shape, generator=self._generator, **keywords)
        return numbers

    def _mine(self, values: Tensor, count: int) -> Tensor:
        return values[self.part * count : (self.part + 1) * count]


class Step(Draw):
    """One micro-batch of one step; it lives through all the phases of that step.

    Attributes:
        batch: This micro-batch.
        shared: Hands a tensor (the fakes) from one phase to a later one, where it carries no gradient: the graph that
            made it is gone.
    """

    def __init__(
        self, batch: Batch, *, index: int = 0, images: int = 0, seed: int = 0, part: int = 0, parts: int = 1,
        meter: Meter | None = None, gather: Callable[[Tensor], Tensor] | None = None,
    ) -> None:  # fmt: skip
        super().__init__(seed, index, images=images, part=part, parts=parts, device=next(iter(batch.values())).device)
        self.batch = batch
        self.shared: dict[str, Tensor] = {}
        self._meter, self._gather = meter, gather

    def enter(self, phase: str) -> None:
        """Start a phase; what earlier ones handed over is detached from their graphs."""
        super().enter(phase)
        self.shared = {name: tensor.detach() for name, tensor in self.shared.items()}

    def log(self, name: str, value: Tensor) -> None:
        """Add a scalar to the means that are shown and tracked. It stays on the device until a logging boundary."""
        if self._meter is not None:
            self._meter.add(name, value.to(self.device))

    def gather(self, x: Tensor) -> Tensor:
        """The rows of ``x`` from all processes, without gradient: ``(B, ...)`` to ``(processes * B, ...)``."""
        return x.detach() if self._gather is None else self._gather(x.detach())

    def mean(self, x: Tensor) -> Tensor:
        """Mean of ``x`` over all processes, with its gradient: what one process would have, but for micro-batches.

        A term needs it where a mean is no mean of terms, but stands within something that is not linear.

        Shape:
            x: ``(B, ...)``; result: scalar.
        """
        return gather_differentiably(x.mean()).mean()


def micro_batches(
    batch: Batch, count: int, *, index: int, images: int, seed: int, rank: int, world: int, meter: Meter
) -> list[Step]:
    """A process's share of a global batch as ``count`` equal parts."""
    size = len(batch) // count
    return [
        Step(
            batch if count == 1 else batch.rows(i * size, (i + 1) * size),
            index=index, images=images, seed=seed, part=rank * count + i, parts=world * count,
            meter=meter, gather=partial(gather, world=world),
        )
        for i in range(count)
    ]  # fmt: skip
