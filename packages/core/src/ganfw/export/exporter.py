"""The contract of ``ganfw export``: a format that a trained model can be written in."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from ganfw.model import Model


@dataclass(frozen=True)
class Exported:
    """What an exporter has written.

    Args:
        files: The files.
        difference: The largest difference between samples of the model and of what was written, from the same latents;
            ``None`` where what was written makes no samples by itself.
    """

    files: tuple[Path, ...]
    difference: float | None = None


class Exporter(ABC):
    """Writes a model in one format."""

    @abstractmethod
    def export(self, model: Model, folder: Path) -> Exported:
        """Write the model, open what was written, and compare.

        Args:
            model: In evaluation mode.
            folder: Exists and is empty.

        Raises:
            GanfwError: If a model of this sort cannot be written in this format.
        """
