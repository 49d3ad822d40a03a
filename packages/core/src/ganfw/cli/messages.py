"""What the command line says on stderr, and that it says it once."""

from __future__ import annotations

import logging
import os
import time

import typer

_PATIENCE_SECONDS = 3.0


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
