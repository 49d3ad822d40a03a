"""Telling plugins what happens, and what becomes of one that raises."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, Literal

from ganfw.errors import GanfwError
from ganfw.plugins.checking import where
from ganfw.plugins.registry import registry
from ganfw.plugins.tracing import traced

if TYPE_CHECKING:
    from ganfw.plugins.listening import Listener

_log = logging.getLogger("ganfw")


class Events:
    """Tells the listeners of the registry in use.

    Args:
        on_error: What to do when a listener raises: ``stop`` with a `GanfwError`, or ``disable`` its plugin from then
            on, with one warning.
    """

    def __init__(self, on_error: Literal["stop", "disable"] = "stop") -> None:
        self._on_error = on_error
        self._registry = registry()
        self._disabled: set[str] = set()

    def tell(self, event: str, **facts: Any) -> None:
        """Call every listener with the arguments that it takes.

        Args:
            event: ``after_step`` for the hook ``ganfw_after_step``.
            facts: The hook's arguments.

        Raises:
            GanfwError: If a listener raises, and that is to stop what is going on.
        """
        for listener in self._registry.listeners(event):
            if listener.plugin in self._disabled:
                continue
            try:
                with traced(f"ganfw_{event}", listener.plugin, listener.owner):
                    listener.function(*(facts[name] for name in listener.arguments))
            except Exception as error:
                self._failed(listener, error)

    def _failed(self, listener: Listener, error: Exception) -> None:
        what = (
            f"the plugin {listener.plugin!r} of {listener.owner} failed in ganfw_{listener.event}: "
            f"{type(error).__name__}: {error}{where(error)}"
        )
        if self._on_error == "stop":
            raise GanfwError(
                f"{what}. What was saved before is untouched. To go on without what it does in events, give "
                f"trainer.on_error=disable; to go on without the plugin, set GANFW_DISABLE_PLUGINS={listener.plugin}."
            ) from error
        self._disabled.add(listener.plugin)
        _log.warning("%s; it hears of no further events", what)
