"""Load plugins, each by itself: a broken one never stops the others, nor ganfw.

Stock pluggy drops one of two distributions that share an entry-point name, accepts misspelt hooks, and stops at the
first plugin that fails. So each plugin is imported, checked and asked for its records inside a ``try`` of its own, and
what became of it is kept in a `PluginStatus`.
"""

from __future__ import annotations

import inspect
import os
from collections import Counter
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pluggy

from ganfw.config.problems import closest
from ganfw.plugins.checking import checked, refuse_twins, where
from ganfw.plugins.compatibility import mismatch, missing_dependency
from ganfw.plugins.hookspecs import HOOKS, Hookspecs
from ganfw.plugins.listening import Listener
from ganfw.plugins.status import Brought, Found, PluginError, PluginStatus
from ganfw.plugins.tracing import traced

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

DISABLE_VARIABLE = "GANFW_DISABLE_PLUGINS"
_REGISTERS = "ganfw_register_"


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
    plugins: Sequence[Found], disable: str | Collection[str] | None = None, *, disabled_by: str = DISABLE_VARIABLE
) -> list[tuple[Found, Brought | PluginStatus]]:
    """Load each plugin by itself: what it brings, or the status that says why it brings nothing.

    Args:
        plugins: In the order in which they are told of events.
        disable: Names of plugins or distributions to leave out; see `disabled_names`.
        disabled_by: What switches them off, for the status.
    """
    off = disabled_names(disable)
    owners = Counter(plugin.name for plugin in plugins)
    manager = pluggy.PluginManager("ganfw")
    manager.add_hookspecs(Hookspecs)
    results: list[tuple[Found, Brought | PluginStatus]] = []
    for plugin in plugins:
        if off & {"*", plugin.name, plugin.distribution}:
            results.append((plugin, plugin.status("disabled", f"switched off by {disabled_by}")))
        elif owners[plugin.name] > 1:
            both = " and ".join(other.owner for other in plugins if other.name == plugin.name)
            detail = (
                f"the entry-point name {plugin.name!r} belongs to {both}; none of them is used: uninstall all but one"
            )
            results.append((plugin, plugin.status("conflict", detail)))
        elif why := mismatch(plugin.requires):
            detail = f"{why}; look for a version that goes with it: pip install -U {plugin.distribution}"
            results.append((plugin, plugin.status("incompatible", detail)))
        else:
            results.append((plugin, _load(manager, plugin)))
    return results


def _load(manager: pluggy.PluginManager, plugin: Found) -> Brought | PluginStatus:
    try:
        return _ask(manager, plugin, _hooks(plugin.load()))
    except (PluginError, pluggy.PluginValidationError) as error:
        return plugin.status("failed", str(error).splitlines()[-1])
    except ModuleNotFoundError as error:
        why = missing_dependency(plugin.requires, error.name or "")
        hint = f"; {why}: pip install -U {plugin.distribution}" if why else ""
        return plugin.status("failed", f"{type(error).__name__}: {error}{where(error)}{hint}")
    except (Exception, SystemExit) as error:
        return plugin.status("failed", f"{type(error).__name__}: {error}{where(error)}")


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
        options = function.ganfw_impl
        hook = options.get("specname") or name
        if hook not in HOOKS:
            nearest = closest(hook, HOOKS)
            raise PluginError(
                f"there is no hook {hook}; "
                + (f"did you mean {nearest}?" if nearest else f"the hooks are {', '.join(HOOKS)}")
            )
        if asked := [name for name in ("wrapper", "hookwrapper", "tryfirst", "trylast") if options.get(name)]:
            raise PluginError(
                f"{hook} is marked {asked[0]}, but each plugin is called by itself, in the order of their names; "
                "write @ganfw.hookimpl alone"
            )
    if not marked:
        raise PluginError("it brings nothing: no function ganfw_... marked @ganfw.hookimpl in its module")
    holder = ModuleType(module.__name__)
    vars(holder).update(marked)
    return holder


def _ask(manager: pluggy.PluginManager, plugin: Found, hooks: ModuleType) -> Brought:
    """Register the hooks and take their records; on any failure nothing stays registered."""
    brought = Brought()
    try:
        manager.register(hooks, plugin.name)
        for caller in manager.get_hookcallers(hooks) or ():
            for implementation in caller.get_hookimpls():
                if implementation.plugin is not hooks:
                    continue
                function: Callable[..., Any] = implementation.function
                if caller.name.startswith(_REGISTERS):
                    kind = caller.name.removeprefix(_REGISTERS)
                    with traced(caller.name, plugin.name, plugin.owner) as records:
                        records.extend(function() or ())
                    brought.records += [(kind, checked(kind, record)) for record in records]
                else:
                    brought.listeners.append(
                        Listener(
                            plugin.name, plugin.owner, caller.name.removeprefix("ganfw_"), function,
                            tuple(implementation.argnames),
                        )
                    )  # fmt: skip
    except BaseException:
        if manager.has_plugin(plugin.name):
            manager.unregister(name=plugin.name)
        raise
    refuse_twins(brought.records)
    return brought
