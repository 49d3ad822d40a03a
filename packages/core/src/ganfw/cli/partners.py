"""What a process says when another one of its job has gone."""

from __future__ import annotations

import os
import signal
import sys
import time
from contextlib import suppress
from typing import NoReturn

from ganfw.cli.messages import complain, rank

LAUNCHED = "GANFW_LAUNCHED"
"""Set where the launcher is ours: it says itself who has gone."""
GOES_ON = "The same command goes on from the last checkpoint."
_PATIENCE_SECONDS = 6.0
# In messages of gloo and NCCL, whose errors have no type of their own.
_MARKS = ("gloo/transport", "Connection closed by peer", "Connection reset by peer", "NCCL", "TCPStore")


def has_lost_another(error: Exception) -> bool:
    """Whether a call to the other processes failed, as it does when one of them has gone."""
    several = int(os.environ.get("WORLD_SIZE", "1")) > 1
    return several and isinstance(error, RuntimeError) and any(mark in str(error) for mark in _MARKS)


def leave_a_broken_job() -> NoReturn:
    """End with exit code 1, after the process that has failed could say why."""
    with suppress(InterruptedError):
        signal.signal(signal.SIGTERM, _interrupt)  # a launcher ends those that are left
        time.sleep(_PATIENCE_SECONDS)
    if rank() < 2 and LAUNCHED not in os.environ:  # the first, and another in case it was the first that has gone
        complain(f"another process of this job has ended, so this one ends too. {GOES_ON}")
    sys.stderr.flush()
    os._exit(1)  # the usual way out would wait for the others, or abort


def _interrupt(*_: object) -> NoReturn:
    raise InterruptedError


def who_has_gone(number: int, processes: int, code: int) -> str:
    """What a launcher says of the first process that was ended by a signal: ``code`` is its negative number."""
    name = signal.Signals(-code).name
    why = ", as it is where memory runs out," if name == "SIGKILL" else ""
    return f"process {number} of {processes} was ended by {name}{why} and the others with it. {GOES_ON}"
