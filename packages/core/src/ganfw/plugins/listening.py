"""What plugins have to say to training events."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True)
class Listener:
    """One plugin's function for one event.

    Args:
        plugin: The plugin's name.
        owner: Its distribution and version.
        event: ``after_step`` for the hook ``ganfw_after_step``.
        function: What is called.
        arguments: Names of the hook's arguments that the function takes.
    """

    plugin: str
    owner: str
    event: str
    function: Callable[..., object]
    arguments: tuple[str, ...]
