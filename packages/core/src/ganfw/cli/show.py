"""``ganfw show``."""

from __future__ import annotations

import typer

from ganfw.cli.options import NoPlugins, Overrides, PluginFiles, RecipeName, parts


def show(
    recipe: RecipeName, overrides: Overrides = None, plugin: PluginFiles = None, no_plugins: NoPlugins = False
) -> None:
    """Print a recipe with all its settings, defaults included."""
    from ganfw.config.resolve import resolve
    from ganfw.config.yaml import dumps

    with parts(plugin, no_plugins):
        stages = resolve(recipe, overrides or ()).stages
        documents = [dict(stage.document) for stage in stages]
        typer.echo(dumps(documents[0] if len(documents) == 1 else {"stages": documents}), nl=False)
