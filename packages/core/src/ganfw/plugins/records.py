"""The typed, frozen records that plugins yield from their ``ganfw_register_*`` hooks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
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
