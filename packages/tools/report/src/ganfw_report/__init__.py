"""One self-contained page that shows what runs learned, for ganfw."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ganfw

if TYPE_CHECKING:
    from collections.abc import Iterable


@ganfw.hookimpl
def ganfw_register_command() -> Iterable[ganfw.Command]:
    """The command ``ganfw report``."""
    yield ganfw.Command("report", "ganfw_report.command:report", "Write a page that shows what runs learned.")
