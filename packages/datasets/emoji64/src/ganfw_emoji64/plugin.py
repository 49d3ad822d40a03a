"""What ganfw-emoji64 brings. Nothing is imported until it is used."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ganfw.plugins.hookspecs import hookimpl
from ganfw.plugins.records import Part

if TYPE_CHECKING:
    from collections.abc import Iterable


@hookimpl
def ganfw_register_data() -> Iterable[Part]:
    """The one data source of this package."""
    yield Part(
        "emoji64", "ganfw_emoji64.configs:Emoji64Config", "1,532 emoji, 64 pixels, 8 classes; ships with the package"
    )
