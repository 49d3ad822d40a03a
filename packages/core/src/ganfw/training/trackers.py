"""A run's trackers, whose errors are said as any other: some write in a thread, and raise at a later call."""

from __future__ import annotations

import logging
import sys
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from ganfw.errors import GanfwError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from ganfw.training.trainer import Trainer

_log = logging.getLogger("ganfw")


def start(trainer: Trainer) -> None:
    """Open them, on the main process.

    Raises:
        GanfwError: If one cannot write.
    """
    if not isinstance(threading.excepthook, _Unless):
        threading.excepthook = _Unless(threading.excepthook)
    with _guarded(trainer):
        trainer.accelerator.init_trackers("ganfw")


def log(trainer: Trainer, values: Mapping[str, float]) -> None:
    """Give them the values of the step.

    Raises:
        GanfwError: If one cannot write.
    """
    with _guarded(trainer):
        trainer.accelerator.log(dict(values), step=trainer.step)


def log_grid(trainer: Trainer, grid: Any) -> None:
    """Give a grid of samples, uint8 ``(H, W, C)``, to those that take pictures.

    Raises:
        GanfwError: If one cannot write.
    """
    for tracker in trainer.accelerator.trackers:
        if hasattr(tracker, "log_images"):
            layout = {"dataformats": "NHWC"} if tracker.name == "tensorboard" else {}
            with _guarded(trainer):
                tracker.log_images({"samples": grid[None]}, step=trainer.step, **layout)


def finish(trainer: Trainer) -> None:
    """Close them. Accelerate's ``end_training`` would also part the processes: a stage may follow."""
    failing = sys.exc_info()[0] is not None
    for tracker in trainer.accelerator.trackers:
        try:
            tracker.finish()
        except OSError as error:  # not raised: the run is saved, or there is a reason that it would hide
            if not failing:
                _log.warning("the tracker %s lost its last lines: %s", tracker.name, error.strerror or error)
    if isinstance(threading.excepthook, _Unless):
        threading.excepthook = threading.excepthook.before


class _Unless:
    """Prints what a thread dies of, unless it is TensorBoard's: that keeps its error for the next call."""

    def __init__(self, before: Callable[[threading.ExceptHookArgs], Any]) -> None:
        self.before = before

    def __call__(self, failed: threading.ExceptHookArgs) -> None:
        if not (isinstance(failed.exc_value, OSError) and type(failed.thread).__module__.startswith("tensorboard.")):
            self.before(failed)


@contextmanager
def _guarded(trainer: Trainer) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise GanfwError(
            f"the tracker of the run {trainer.run} cannot log: {error.strerror or error}. Make room, or do without it "
            "by trainer.tracker=null, and run the same command again: it goes on from the last checkpoint."
        ) from error
