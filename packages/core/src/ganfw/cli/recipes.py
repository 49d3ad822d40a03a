"""``ganfw recipes``."""

from __future__ import annotations

import typer

from ganfw.cli.options import AsJson, table


def recipes(as_json: AsJson = False) -> None:
    """List the recipes that are installed."""
    from ganfw.plugins.registry import registry

    installed = registry()
    found = installed.recipes()
    if as_json:
        import json

        entries = [
            {"name": name, "summary": recipe.summary, "distribution": installed.owner("recipe", name).distribution}
            for name, recipe in found.items()
        ]
        typer.echo(json.dumps(entries, indent=2))
    elif found:
        typer.echo(table([(name, recipe.summary) for name, recipe in found.items()]))
    else:
        typer.echo("no recipes are installed; `pip install ganfw-classic` brings some")
