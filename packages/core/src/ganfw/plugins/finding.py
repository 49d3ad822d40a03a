"""Where plugins are found: in installed distributions, in modules, and in files."""

from __future__ import annotations

import importlib.util
import sys
from importlib.metadata import entry_points
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from ganfw.errors import GanfwError
from ganfw.plugins.status import Found, PluginError

if TYPE_CHECKING:
    from importlib.metadata import Distribution


def find_installed() -> list[Found]:
    """The plugins of all installed distributions, sorted by name."""
    facts: dict[int, tuple[str, str, tuple[str, ...]]] = {}
    found = []
    for point in entry_points(group="ganfw"):
        assert point.dist is not None  # it was found in one
        if id(point.dist) not in facts:
            facts[id(point.dist)] = _facts(point.dist)
        name, version, requires = facts[id(point.dist)]
        found.append(Found(point.name, name, version, point.load, requires))
    return sorted(found, key=lambda plugin: (plugin.name, plugin.distribution))


def _facts(distribution: Distribution) -> tuple[str, str, tuple[str, ...]]:
    """Name, version and requirements. Each access to the metadata parses them anew, so there is one."""
    metadata = distribution.metadata
    return metadata["Name"], metadata["Version"], tuple(metadata.get_all("Requires-Dist") or ())


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
