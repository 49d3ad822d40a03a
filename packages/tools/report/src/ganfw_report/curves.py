"""Curves over the images shown, drawn by plotly."""

from __future__ import annotations

from typing import TYPE_CHECKING

import plotly.graph_objects as go

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ganfw_report.runs import Run

_MOST_POINTS = 1000
_COLOURS = ("#4477aa", "#ee6677", "#228833", "#ccbb44", "#66ccee", "#aa3377", "#bbbbbb")  # Tol's bright scheme
_HEALTH = {
    "separation": "share of pairs that the discriminator orders rightly",
    "distance": "distance to the data, in standard deviations",
    "diversity": "spread of the samples, over the data's",
    "nearest": "distance between nearest samples, over the data's",
    "missing": "share of the data that is left out",
    "overfitting": "how far training data are told from held-out data",
}
_PHASES = {"health/gradient_norm/": "length of the gradient", "health/update_ratio/": "one step over the weights"}


def losses(runs: Sequence[Run]) -> str:
    """One chart of every logged term, by phase."""
    names = {name for run in runs for entry in run.entries for name in entry.values}
    phases = sorted({name.rpartition("/")[0] for name in names if "/" in name} - {"score"})
    charts = [
        _chart(runs, sorted(name for name in names if name.rpartition("/")[0] == phase), phase)
        for phase in phases
        if not phase.startswith("health")
    ]
    return "".join(charts)


def health(runs: Sequence[Run]) -> str:
    """The measures of `ganfw.health`, those of one meaning together."""
    names = {name for run in runs for entry in run.entries for name in entry.values}
    charts = [_chart(runs, [f"health/{name}"], title) for name, title in _HEALTH.items() if f"health/{name}" in names]
    for prefix, title in _PHASES.items():
        if found := sorted(name for name in names if name.startswith(prefix)):
            charts.append(_chart(runs, found, title, logarithmic=True))
    return "".join(charts)


def scores(runs: Sequence[Run]) -> str:
    """One chart for each score of one protocol that was measured more than once in a run."""
    charts = []
    for name, protocol in dict.fromkeys(
        (entry.score.name, tuple(entry.score.protocol.items())) for run in runs for entry in run.scores
    ):
        lines = []
        for run in runs:
            alike = [e for e in run.scores if (e.score.name, tuple(e.score.protocol.items())) == (name, protocol)]
            lines.append((run.name, [(e.images / 1000, e.score.value) for e in alike]))
        if any(len(points) > 1 for _, points in lines):
            charts.append(_figure(lines, name))
    return "".join(charts)


def _chart(runs: Sequence[Run], names: Iterable[str], title: str, *, logarithmic: bool = False) -> str:
    lines = []
    for run in runs:
        for name in names:
            points = [(entry.images / 1000, entry.values[name]) for entry in run.entries if name in entry.values]
            short = name.rpartition("/")[2]
            lines.append((f"{run.name}: {short}" if len(runs) > 1 else short, _thinned(points)))
    return _figure(lines, title, logarithmic=logarithmic)


def _thinned(points: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Means of neighbours, so that no line has more than 1,000 points."""
    width = -(-len(points) // _MOST_POINTS)
    if width <= 1:
        return points
    groups = [points[start : start + width] for start in range(0, len(points), width)]
    return [(group[-1][0], sum(value for _, value in group) / len(group)) for group in groups]


def _figure(lines: Iterable[tuple[str, list[tuple[float, float]]]], title: str, *, logarithmic: bool = False) -> str:
    figure = go.Figure()
    for place, (name, points) in enumerate(lines):
        if points:
            x, y = zip(*points, strict=True)
            line = {"width": 1.5, "color": _COLOURS[place % len(_COLOURS)]}
            figure.add_scatter(x=x, y=y, name=name, line=line, mode="lines+markers" if len(x) < 3 else "lines")
    axis = {"gridcolor": "rgba(128,128,128,.25)", "zerolinecolor": "rgba(128,128,128,.4)"}
    figure.update_layout(
        title={"text": title, "font": {"size": 14}}, height=300, margin={"l": 55, "r": 15, "t": 40, "b": 45},
        paper_bgcolor="rgba(0,0,0,0)", plot_bgcolor="rgba(0,0,0,0)", font={"color": "#888", "family": "system-ui"},
        xaxis={"title": "kimg", **axis}, yaxis={"type": "log" if logarithmic else "linear", **axis},
        legend={"orientation": "h", "y": -0.25}, showlegend=True,
    )  # fmt: skip
    config = {"responsive": True, "displaylogo": False}
    html: str = figure.to_html(full_html=False, include_plotlyjs=False, config=config)
    return f'<div class="chart">{html}</div>'
