"""A page in the browser to play with a trained generator, for ganfw."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ganfw

if TYPE_CHECKING:
    from collections.abc import Iterable


@ganfw.hookimpl
def ganfw_register_command() -> Iterable[ganfw.Command]:
    """The command ``ganfw demo``."""
    yield ganfw.Command("demo", "ganfw_demo.command:demo", "Play with a trained generator in the browser.")
