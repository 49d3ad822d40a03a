"""The settings of trackers: their base, and those that Accelerate brings."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING

from ganfw.config.base import Config

if TYPE_CHECKING:
    from pathlib import Path

    from accelerate.tracking import GeneralTracker


class TrackerConfig(Config):
    """Where losses and samples are logged."""

    @abstractmethod
    def build(self, run: Path) -> GeneralTracker:
        """Open the tracker, on the main process.

        Args:
            run: The run folder.

        Raises:
            GanfwError: If what it needs is not installed.
        """
