"""The order in which a run reads its data: a pure function of (seed, step).

Position ``p`` of one endless stream over the whole job is place ``p % N`` of epoch ``p // N``, and each epoch is a
permutation of its own. Step ``t`` of rank ``r`` reads ``batch_size / world`` positions from
``t * batch_size + r * batch_size / world`` on. So neither the number of processes nor that of workers changes what a
step sees, and resuming needs the step alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np
import torch

from ganfw.data.permutation import mix, permute
from ganfw.data.workers import read_ahead
from ganfw.errors import GanfwError
from ganfw.training.step import Batch, key

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ganfw.data.dataset import Dataset, Integers, Rows

_BLOCK_ROWS = 4096
KeepOnDevice = Literal["auto"] | bool


class Stream:
    """One rank's rows of each step: ``stream[step]`` reads them as the data set stores them.

    Args:
        dataset: What to read; smaller than a batch is fine.
        batch_size: Rows of a step over all processes.
        seed: Names the order and the rows' keys.
        rank: This process.
        world: Number of processes.

    Raises:
        GanfwError: If the batch does not divide into ``world`` equal parts.
    """

    def __init__(self, dataset: Dataset, *, batch_size: int, seed: int, rank: int = 0, world: int = 1) -> None:
        if batch_size < 1 or batch_size % world:
            raise GanfwError(
                f"a batch of {batch_size} rows does not divide into {world} equal parts, one per process. "
                f"Give trainer.batch_size={max(1, round(batch_size / world)) * world}, or another number of processes."
            )
        self.dataset, self.batch_size, self.rank = dataset, batch_size, rank
        self.local = batch_size // world
        self._order_key = np.uint64(key(seed, "order"))
        self._rows_key = np.uint64(key(seed, "rows"))
        # Indices are worked out for some thousand rows at once: numpy's cost per call would dwarf a small batch.
        self._steps = max(1, _BLOCK_ROWS // self.local)
        self._block: tuple[int, Integers, Integers] | None = None

    def __getitem__(self, step: int) -> Rows:
        return self.dataset.rows(*self.order(step))

    def order(self, step: int) -> tuple[Integers, Integers]:
        """Which rows this rank reads in a step, and their keys: two int64 arrays ``(batch_size / world,)``."""
        number, place = divmod(step, self._steps)
        if self._block is None or self._block[0] != number:
            self._block = (number, *self._compute(number))
        rows = slice(place * self.local, (place + 1) * self.local)
        return self._block[1][rows], self._block[2][rows]

    def _compute(self, number: int) -> tuple[Integers, Integers]:
        steps = np.arange(number * self._steps, (number + 1) * self._steps, dtype=np.uint64)[:, None]
        mine = np.arange(self.rank * self.local, (self.rank + 1) * self.local, dtype=np.uint64)
        positions = (steps * np.uint64(self.batch_size) + mine).reshape(-1)
        epochs, places = np.divmod(positions, np.uint64(len(self.dataset)))
        indices = permute(places, mix(self._order_key ^ mix(epochs)), len(self.dataset))
        keys = mix(self._rows_key ^ mix(positions)) >> np.uint64(1)
        return indices.view(np.int64), keys.view(np.int64)


def batches(
    stream: Stream, start: int, stop: int, *, workers: int = 0, device: torch.device | str = "cpu",
    keep: KeepOnDevice = False, channels_last: bool = False,
) -> Iterator[Batch]:  # fmt: skip
    """This rank's batches of the steps ``start`` to ``stop``, decoded on the device.

    Args:
        stream: What to read.
        start: First step.
        stop: The step after the last.
        workers: Processes that read ahead; 0 reads in this one. The batches are the same.
        device: Where the batches go. Copies to a GPU are pinned, asynchronous, and one batch ahead.
        keep: Keep all rows on the device, where the data allow it; ``auto`` does so on a GPU if they fill at most a
            quarter of its free memory. The batches are the same.
        channels_last: Hand out pictures in that memory format, whatever their values.
    """
    device = torch.device(device)
    if start < stop and _keeps(stream.dataset, device, keep):
        moved = _kept(stream, start, stop, device)
    else:
        moved = (_move(tensors, device) for tensors in _read(stream, start, stop, workers))
    for batch in _ahead(moved) if device.type == "cuda" else moved:
        decoded = stream.dataset.decode(batch)
        yield decoded.map(_channels_last) if channels_last else decoded


def _keeps(dataset: Dataset, device: torch.device, keep: KeepOnDevice) -> bool:
    size = dataset.stored_bytes
    if keep != "auto" or size is None:
        return bool(keep) and size is not None
    return device.type == "cuda" and 4 * size <= torch.cuda.mem_get_info(device)[0]


def _kept(stream: Stream, start: int, stop: int, device: torch.device) -> Iterator[Batch]:
    rows = stream.dataset.keep_on(device)
    for step in range(start, stop):
        indices, keys = (torch.from_numpy(numbers) for numbers in stream.order(step))
        order = _move({"indices": indices, "keys": keys}, device)
        yield Batch(rows(order["indices"], order["keys"]))


def _channels_last(x: torch.Tensor) -> torch.Tensor:
    return x.contiguous(memory_format=torch.channels_last) if x.ndim == 4 else x


def _read(stream: Stream, start: int, stop: int, workers: int) -> Iterable[dict[str, torch.Tensor]]:
    steps = range(start, stop)
    if workers == 0:
        return ({name: torch.from_numpy(array) for name, array in stream[step].items()} for step in steps)
    return read_ahead(stream, start, stop, workers)


def _move(tensors: dict[str, torch.Tensor], device: torch.device) -> Batch:
    if device.type == "cpu":
        return Batch(tensors)
    if device.type == "cuda":
        return Batch({name: x.pin_memory().to(device, non_blocking=True) for name, x in tensors.items()})
    return Batch({name: x.to(device) for name, x in tensors.items()})


def _ahead(batches: Iterator[Batch]) -> Iterator[Batch]:
    ready = next(batches, None)
    while ready is not None:
        following = next(batches, None)
        yield ready
        ready = following
