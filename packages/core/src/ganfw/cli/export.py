"""``ganfw export``."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003  typer reads the annotations
from typing import TYPE_CHECKING, Annotated, cast

import typer

from ganfw.cli.options import Overrides, settings_of
from ganfw.errors import GanfwError

if TYPE_CHECKING:
    from ganfw.config.slots import PartConfig
    from ganfw.export.exporter import Exporter


def export(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="A run folder, or a model folder.")],
    settings: Overrides = None,
    *,
    to: Annotated[str, typer.Option("--to", metavar="FORMAT", help="An exporter that `ganfw plugins` lists.")],
    out: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Where it goes; RUN/exports/FORMAT by default.")
    ] = None,
) -> None:
    """Write a trained model in another format. What was written is opened and compared with the model."""
    import ganfw
    from ganfw.config.slots import Slot, configure

    config = configure(Slot("exporter"), {"type": to, **settings_of(settings or ())}, (), "The command")
    model = ganfw.load(run)
    folder = out or run / "exports" / to
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise GanfwError(f"{folder} is there already and not empty; remove it, or choose another with --out")
    exporter = cast("Exporter", cast("PartConfig", config).build(model.spec))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        exported = exporter.export(model, folder)
    except OSError as error:
        raise GanfwError(f"cannot write to {folder}: {error.strerror or error}") from error
    for file in exported.files:
        typer.echo(f"{file}  {file.stat().st_size:,} bytes")
    if exported.difference is not None:
        typer.echo(f"largest difference from the model's own samples: {exported.difference:.1e}")
