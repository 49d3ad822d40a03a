"""Plugins before and after they are loaded."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from ganfw.errors import GanfwError

if TYPE_CHECKING:
    from collections.abc import Callable

    from ganfw.plugins.listening import Listener
    from ganfw.plugins.records import Record

State = Literal["ok", "failed", "conflict", "incompatible", "disabled"]


class PluginError(GanfwError):
    """A plugin breaks the rules of the hooks; its author has to mend it."""


@dataclass(frozen=True)
class PluginStatus:
    """What became of one plugin.

    Args:
        name: Its entry-point name.
        distribution: What is installed, as pip names it.
        version: Version of the distribution.
        status: ``conflict`` means that some names are claimed twice; its other parts work.
        detail: The reason, when it is not ok.
        parts: What it brings that is in use, as ``kind:name``; what it listens to, as ``event:name``.
    """

    name: str
    distribution: str
    version: str
    status: State
    detail: str = ""
    parts: tuple[str, ...] = ()

    @property
    def owner(self) -> str:
        """The distribution and its version."""
        return f"{self.distribution} {self.version}".strip()


@dataclass(frozen=True)
class Found:
    """A plugin that was found and is not loaded yet.

    Args:
        name: Its entry-point name.
        distribution: What is installed, as pip names it.
        version: Version of the distribution.
        load: Imports it.
        requires: What the distribution's metadata says that it needs.
    """

    name: str
    distribution: str
    version: str
    load: Callable[[], Any]
    requires: tuple[str, ...] = ()

    def status(self, status: State, detail: str = "", parts: tuple[str, ...] = ()) -> PluginStatus:
        """A status record of this plugin."""
        return PluginStatus(self.name, self.distribution, self.version, status, detail, parts)

    @property
    def owner(self) -> str:
        """The distribution and its version."""
        return f"{self.distribution} {self.version}".strip()


@dataclass
class Brought:
    """What a plugin brings: pairs of a kind and a record, and what it has to say to events."""

    records: list[tuple[str, Record]] = field(default_factory=list)
    listeners: list[Listener] = field(default_factory=list)
