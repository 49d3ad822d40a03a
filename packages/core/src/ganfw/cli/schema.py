"""``ganfw schema``."""

from __future__ import annotations

import typer

from ganfw.cli.options import NoPlugins, PluginFiles, parts


def schema(plugin: PluginFiles = None, no_plugins: NoPlugins = False) -> None:
    """Print the JSON Schema of recipes, with all installed parts."""
    import json

    from ganfw.config.schema import json_schema

    with parts(plugin, no_plugins) as registry:
        typer.echo(json.dumps(json_schema(registry), indent=2))
