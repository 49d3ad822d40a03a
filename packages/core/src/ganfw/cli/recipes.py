"""``ganfw recipes``."""

from __future__ import annotations

import typer

from ganfw.cli.options import AsJson, NoPlugins, PluginFiles, parts, table


def recipes(as_json: AsJson = False, plugin: PluginFiles = None, no_plugins: NoPlugins = False) -> None:
    """List the recipes that are installed."""
    with parts(plugin, no_plugins) as registry:
        found = registry.recipes()
        if as_json:
            import json

            entries = [
                {"name": name, "summary": recipe.summary, "distribution": registry.owner("recipe", name).distribution}
                for name, recipe in found.items()
            ]
            typer.echo(json.dumps(entries, indent=2))
        elif found:
            typer.echo(table([(name, recipe.summary) for name, recipe in found.items()]))
        else:
            typer.echo("no recipes are installed; `pip install ganfw-classic` brings some")
