"""The page: every section from what the runs have, and one sentence where one is left out."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING, Any

import jinja2
from markupsafe import Markup
from plotly.offline import get_plotlyjs

from ganfw.config.resolve import difference
from ganfw.config.yaml import dumps
from ganfw_report import curves, pictures

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from ganfw.model import Model
    from ganfw_report.runs import Run


def page(runs: Sequence[Run]) -> str:
    """One HTML page of some runs, with its scripts and pictures inside."""
    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    template = environment.from_string((files("ganfw_report") / "report.html.jinja").read_text(encoding="utf-8"))
    return template.render(
        title=" and ".join(run.name for run in runs),
        runs=[_facts(run) for run in runs],
        scores=_scores(runs),
        score_curves=Markup(curves.scores(runs)),
        losses=Markup(curves.losses(runs)),
        health=Markup(curves.health(runs)),
        differences=_differences(runs),
        plotly=Markup(get_plotlyjs()),
    )


def _facts(run: Run) -> dict[str, Any]:
    model, why = _or_why(lambda: pictures.open_model(run))
    steps = run.entries[-1].step if run.entries else 0
    return {
        "name": run.name,
        "images": max([run.images or 0, *(entry.images for entry in run.entries[-1:])]),
        "steps": steps,
        "findings": run.findings,
        "grids": pictures.grids(run),
        "interpolation": _picture(pictures.interpolation, model, why),
        "neighbours": _picture(lambda opened: pictures.neighbours(run, opened), model, why),
        "recipe": dumps(run.document),
        "versions": {**run.environment.get("packages", {}), **run.environment.get("plugins", {})},
        "python": run.environment.get("python", ""),
        "git": run.environment.get("git") or "",
    }


def _or_why(make: Callable[[], Model]) -> tuple[Model | None, str]:
    try:
        return make(), ""
    except ValueError as error:  # GanfwError is one
        return None, str(error)


def _picture(make: Callable[[Model], str], model: Model | None, why: str) -> tuple[str, str]:
    """A data URI, or why there is none."""
    if model is None:
        return "", why
    try:
        return make(model), ""
    except ValueError as error:
        return "", str(error)


def _scores(runs: Sequence[Run]) -> list[dict[str, Any]]:
    """A row for each score of one protocol: unlike protocols never share one."""
    rows: dict[tuple[str, tuple[tuple[str, object], ...]], dict[str, Any]] = {}
    for run in runs:
        for entry in run.scores:
            score = entry.score
            row = rows.setdefault((score.name, tuple(score.protocol.items())), {"values": {}, "note": ""})
            row |= {"name": score.name, "better": score.better, "protocol": _said(score.protocol)}
            error = "" if score.standard_error is None else f" ± {score.standard_error:.2g}"
            row["values"][run.name] = f"{score.value:.4g}{error} at {entry.images / 1000:g} kimg"
            row["note"] = score.warning or row["note"]
    return list(rows.values())


def _said(protocol: Mapping[str, object]) -> str:
    return ", ".join(f"{key} {str(value)[:12] if key == 'data' else value}" for key, value in protocol.items())


def _differences(runs: Sequence[Run]) -> list[tuple[str, list[str]]]:
    """What each further run has otherwise than the first."""
    first = runs[0]
    return [
        (run.name, [line.replace(" here, ", f" in {first.name}, ").replace("in the run", f"in {run.name}")
                    for line in difference(first.document, run.document)])
        for run in runs[1:]
    ]  # fmt: skip
