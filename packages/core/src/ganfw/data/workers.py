"""Processes that read data ahead, each replaced if it is killed: a step's rows can be read again by anyone.

What they cannot read, this process tries itself: it can prepare anew what is damaged.
"""

from __future__ import annotations

import logging
import signal
import threading
from multiprocessing import active_children
from multiprocessing.connection import wait
from typing import TYPE_CHECKING, cast

import torch
from torch.utils.data import DataLoader

from ganfw.errors import GanfwError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from multiprocessing.process import BaseProcess

    from torch.utils.data import Dataset as MapStyle

    from ganfw.data.dataset import Rows
    from ganfw.data.stream import Stream

LOST_AT_MOST = 3
_PATIENCE_SECONDS = 2.0
_log = logging.getLogger("ganfw")


def read_ahead(stream: Stream, start: int, stop: int, workers: int) -> Iterator[dict[str, torch.Tensor]]:
    """The rows of the steps ``start`` to ``stop``.

    Raises:
        GanfwError: What the data raise in a worker and here again; or if workers keep being killed.
    """
    step, lost = start, 0
    while step < stop:
        # The loader draws a seed for its workers from a generator; none of ours uses it, and the global must not move.
        loader: DataLoader[dict[str, torch.Tensor] | None] = DataLoader(
            cast("MapStyle[dict[str, torch.Tensor] | None]", _Speaking(stream)),
            batch_size=None, sampler=range(step, stop), num_workers=workers, generator=torch.Generator(),
        )  # fmt: skip
        others, before = active_children(), signal.getsignal(signal.SIGCHLD)
        rows = iter(loader)
        team = [child for child in active_children() if child not in others]
        if threading.current_thread() is threading.main_thread():
            # PyTorch's handler would raise wherever a step has got to when a worker dies, and leave it half done.
            signal.signal(signal.SIGCHLD, before)
        try:
            for each in rows:
                yield each if each is not None else _here(stream, step)
                step += 1
                if each is None:
                    break  # new workers see what has been mended
        except (RuntimeError, OSError, EOFError) as error:
            if not (ended := _how_one_ended(team)):
                raise
            lost += 1
            if lost > LOST_AT_MOST:
                raise GanfwError(
                    f"{ended}, as {LOST_AT_MOST} others before it. Usually memory has run out: give fewer of them with "
                    f"trainer.workers={workers // 2}. The same command goes on from the last checkpoint."
                ) from error
            _log.warning(
                "%s. Others read on from step %s, and nothing is lost; if memory runs out, give trainer.workers=%s",
                ended, step, workers // 2,
            )  # fmt: skip


def _here(stream: Stream, step: int) -> dict[str, torch.Tensor]:
    return {name: torch.from_numpy(array) for name, array in stream[step].items()}


class _Speaking:
    """The stream, with None where the data cannot be read: an error would arrive with a traceback of the worker."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream

    def __getitem__(self, step: int) -> Rows | None:
        try:
            return self._stream[step]
        except GanfwError:
            return None


def _how_one_ended(team: Sequence[BaseProcess]) -> str | None:
    ended = wait([worker.sentinel for worker in team], timeout=_PATIENCE_SECONDS)
    for worker in team:
        if worker.sentinel in ended:
            worker.join(_PATIENCE_SECONDS)  # its files are closed a moment before it is gone
        code = worker.exitcode
        if code:
            how = f"was killed by {signal.Signals(-code).name}" if code < 0 else f"ended with exit code {code}"
            return f"one of {len(team)} processes that read data ahead (pid {worker.pid}) {how}"
    return None
