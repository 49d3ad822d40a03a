"""What a person sees during training: a progress bar, and a line of losses at each logging boundary."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

if TYPE_CHECKING:
    from collections.abc import Mapping


class Display:
    """A bar on a terminal, plain lines elsewhere; silent on all processes but the first.

    Args:
        total: Steps of the whole run.
        done: Steps done before this start.
        silent: Show nothing.
    """

    def __init__(self, total: int, done: int, *, silent: bool = False) -> None:
        self._console = Console(stderr=True, quiet=silent)
        self._progress = Progress(
            TextColumn("training"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TimeRemainingColumn(),
            console=self._console, disable=silent or not self._console.is_terminal, refresh_per_second=2,
        )  # fmt: skip
        self._task = self._progress.add_task("training", total=total, completed=done)
        self._total = total

    def __enter__(self) -> Display:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def say(self, message: str) -> None:
        """One line above the bar."""
        self._console.print(message, highlight=False, markup=False, soft_wrap=True)

    def advance(self, step: int) -> None:
        """Move the bar."""
        if not self._progress.disable:
            self._progress.update(self._task, completed=step)

    def losses(self, step: int, images: int, rate: float, values: Mapping[str, float]) -> None:
        """The line of losses; what is logged under ``health/`` goes to the trackers alone."""
        shown = "  ".join(f"{name} {value:.4g}" for name, value in values.items() if not name.startswith("health/"))
        self.say(f"step {step}/{self._total}  {images / 1000:.1f} kimg  {rate:.0f} img/s  {shown}")
