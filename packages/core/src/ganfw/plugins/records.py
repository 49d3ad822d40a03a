"""The typed, frozen records that plugins yield from their ``ganfw_register_*`` hooks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from importlib.resources.abc import Traversable
    from pathlib import Path

    from ganfw.config.base import Config


@dataclass(frozen=True)
class Part:
    """One part of one kind (generator, loss, data, ...), known by its name.

    Args:
        name: What a recipe writes after ``type:``; lower case, words joined by hyphens.
        config: Its settings: a class whose ``build(spec)`` makes the part, or ``"module:Class"``, which is imported
            when the part is first used, so that listing it costs nothing.
        summary: One line for listings.
        reference: Paper and equation, if it comes from one.
    """

    name: str
    config: type[Config] | str
    summary: str
    reference: str = ""


@dataclass(frozen=True)
class RecipeFile:
    """One recipe: a YAML file that the plugin ships.

    Args:
        name: What ``ganfw train NAME`` takes.
        path: The file, usually ``importlib.resources.files(__package__) / "recipes" / "name.yaml"``.
        summary: One line for listings.
    """

    name: str
    path: Path | Traversable
    summary: str


@dataclass(frozen=True)
class Command:
    """One command of the command line.

    Args:
        name: What stands after ``ganfw``; lower case, words joined by hyphens.
        function: What typer runs: its annotated arguments are the command's. Or ``"module:function"``, which is
            imported when the command is first used.
        summary: One line for ``ganfw --help``.
    """

    name: str
    function: Callable[..., object] | str
    summary: str


Record = Part | RecipeFile | Command
"""What a plugin may yield."""
