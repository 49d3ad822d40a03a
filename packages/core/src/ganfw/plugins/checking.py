"""What a plugin's records have to be, and where its errors come from."""

from __future__ import annotations

import re
import traceback
from collections import Counter
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from ganfw.plugins.records import Command, Part, RecipeFile, Record
from ganfw.plugins.status import PluginError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ganfw.config.base import Config

_NAME = re.compile(r"[a-z0-9]+([-.][a-z0-9]+)*")
_HERE = str(Path(__file__).parent)


def where(error: BaseException) -> str:
    """The file and line of a plugin that raised, unless the error says it itself."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if not frame.filename.startswith("<")]
    frames = [frame for frame in frames if not frame.filename.startswith(_HERE) and "importlib" not in frame.filename]
    if isinstance(error, SyntaxError) or not frames:
        return ""
    return f" ({Path(frames[-1].filename).name}, line {frames[-1].lineno})"


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
            f"{type(error).__name__}: {error}{where(error)}"
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


def refuse_twins(records: Iterable[tuple[str, Record]]) -> None:
    """Refuse one name or one config class for two parts of a kind.

    Raises:
        PluginError: If a plugin does that.
    """
    records = list(records)
    names = Counter((kind, record.name) for kind, record in records)
    classes = Counter((kind, record.config) for kind, record in records if isinstance(record, Part))
    for (kind, name), count in names.items():
        if count > 1:
            raise PluginError(f"it yields the {kind} {name!r} {count} times")
    for (kind, config), count in classes.items():
        if count > 1:
            shown = config if isinstance(config, str) else config.__name__
            raise PluginError(f"{shown} is the config of {count} {kind} parts; each needs a class of its own")
