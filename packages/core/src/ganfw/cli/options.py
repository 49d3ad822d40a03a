"""Arguments and options that several commands share."""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ganfw.errors import GanfwError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ganfw.plugins.registry import Registry

RecipeName = Annotated[
    str, typer.Argument(metavar="RECIPE", help="A name that `ganfw recipes` lists, or the path of a YAML file.")
]
Overrides = Annotated[
    list[str] | None,
    typer.Argument(metavar="KEY.SUB=VALUE", help="Settings that replace the recipe's, such as trainer.steps=500."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


PLUGIN_HELP = """Every command also takes --plugin FILE.py, to use the parts in a Python file of your own (as often as
there are files), and --no-plugins, to use nothing that is installed."""

_taken: ContextVar[tuple[str, ...]] = ContextVar("ganfw_plugin_options", default=())


@contextmanager
def plugins_chosen(arguments: Sequence[str]) -> Iterator[list[str]]:
    """Put the plugins that the arguments choose in use, and give all other arguments.

    These options are not typer's: to read a path it loads most of pydantic, and listings have to be instant.

    Raises:
        GanfwError: If a file is not given, does not exist, or cannot be loaded.
    """
    files: list[str] = []
    rest: list[str] = []
    waiting = iter(arguments)
    for argument in waiting:
        name, equals, value = argument.partition("=")
        if name == "--plugin":
            files.append(value if equals else next(waiting, ""))
        else:
            rest.append(argument)
    if "" in files:
        raise GanfwError("--plugin takes the path of a Python file")
    none_installed = "--no-plugins" in rest
    rest = [argument for argument in rest if argument != "--no-plugins"]
    token = _taken.set((*(f"--plugin={file}" for file in files), *["--no-plugins"] * none_installed))
    try:
        if not _taken.get():
            yield rest
            return
        from ganfw.plugins.registry import using

        with using(_load(files, none_installed=none_installed)) as chosen:
            if rest[:1] != ["plugins"]:  # which lists what is broken
                _refuse_broken(chosen, files)
            yield rest
    finally:
        _taken.reset(token)


def _load(files: Sequence[str], *, none_installed: bool) -> Registry:
    from ganfw.plugins.registry import load_registry

    return load_registry(files, disable="*", disabled_by="--no-plugins") if none_installed else load_registry(files)


def _refuse_broken(chosen: Registry, files: Sequence[str]) -> None:
    from pathlib import Path

    named = {str(Path(file)) for file in files}
    for status in chosen.statuses:
        if status.distribution in named and status.status != "ok":
            raise GanfwError(f"the plugin file {status.distribution} cannot be used: {status.detail}")


def settings_of(arguments: Sequence[str]) -> dict[str, Any]:
    """The settings of one part, given as ``KEY=VALUE``.

    Raises:
        RecipeError: If an argument is no setting.
    """
    from ganfw.config.overrides import parse_override
    from ganfw.config.problems import Problem, RecipeError, path_text

    parsed = [parse_override(argument) for argument in arguments]
    problems = [one for one in parsed if isinstance(one, Problem)]
    settings: dict[str, Any] = {}
    for argument, one in zip(arguments, parsed, strict=True):
        if isinstance(one, Problem):
            continue
        place, value = one
        if len(place) == 1:
            settings[str(place[0])] = value
        else:
            problems.append(Problem(path_text(place), "here a setting is one name", f"argument {argument}"))
    if problems:
        raise RecipeError(problems, "The command")
    return settings


def plugin_options() -> tuple[str, ...]:
    """The options that chose the plugins in use, for another process."""
    return _taken.get()


def table(rows: Sequence[Sequence[str]]) -> str:
    """Rows in aligned columns, the last one as long as it likes."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join("  ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)).rstrip() for row in rows)
