"""``ganfw show``."""

from __future__ import annotations

import typer

from ganfw.cli.options import Overrides, RecipeName  # noqa: TC001  typer reads the annotations


def show(recipe: RecipeName, overrides: Overrides = None) -> None:
    """Print a recipe with all its settings, defaults included."""
    from ganfw.config.resolve import resolve
    from ganfw.config.yaml import dumps

    stages = resolve(recipe, overrides or ()).stages
    documents = [dict(stage.document) for stage in stages]
    typer.echo(dumps(documents[0] if len(documents) == 1 else {"stages": documents}), nl=False)
