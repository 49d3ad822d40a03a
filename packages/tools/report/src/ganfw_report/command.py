"""``ganfw report``."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003  typer reads the annotations
from typing import Annotated

import typer

from ganfw.errors import GanfwError


def report(
    runs: Annotated[list[Path], typer.Argument(metavar="RUN [RUN2 ...]", help="Run folders.")],
    *,
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="The page; RUN/report.html by default.")] = None,
) -> None:
    """Write one page that shows what runs learned. It needs no network and no other file."""
    from ganfw_report.page import page
    from ganfw_report.runs import open_runs

    opened = open_runs(runs)
    file = out or runs[0] / "report.html"
    text = page(opened)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise GanfwError(f"cannot write {file}: {error.strerror or error}; choose another place with --out") from error
    typer.echo(f"{file}  {file.stat().st_size / 1e6:.1f} MB")
