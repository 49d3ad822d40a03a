"""Every part and recipe that is installed, by kind and name."""

from __future__ import annotations

from collections import defaultdict
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING

import ganfw
from ganfw.config.problems import closest
from ganfw.errors import GanfwError
from ganfw.plugins.checking import import_config
from ganfw.plugins.finding import find_extra, find_installed
from ganfw.plugins.hookspecs import PART_KINDS
from ganfw.plugins.loading import DISABLE_VARIABLE, load_all
from ganfw.plugins.records import Command, Part, RecipeFile, Record
from ganfw.plugins.status import Brought, Found, PluginStatus

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from pathlib import Path
    from types import ModuleType

    from ganfw.config.base import Config
    from ganfw.plugins.listening import Listener

Claim = tuple[str, str]
"""A kind and a name."""


class Registry:
    """The parts and recipes of a set of plugins. It never changes.

    Args:
        plugins: Plugins with what they bring, or with the status that says why they bring nothing.
    """

    def __init__(self, plugins: Sequence[tuple[Found, Brought | PluginStatus]]) -> None:
        claims: defaultdict[Claim, list[tuple[Found, Record]]] = defaultdict(list)
        self._listeners: defaultdict[str, list[Listener]] = defaultdict(list)
        for plugin, brought in plugins:
            if isinstance(brought, PluginStatus):
                continue
            for kind, record in brought.records:
                claims[kind, record.name].append((plugin, record))
            for listener in brought.listeners:
                self._listeners[listener.event].append(listener)
        self._conflicts = {claim: _conflict(*claim, made) for claim, made in sorted(claims.items()) if len(made) > 1}
        self._owners = {claim: made[0][0] for claim, made in claims.items() if len(made) == 1}
        self._parts: dict[str, dict[str, Part]] = {kind: {} for kind in PART_KINDS}
        self._recipes: dict[str, RecipeFile] = {}
        self._commands: dict[str, Command] = {}
        for (kind, name), made in sorted(claims.items()):
            record = made[0][1]
            if len(made) == 1 and isinstance(record, Part):
                self._parts[kind][name] = record
            elif len(made) == 1 and isinstance(record, RecipeFile):
                self._recipes[name] = record
            elif len(made) == 1 and isinstance(record, Command):
                self._commands[name] = record
        self.statuses = tuple(self._status(plugin, brought) for plugin, brought in plugins)

    def _status(self, plugin: Found, brought: Brought | PluginStatus) -> PluginStatus:
        if isinstance(brought, PluginStatus):
            return brought
        claims = [(kind, record.name) for kind, record in brought.records]
        used = [f"{kind}:{name}" for kind, name in claims if (kind, name) in self._owners]
        heard = [f"event:{listener.event}" for listener in brought.listeners]
        twice = [self._conflicts[claim] for claim in claims if claim in self._conflicts]
        return plugin.status("conflict" if twice else "ok", "; ".join(twice), (*used, *heard))

    def parts(self, kind: str) -> Mapping[str, Part]:
        """The parts of one kind by name, sorted."""
        return MappingProxyType(self._parts[kind])

    def part(self, kind: str, name: str) -> Part:
        """One part.

        Raises:
            GanfwError: If there is none of that name; it says which name is near, and why a plugin does not count.
        """
        try:
            return self._parts[kind][name]
        except KeyError:
            raise GanfwError(self._absence(kind, name, self._parts[kind], "`ganfw plugins` lists all")) from None

    def recipes(self) -> Mapping[str, RecipeFile]:
        """The recipes by name, sorted."""
        return MappingProxyType(self._recipes)

    def commands(self) -> Mapping[str, Command]:
        """The commands by name, sorted."""
        return MappingProxyType(self._commands)

    def listeners(self, event: str) -> tuple[Listener, ...]:
        """What plugins have to say to an event (``after_step``), in the order in which they are told."""
        return tuple(self._listeners[event]) if event in self._listeners else ()

    def recipe(self, name: str) -> RecipeFile:
        """One recipe.

        Raises:
            GanfwError: If there is none of that name.
        """
        try:
            return self._recipes[name]
        except KeyError:
            where = "`ganfw recipes` lists all" if self._recipes else "`pip install ganfw-classic` brings some recipes"
            raise GanfwError(self._absence("recipe", name, self._recipes, where)) from None

    def config(self, kind: str, name: str) -> type[Config]:
        """The settings of one part.

        Raises:
            GanfwError: If there is no such part, or its settings cannot be imported.
        """
        return import_config(kind, self.part(kind, name))

    def name_of(self, kind: str | None, config: Config) -> str:
        """The name of the part whose settings these are.

        Args:
            kind: The kind of part; ``None`` looks among all kinds.
            config: The settings.

        Raises:
            GanfwError: If no part of that kind has this config class.
        """
        for parts in self._parts.values() if kind is None else (self._parts[kind],):
            for name, part in parts.items():
                if part.config in (type(config), f"{type(config).__module__}:{type(config).__qualname__}"):
                    return name
        raise GanfwError(
            f"{type(config).__name__} is not the config of any installed {kind or 'part'}; "
            f"register it in a plugin with ganfw_register_{kind or '...'}"
        )

    def owner(self, kind: str, name: str) -> PluginStatus:
        """The status of the plugin that brings a part or recipe.

        Raises:
            KeyError: If there is no such part or recipe.
        """
        plugin = self._owners[kind, name]
        return next(
            status
            for status in self.statuses
            if (status.name, status.distribution) == (plugin.name, plugin.distribution)
        )

    def _absence(self, kind: str, name: str, known: Collection[str], where: str) -> str:
        if (kind, name) in self._conflicts:
            return self._conflicts[kind, name]
        nearest = closest(name, known)
        message = f"no {kind} named {name!r}; " + (f"did you mean {nearest}? {where}" if nearest else where)
        broken = [
            f"it may be in the plugin {status.name!r} of {status.owner}, which could not be loaded: {status.detail}"
            for status in self.statuses
            if status.status in {"failed", "incompatible"} or (status.status == "conflict" and not status.parts)
        ]
        if off := [status for status in self.statuses if status.status == "disabled"]:
            broken.append(f"these plugins are {off[0].detail}: {', '.join(status.name for status in off)}")
        return "; ".join([message, *broken])


def _conflict(kind: str, name: str, made: Sequence[tuple[Found, Record]]) -> str:
    owners = " and ".join(f"{plugin.owner} (plugin {plugin.name!r})" for plugin, _ in made)
    return (
        f"the {kind} {name!r} is claimed by {owners}, so none of them is used; uninstall one, or set "
        f"{DISABLE_VARIABLE} to the name of its plugin"
    )


def load_registry(
    extra_modules: Sequence[ModuleType | str | Path] = (), *, disable: str | Collection[str] | None = None,
    disabled_by: str = DISABLE_VARIABLE,
) -> Registry:  # fmt: skip
    """Load the built-in parts, all installed plugins, and further ones.

    Args:
        extra_modules: Plugins that are not installed: modules, or paths of Python files.
        disable: Names of plugins or distributions to leave out, ``"*"`` for all that are installed; by default
            what the environment variable ``GANFW_DISABLE_PLUGINS`` says.
        disabled_by: What leaves them out, as the status of a plugin says it.

    Raises:
        GanfwError: If a given file does not exist.
    """
    extra = [find_extra(module) for module in extra_modules]
    core = load_all([Found("core", "ganfw-core", ganfw.__version__, _builtin)], ())
    return Registry([*core, *load_all(find_installed(), disable, disabled_by=disabled_by), *load_all(extra, ())])


def _builtin() -> ModuleType:
    from ganfw.plugins import builtin

    return builtin


_installed = cache(load_registry)
_active: ContextVar[Registry | None] = ContextVar("ganfw_registry", default=None)


def registry() -> Registry:
    """The registry in use: the innermost one of `using`, else that of everything installed, which is loaded once."""
    return _active.get() or _installed()


@contextmanager
def using(chosen: Registry | None) -> Iterator[Registry]:
    """Make ``chosen`` the registry in use within the block; ``None`` keeps the one that is."""
    token = _active.set(chosen or _active.get())
    try:
        yield registry()
    finally:
        _active.reset(token)
