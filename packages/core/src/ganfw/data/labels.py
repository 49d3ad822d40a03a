"""From stored labels to classes: whole numbers in ``[0, count)``."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ganfw.data.dataset import Integers


class Labels:
    """Collects one label per picture. Text becomes classes in alphabetical order; numbers stay as they are.

    Args:
        names: The classes in order, where they are known beforehand.
    """

    def __init__(self, names: Sequence[str] = ()) -> None:
        self._names = tuple(names)
        self._codes: dict[str | int, int] = {}
        self._seen = array("q")

    def add(self, label: str | int | None) -> bool:
        """Take one label; False if it is missing, negative, or of no class."""
        if isinstance(label, str):
            usable = not self._names or label in self._names
        else:
            usable = isinstance(label, int) and label >= 0 and (not self._names or label < len(self._names))
        if label is None or not usable:
            return False
        self._seen.append(self._codes.setdefault(label, len(self._codes)))
        return True

    def name_of(self, label: str | int | None) -> str:
        """What a label is called in a listing."""
        return self._names[label] if self._names and isinstance(label, int) else str(label)

    def encoded(self) -> tuple[Integers, list[str], int]:
        """The classes int64 ``(rows,)``, their names, and how many there are."""
        names = list(self._names or sorted(label for label in self._codes if isinstance(label, str)))
        place = {name: number for number, name in enumerate(names)}
        classes = np.array([place[label] if isinstance(label, str) else label for label in self._codes], np.int64)
        return classes[np.frombuffer(self._seen, np.int64)], names, len(names) or int(classes.max()) + 1
