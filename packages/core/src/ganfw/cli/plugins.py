"""``ganfw plugins``."""

from __future__ import annotations

import typer

from ganfw.cli.options import AsJson, table


def plugins(as_json: AsJson = False) -> None:
    """List the plugins: whether each works, and if not, why."""
    from ganfw.plugins.registry import registry

    statuses = registry().statuses
    if as_json:
        import json
        from dataclasses import asdict

        typer.echo(json.dumps([asdict(status) for status in statuses], indent=2))
        return
    rows = [(s.name, s.distribution, s.version, s.status, _parts(s.parts)) for s in statuses]
    lines = table(rows).splitlines()
    for line, status in zip(lines, statuses, strict=True):
        typer.echo(line)
        if status.detail:
            typer.echo(f"    {status.detail}")


def _parts(claims: tuple[str, ...]) -> str:
    kinds: dict[str, int] = {}
    for claim in claims:
        kind = claim.partition(":")[0]
        kinds[kind] = kinds.get(kind, 0) + 1
    return ", ".join(f"{count} {kind}" for kind, count in kinds.items())
