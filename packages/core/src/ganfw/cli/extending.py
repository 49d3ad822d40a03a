"""Commands that plugins bring."""

from __future__ import annotations

import logging
from importlib import import_module
from typing import TYPE_CHECKING, Any

from ganfw.errors import GanfwError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    import typer

    from ganfw.plugins.records import Command

_log = logging.getLogger("ganfw")


def add_plugin_commands(app: typer.Typer, wanted: str | None, *, reserved: Collection[str]) -> None:
    """Add the command that is called for, or without one all of them as they are listed.

    Args:
        app: Takes the commands.
        wanted: The command that is called, if any.
        reserved: ganfw's own commands, which stay what they are.

    Raises:
        GanfwError: If the command that is called cannot be imported.
    """
    from ganfw.plugins.registry import registry

    installed = registry()
    for name, command in installed.commands().items():
        owner = installed.owner("command", name).owner
        if name in reserved:
            _log.warning("the command %r of %s is left out: ganfw has one of that name", name, owner)
        elif name == wanted:
            app.command(name, help=command.summary)(_function(command, owner))
        elif wanted is None:
            app.command(name, help=f"{command.summary.rstrip('.')} ({owner})")(_not_called)


def _function(command: Command, owner: str) -> Callable[..., Any]:
    if not isinstance(command.function, str):
        return command.function
    module, _, name = command.function.partition(":")
    try:
        function: Callable[..., Any] = getattr(import_module(module), name)
    except Exception as error:
        raise GanfwError(
            f"the command {command.name!r} of {owner} cannot be imported from {command.function!r}: "
            f"{type(error).__name__}: {error}"
        ) from error
    return function


def _not_called() -> None:
    """A command that is only listed."""
