"""``ganfw schema``."""

from __future__ import annotations

import typer


def schema() -> None:
    """Print the JSON Schema of recipes, with all installed parts."""
    import json

    from ganfw.config.schema import json_schema

    typer.echo(json.dumps(json_schema(), indent=2))
