"""A command of the command line."""

from pathlib import Path
from typing import Annotated

import typer

import ganfw


def parameters(run: Annotated[Path, typer.Argument(metavar="RUN", help="A run or model folder.")]) -> None:
    """Count a model's parameters."""
    typer.echo(sum(p.numel() for p in ganfw.load(run).gan.parameters()))
