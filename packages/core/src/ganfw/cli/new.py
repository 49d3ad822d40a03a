"""``ganfw new``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)


@app.callback()
def _new() -> None:
    """Write the beginnings of something of your own."""


@app.command()
def plugin(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Lower-case words joined by hyphens.")],
    *,
    kind: Annotated[
        str | None,
        typer.Option(metavar="KIND", help="loss, generator, discriminator, regularizer, data, metric or gan."),
    ] = None,
    out: Annotated[Path, typer.Option(metavar="FOLDER", help="Where its folder is made.")] = Path(),
) -> None:
    """Write a whole plugin: by default a generator, a discriminator, a loss and a recipe that trains."""
    from ganfw.new.writing import write_plugin

    folder = write_plugin(name, kind, out)
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        typer.echo(file)
    part = name.removeprefix("ganfw-")
    last = f"ganfw evaluate RUN --metrics {part}" if kind == "metric" else f"ganfw train {part}-recipe"
    typer.echo(f"\nnext:\n  cd {folder}\n  pip install -e '.[test]'\n  pytest\n  ganfw plugins\n  {last}")
