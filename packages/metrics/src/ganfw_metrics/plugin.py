"""What ganfw-metrics brings. Nothing is imported until a part is used."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ganfw.plugins.hookspecs import hookimpl
from ganfw.plugins.records import Part

if TYPE_CHECKING:
    from collections.abc import Iterator

_HOME = "ganfw_metrics.configs"


@hookimpl
def ganfw_register_metric() -> Iterator[Part]:
    """Metrics."""
    yield from ()
