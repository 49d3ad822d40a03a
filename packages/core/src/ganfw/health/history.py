"""What rules look at: how one measure went, and since when something holds."""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from ganfw.training.logbook import Entry


class History:
    """The entries of a run up to now, and the settings that it was made from.

    Args:
        entries: In the order of steps.
        settings: The run's recipe as plain data; empty where it was made in Python.
    """

    def __init__(self, entries: Sequence[Entry], settings: Mapping[str, object]) -> None:
        self.entries, self.settings = entries, settings

    def values(self, name: str) -> list[float]:
        """All values of a measure that there are, oldest first."""
        return [entry.values[name] for entry in self.entries if name in entry.values]

    def names(self, prefix: str) -> list[str]:
        """The measures whose name starts so, in order."""
        return sorted({name for entry in self.entries for name in entry.values if name.startswith(prefix)})

    def typical(self, name: str, count: int) -> float | None:
        """Median of the last ``count`` values; ``None`` while there are fewer."""
        found = self.values(name)[-count:]
        return median(found) if len(found) == count else None

    def streak(self, name: str, holds: Callable[[float], bool]) -> list[Entry]:
        """The newest entries with the measure, as far back as ``holds`` is true of all of them."""
        found: list[Entry] = []
        for entry in reversed([entry for entry in self.entries if name in entry.values]):
            if not holds(entry.values[name]):
                break
            found.append(entry)
        return found[::-1]
