"""Text that follows from what is installed, kept so that it need not be made again: pydantic takes its time."""

from __future__ import annotations

import os
from contextlib import suppress
from hashlib import blake2b
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from ganfw.plugins.registry import Registry


def remembered(name: str, make: Callable[[], str]) -> str:
    """What ``make`` gives, from ``$GANFW_CACHE/NAME.txt`` while no part and no source file of a part has changed.

    Args:
        name: Of the file.
        make: Makes the text from the registry in use.
    """
    from ganfw.plugins.registry import registry

    file = Path(os.environ.get("GANFW_CACHE") or "~/.cache/ganfw").expanduser() / f"{name}.txt"
    state = _state(registry())
    with suppress(OSError, UnicodeDecodeError):
        known, _, text = file.read_text(encoding="utf-8").partition("\n")
        if known == state:
            return text
    text = make()
    part = file.with_name(f".{file.name}.{os.getpid()}")
    with suppress(OSError):  # Nothing is lost but time.
        file.parent.mkdir(parents=True, exist_ok=True)
        part.write_text(f"{state}\n{text}", encoding="utf-8")
        part.replace(file)
    return text


def _state(registry: Registry) -> str:
    """A hash that changes with every part and with every source file of their packages."""
    from ganfw.plugins.hookspecs import PART_KINDS

    parts = [(kind, part) for kind in PART_KINDS for part in registry.parts(kind).values()]
    modules = {c.partition(":")[0] if isinstance(c := part.config, str) else c.__module__ for _, part in parts}
    files = [file for package in sorted({module.partition(".")[0] for module in modules}) for file in _files(package)]
    stats = [(str(file), stat.st_size, stat.st_mtime_ns) for file in files for stat in [file.stat()]]
    facts = [(kind, part.name, str(part.config), part.summary, part.reference) for kind, part in parts]
    return blake2b(repr((version("pydantic"), facts, stats)).encode(), digest_size=16).hexdigest()


def _files(package: str) -> list[Path]:
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        return []
    origin = Path(spec.origin)
    return sorted(origin.parent.rglob("*.py")) if spec.submodule_search_locations else [origin]
