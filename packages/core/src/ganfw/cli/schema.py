"""``ganfw schema``."""

from __future__ import annotations

import typer


def schema() -> None:
    """Print the JSON Schema of recipes, with all installed parts."""
    from ganfw.cli.remembering import remembered

    typer.echo(remembered("schema", _schema))


def _schema() -> str:
    import json

    from ganfw.config.schema import json_schema

    return json.dumps(json_schema(), indent=2)
