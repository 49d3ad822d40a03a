"""Arguments and options that several commands share."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

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
PluginFiles = Annotated[
    list[Path] | None, typer.Option("--plugin", metavar="FILE.py", help="Also use the parts in this Python file.")
]
NoPlugins = Annotated[bool, typer.Option("--no-plugins", help="Use no installed plugin.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@contextmanager
def parts(files: Sequence[Path] | None, none_installed: bool) -> Iterator[Registry]:
    """The registry that the options ask for, in use within the block."""
    from ganfw.plugins.registry import load_registry, using

    asked = load_registry(files or (), disable="*" if none_installed else None) if files or none_installed else None
    with using(asked) as registry:
        yield registry


def table(rows: Sequence[Sequence[str]]) -> str:
    """Rows in aligned columns, the last one as long as it likes."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join("  ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)).rstrip() for row in rows)
