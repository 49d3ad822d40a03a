"""What a run has logged, a line each time: beside the trackers, in a format that needs none of them to be read."""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from ganfw.errors import GanfwError
from ganfw.training.files import write_text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


@dataclass(frozen=True)
class Entry:
    """The means of one window of steps.

    Args:
        step: The last step of the window.
        images: Images shown up to then.
        values: Means by name: terms by phase, and under ``health/`` how the run is doing; those that are finite.
    """

    step: int
    images: int
    values: Mapping[str, float]


class Logbook:
    """Entries in the order of steps; what a resumed run is going to repeat is struck out.

    Args:
        file: Where they are kept, one JSON object a line; ``None`` keeps them in memory alone.
        step: The step that the run goes on from.

    Raises:
        GanfwError: If the file cannot be written.
    """

    def __init__(self, file: Path | None = None, step: int = 0) -> None:
        self._file = file
        self.entries = [entry for entry in read(file) if entry.step <= step] if file is not None else []
        if file is None:
            return
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            write_text(file, "".join(_line(entry) for entry in self.entries))
        except OSError as error:
            raise GanfwError(_cannot_write(file, error)) from error

    def add(self, step: int, images: int, values: Mapping[str, float]) -> None:
        """Add an entry.

        Raises:
            GanfwError: If it cannot be written.
        """
        entry = _entry(step, images, values)
        self.entries.append(entry)
        if self._file is None:
            return
        try:
            with self._file.open("a", encoding="utf-8") as file:
                file.write(_line(entry))
        except OSError as error:
            raise GanfwError(_cannot_write(self._file, error)) from error


def read(file: Path) -> list[Entry]:
    """The entries of a file; none where there is no file, and a line that a kill has torn is left out."""
    if not file.is_file():
        return []
    entries = []
    for line in file.read_text(encoding="utf-8", errors="replace").splitlines():
        try:
            entries.append(_entry(**json.loads(line)))
        except (AttributeError, ValueError, TypeError, RecursionError):
            continue
    return entries


def _entry(step: int, images: int, values: Mapping[str, float]) -> Entry:
    """Without figures that are not finite: JSON has no word for them."""
    return Entry(step, images, {name: value for name, value in values.items() if math.isfinite(value)})


def _cannot_write(file: Path, error: OSError) -> str:
    return (
        f"cannot write the log {file}: {error.strerror or error}. Make room, or remove what is in the way, and run the "
        "same command again: it goes on from the last checkpoint."
    )


def _line(entry: Entry) -> str:
    return json.dumps(asdict(entry)) + "\n"
