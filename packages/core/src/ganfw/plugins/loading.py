"""Find and load plugins, each by itself: a broken one never stops the others, nor ganfw.

Stock pluggy drops one of two distributions that share an entry-point name, accepts misspelt hooks, and stops at the
first plugin that fails. So each plugin is found, imported, checked and asked for its records inside a ``try`` of its
own, and what became of it is kept in a `PluginStatus`.
"""

from __future__ import annotations

import importlib.util
import inspect
import os
import re
import sys
import traceback
from collections import Counter
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import entry_points
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, Literal

import pluggy

from ganfw.config.problems import closest
from ganfw.errors import GanfwError
from ganfw.plugins.hookspecs import KINDS, Hookspecs
from ganfw.plugins.records import Command, Part, RecipeFile, Record

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from ganfw.config.base import Config

DISABLE_VARIABLE = "GANFW_DISABLE_PLUGINS"
_NAME = re.compile(r"[a-z0-9]+([-.][a-z0-9]+)*")
_HOOKS = tuple(f"ganfw_register_{kind}" for kind in KINDS)


@dataclass(frozen=True)
class PluginStatus:
    """What became of one plugin.

    Args:
        name: Its entry-point name.
        distribution: What is installed, as pip names it.
        version: Version of the distribution.
        status: ``conflict`` means that some names are claimed twice; its other parts work.
        detail: The reason, when it is not ok.
        parts: The parts in use, as ``kind:name``.
    """

    name: str
    distribution: str
    version: str
    status: Literal["ok", "failed", "conflict", "disabled"]
    detail: str = ""
    parts: tuple[str, ...] = ()

    @property
    def owner(self) -> str:
        """The distribution and its version."""
        return f"{self.distribution} {self.version}".strip()


@dataclass(frozen=True)
class Found:
    """A plugin that was found and is not loaded yet."""

    name: str
    distribution: str
    version: str
    load: Callable[[], Any]

    def status(
        self, status: Literal["ok", "failed", "conflict", "disabled"], detail: str = "", parts: tuple[str, ...] = ()
    ) -> PluginStatus:
        """A status record of this plugin."""
        return PluginStatus(self.name, self.distribution, self.version, status, detail, parts)

    @property
    def owner(self) -> str:
        """The distribution and its version."""
        return f"{self.distribution} {self.version}".strip()


Records = list[tuple[str, Record]]
"""What a plugin brings: pairs of a kind and a record."""


class PluginError(GanfwError):
    """A plugin breaks the rules of the hooks; its author has to mend it."""


def find_installed() -> list[Found]:
    """The plugins of all installed distributions, sorted by name."""
    points = sorted(entry_points(group="ganfw"), key=lambda point: (point.name, _distribution(point)))
    return [Found(point.name, *_distribution(point), point.load) for point in points]


def _distribution(point: Any) -> tuple[str, str]:
    return (point.dist.name, point.dist.version) if point.dist is not None else ("", "")


def find_extra(module: ModuleType | str | Path) -> Found:
    """A plugin that is not installed: a module, or a Python file.

    Raises:
        GanfwError: If there is no such file.
    """
    if isinstance(module, ModuleType):
        return Found(module.__name__, module.__name__, str(getattr(module, "__version__", "")), lambda: module)
    path = Path(module)
    if not path.is_file():
        raise GanfwError(f"there is no plugin file {path}; give the path of a Python file")
    return Found(path.stem, str(path), "", lambda: _import_file(path))


def _import_file(path: Path) -> ModuleType:
    name = f"ganfw_plugin_file_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise PluginError(f"{path} is not a Python file")
    module = importlib.util.module_from_spec(spec)
    # Pydantic looks a class's module up by name to resolve its annotations.
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module


def disabled_names(disable: str | Collection[str] | None) -> set[str]:
    """Names of plugins or distributions that are switched off; ``*`` is all of them.

    Args:
        disable: The names, or ``None`` to read the environment variable ``GANFW_DISABLE_PLUGINS``.
    """
    if disable is None:
        disable = os.environ.get(DISABLE_VARIABLE, "")
    names = disable.split(",") if isinstance(disable, str) else disable
    return {name.strip() for name in names if name.strip()}


def load_all(
    plugins: Sequence[Found], disable: str | Collection[str] | None = None
) -> list[tuple[Found, Records | PluginStatus]]:
    """Load each plugin by itself: its records, or the status that says why it has none."""
    off = disabled_names(disable)
    owners = Counter(plugin.name for plugin in plugins)
    manager = pluggy.PluginManager("ganfw")
    manager.add_hookspecs(Hookspecs)
    results: list[tuple[Found, Records | PluginStatus]] = []
    for plugin in plugins:
        if off & {"*", plugin.name, plugin.distribution}:
            results.append((plugin, plugin.status("disabled", f"switched off by {DISABLE_VARIABLE}")))
        elif owners[plugin.name] > 1:
            both = " and ".join(other.owner for other in plugins if other.name == plugin.name)
            detail = (
                f"the entry-point name {plugin.name!r} belongs to {both}; none of them is used: uninstall all but one"
            )
            results.append((plugin, plugin.status("conflict", detail)))
        else:
            results.append((plugin, _load(manager, plugin)))
    return results


def _load(manager: pluggy.PluginManager, plugin: Found) -> Records | PluginStatus:
    try:
        return _ask(manager, plugin.name, _hooks(plugin.load()))
    except (PluginError, pluggy.PluginValidationError) as error:
        return plugin.status("failed", str(error).splitlines()[-1])
    except (Exception, SystemExit) as error:
        return plugin.status("failed", f"{type(error).__name__}: {error}{_where(error)}")


def _where(error: BaseException) -> str:
    """The file and line of a plugin that raised, unless the error says it itself."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if not frame.filename.startswith("<")]
    frames = [frame for frame in frames if Path(frame.filename) != Path(__file__) and "importlib" not in frame.filename]
    if isinstance(error, SyntaxError) or not frames:
        return ""
    return f" ({Path(frames[-1].filename).name}, line {frames[-1].lineno})"


def _hooks(module: Any) -> ModuleType:
    """The hook implementations of a plugin, in a module of their own.

    Pluggy would read every attribute of a plugin, which would load what the plugin loads lazily (torch).

    Raises:
        PluginError: If a hook is misspelt or not marked, or if there is none.
    """
    functions = {name: value for name, value in vars(module).items() if inspect.isroutine(value)}
    marked = {name: function for name, function in functions.items() if hasattr(function, "ganfw_impl")}
    for name in functions:
        if name.startswith("ganfw_") and name not in marked:
            raise PluginError(f"{name} is not marked as a hook; write @ganfw.hookimpl above it")
    for name, function in marked.items():
        hook = function.ganfw_impl.get("specname") or name
        if hook not in _HOOKS:
            nearest = closest(hook, _HOOKS)
            raise PluginError(
                f"there is no hook {hook}; "
                + (f"did you mean {nearest}?" if nearest else f"the hooks are {', '.join(_HOOKS)}")
            )
    if not marked:
        raise PluginError("it brings nothing: no function ganfw_register_... marked @ganfw.hookimpl in its module")
    holder = ModuleType(module.__name__)
    vars(holder).update(marked)
    return holder


def _ask(manager: pluggy.PluginManager, name: str, hooks: ModuleType) -> Records:
    """Register the hooks and take their records; on any failure nothing stays registered."""
    records: Records = []
    try:
        manager.register(hooks, name)
        for caller in manager.get_hookcallers(hooks) or ():
            kind = caller.name.removeprefix("ganfw_register_")
            for implementation in caller.get_hookimpls():
                if implementation.plugin is hooks:
                    yielded: Any = implementation.function()
                    records += [(kind, checked(kind, record)) for record in yielded or ()]
    except BaseException:
        if manager.has_plugin(name):
            manager.unregister(name=name)
        raise
    _refuse_twins(records)
    return records


def checked(kind: str, record: object) -> Record:
    """Check one record.

    Raises:
        PluginError: If it is not what the hook of this kind yields.
    """
    wanted: type[Record] = {"recipe": RecipeFile, "command": Command}.get(kind, Part)
    if not isinstance(record, wanted):
        raise PluginError(f"ganfw_register_{kind} has to yield ganfw.{wanted.__name__}, not {record!r}")
    if not _NAME.fullmatch(record.name):
        raise PluginError(f"{kind} {record.name!r}: a name is lower-case words joined by hyphens")
    if isinstance(record, Part) and not isinstance(record.config, str):
        check_config(kind, record.name, record.config)
    return record


def check_config(kind: str, name: str, config: object) -> type[Config]:
    """Check the settings of one part.

    Raises:
        PluginError: If they are not what a part of this kind needs.
    """
    base = _base(kind)
    if not (isinstance(config, type) and issubclass(config, base)):
        raise PluginError(f"{kind} {name!r}: its config {config!r} has to subclass ganfw.{base.__name__}")
    if not callable(getattr(config, "build", None)):
        raise PluginError(f"{kind} {name!r}: {config.__name__} has no method build(spec)")
    if "type" in config.model_fields:
        raise PluginError(f"{kind} {name!r}: {config.__name__} has a field 'type', where recipes write the name")
    return config


def import_config(kind: str, part: Part) -> type[Config]:
    """The settings of a part, imported now if the plugin named them by ``"module:Class"``.

    Raises:
        PluginError: If they cannot be imported, or are not what a part of this kind needs.
    """
    if not isinstance(part.config, str):
        return part.config
    module, _, attribute = part.config.partition(":")
    try:
        found = getattr(import_module(module), attribute)
    except Exception as error:
        raise PluginError(
            f"{kind} {part.name!r}: its settings {part.config!r} cannot be imported: "
            f"{type(error).__name__}: {error}{_where(error)}"
        ) from error
    return check_config(kind, part.name, found)


def _base(kind: str) -> type[Config]:
    from ganfw.config.base import Config
    from ganfw.config.data import DataConfig
    from ganfw.config.recipe import Recipe
    from ganfw.config.tracking import TrackerConfig
    from ganfw.config.trainer import OptimizerConfig

    bases: dict[str, type[Config]] = {
        "gan": Recipe, "data": DataConfig, "optimizer": OptimizerConfig, "tracker": TrackerConfig,
    }  # fmt: skip
    return bases.get(kind, Config)


def _refuse_twins(records: Records) -> None:
    names = Counter((kind, record.name) for kind, record in records)
    classes = Counter((kind, record.config) for kind, record in records if isinstance(record, Part))
    for (kind, name), count in names.items():
        if count > 1:
            raise PluginError(f"it yields the {kind} {name!r} {count} times")
    for (kind, config), count in classes.items():
        if count > 1:
            shown = config if isinstance(config, str) else config.__name__
            raise PluginError(f"{shown} is the config of {count} {kind} parts; each needs a class of its own")
