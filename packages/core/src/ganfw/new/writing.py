"""From a name and a kind to a folder with a plugin."""

from __future__ import annotations

import importlib.util
import json
import keyword
import re
import shutil
import subprocess
import sys
import tempfile
from functools import partial
from importlib.resources import files
from pathlib import Path

import ganfw
from ganfw.config.problems import closest
from ganfw.errors import GanfwError
from ganfw.plugins.registry import registry

KINDS = ("loss", "generator", "discriminator", "regularizer", "data", "metric", "gan")
"""What a plugin may be asked to bring, one at a time."""
_WHOLE = ("generator", "discriminator", "loss")
_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_LONGEST = 32  # up to here every line of the templates is within 120 characters
_YAML_WORDS = {"false", "null", "true"}
_ALWAYS = {
    "pyproject.toml": "pyproject.toml",
    "README.md": "README.md",
    "CHANGELOG.md": "CHANGELOG.md",
    "LICENSE": "LICENSE",
    "gitignore": ".gitignore",
    "workflow.yml": ".github/workflows/test.yml",
    "init.py": "src/{module}/__init__.py",
    "settings.py": "src/{module}/settings.py",
    "test.py": "tests/test_{module}.py",
}
# What the recipe needs beside the plugin, since core brings no networks and no losses.
_NEEDS = {
    "loss": ("ganfw-classic",),
    "generator": ("ganfw-classic", "ganfw-losses"),
    "discriminator": ("ganfw-classic", "ganfw-losses"),
    "regularizer": ("ganfw-classic", "ganfw-losses"),
    "data": ("ganfw-classic", "ganfw-losses"),
    "gan": ("ganfw-classic",),
}


def write_plugin(name: str, kind: str | None, parent: Path) -> Path:
    """Write a plugin into a folder of its own.

    Args:
        name: Of its part and, with ``-recipe``, of its recipe; ``ganfw-NAME`` is the distribution and the folder.
        kind: One of `KINDS`; ``None`` for a generator, a discriminator and a loss together.
        parent: Where the folder is made.

    Returns:
        The folder.

    Raises:
        GanfwError: If the name cannot be used, there is no such kind, or the folder is there already.
    """
    if kind is not None and kind not in KINDS:
        nearest = closest(kind, KINDS)
        hint = f"did you mean {nearest}?" if nearest else f"choose one of {', '.join(KINDS)}"
        raise GanfwError(f"--kind {kind}: there is no such kind of plugin; {hint}")
    parts = _WHOLE if kind is None else (kind,)
    name = name.removeprefix("ganfw-")
    _check_name(name)
    _check_free(name, parts)
    folder = parent / f"ganfw-{name}"
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise GanfwError(f"{folder} is there already and not empty; choose another name, or another place with --out")
    try:
        parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=parent, prefix=".ganfw-new-") as scratch:
            made = Path(scratch) / "plugin"
            for target, text in _rendered(name, kind, parts).items():
                (made / target).parent.mkdir(parents=True, exist_ok=True)
                (made / target).write_text(text, encoding="utf-8")
            if folder.exists():
                folder.rmdir()
            shutil.move(made, folder)
    except OSError as error:
        raise GanfwError(f"cannot write {folder}: {error.strerror or error}") from error
    return folder


def _check_name(name: str) -> None:
    if not _NAME.fullmatch(name):
        raise GanfwError(f"{name!r} cannot be the name of a plugin: write lower-case words joined by hyphens")
    if len(name) > _LONGEST:
        raise GanfwError(
            f"{name!r} has {len(name)} characters, and a name has at most {_LONGEST}; choose a shorter one"
        )
    for language, words in {"Python": {*keyword.kwlist, *sys.stdlib_module_names}, "YAML": _YAML_WORDS}.items():
        if name in words:
            raise GanfwError(f"{name!r} is a word of {language}'s own; choose another name")


def _check_free(name: str, parts: tuple[str, ...]) -> None:
    """Refuse a name that something installed has: the two would be in conflict, and neither would work."""
    installed = registry()
    claims = [(kind, name, tuple(installed.parts(kind))) for kind in parts]
    for kind, claimed, known in [*claims, ("recipe", f"{name}-recipe", tuple(installed.recipes()))]:
        if claimed in known:
            owner = installed.owner(kind, claimed).owner
            raise GanfwError(f"the {kind} {claimed!r} is there already, from {owner}; choose another name")
    for status in installed.statuses:
        if name == status.name or status.distribution == f"ganfw-{name}":
            raise GanfwError(f"the plugin {status.name!r} is there already, from {status.owner}; choose another name")
    if importlib.util.find_spec(f"ganfw_{name.replace('-', '_')}") is not None:
        raise GanfwError(f"ganfw-{name} is installed already; choose another name")


def _rendered(name: str, kind: str | None, parts: tuple[str, ...]) -> dict[str, str]:
    """The files by their place in the plugin's folder."""
    from jinja2 import Environment, FunctionLoader, StrictUndefined

    templates = files("ganfw.new") / "templates"
    environment = Environment(
        loader=FunctionLoader(lambda file: (templates / f"{file}.jinja").read_text(encoding="utf-8")),
        undefined=StrictUndefined, keep_trailing_newline=True, trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    environment.filters["quoted"] = partial(json.dumps, ensure_ascii=False)  # as TOML writes text too
    camel = "".join(word.capitalize() for word in name.split("-"))
    module = f"ganfw_{name.replace('-', '_')}"
    major, minor = ganfw.__version__.split(".")[:2]
    facts = {
        "name": name, "module": module, "kind": kind, "parts": parts, "distribution": f"ganfw-{name}",
        "classes": {part: _class_name(camel, part) for part in parts},
        "needs": _NEEDS.get(kind or "", ()), "author": _author(),
        "core": f">={major}.{minor},<{major}.{int(minor) + 1}", "version": f"{major}.{minor}",
    }  # fmt: skip
    targets = dict(_ALWAYS) | {f"{part}.py": f"src/{{module}}/{part}.py" for part in parts}
    if kind != "metric":
        targets["recipe.yaml"] = "src/{module}/recipe.yaml"
    made = {
        target.format(module=module): environment.get_template(template).render(facts)
        for template, target in targets.items()
    }
    return {**made, f"src/{module}/py.typed": ""}


def _class_name(camel: str, part: str) -> str:
    suffix = "GAN" if part == "gan" else part.capitalize()
    return camel.removesuffix(part.capitalize()) + suffix


def _author() -> str:
    try:
        done = subprocess.run(
            ["git", "config", "user.name"], capture_output=True, text=True, timeout=5, check=False
        )  # fmt: skip
    except (OSError, subprocess.SubprocessError):
        return "the authors"
    return done.stdout.strip() or "the authors"
