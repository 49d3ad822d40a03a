"""What the command line says on stderr, and that it says it once."""

from __future__ import annotations

import logging
import os
import time

import typer

_PATIENCE_SECONDS = 3.0
OUT_OF_MEMORY = (
    "the memory does not suffice: {}. Training takes less with a smaller trainer.batch_size, with each batch in parts "
    "(trainer.micro_batches=4), or with narrower networks (generator.width, discriminator.width); `ganfw train ... "
    "--dry-run` says how much. With GANFW_TRACEBACK=1 you see where it was."
)
# In messages of PyTorch's allocators, most of whose errors have no type of their own, and torch need not be imported.
_EXHAUSTED = ("out of memory", "DefaultCPUAllocator", "can't allocate memory")


def rank() -> int:
    """Which process of a launched job this is."""
    return int(os.environ.get("RANK", "0"))


def wait_for_the_main_process() -> None:
    """Let the main process of a launched job speak first: as soon as it has failed, the launcher ends all others.

    Else each process would say the same, or that it has lost its connection to one that failed.
    """
    if rank():
        time.sleep(_PATIENCE_SECONDS)


def complain(message: str) -> None:
    """Say what went wrong."""
    typer.echo(f"ganfw: {message}", err=True)


def is_out_of_memory(error: Exception) -> bool:
    """Whether an allocation failed, on the host or on a device."""
    known = isinstance(error, RuntimeError) and any(mark in str(error) for mark in _EXHAUSTED)
    return known or isinstance(error, MemoryError)


class _Lines(logging.Handler):
    """Plain lines on what is stderr at that moment."""

    def emit(self, record: logging.LogRecord) -> None:
        typer.echo(f"ganfw: {record.getMessage()}", err=True)


def show_warnings() -> None:
    """Show what the library warns of, in the main process only."""
    logger = logging.getLogger("ganfw")
    logger.setLevel(logging.ERROR if rank() else logging.WARNING)
    if not any(isinstance(handler, _Lines) for handler in logger.handlers):
        logger.addHandler(_Lines())
