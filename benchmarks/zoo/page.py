"""docs/zoo.md, made of the rows that full runs have left."""

from __future__ import annotations

import json
from itertools import groupby
from typing import TYPE_CHECKING

from zoo.rows import read

if TYPE_CHECKING:
    from pathlib import Path

    from zoo.rows import Row

_HEAD = """# The zoo

What each system makes when its recipe is trained as it stands, with the figures that it has to reach and those that it
does. This page is written by `benchmarks/zoo/run.py` from the rows in `benchmarks/results/zoo`; nothing is chosen by
hand but the sentences on what is seen and on why a target is missed. Recipes that are not here have been proven by a
short run alone, in `tests/recipes`, and the minutes in their headers are estimates.

How it is measured: samples of the averaged generator against held-out data that it never learned from. The *KID ratio*
is KID over that of the same generator before training, *precision* and *recall* are those of Kynkäänniemi et al. 2019,
*duplicates* are samples as near to another sample as only the nearest hundredth of real pictures are to each other.
For scale, 500 training pictures are themselves at KID 0.002, precision 0.86 and recall 0.82 from the held-out emoji,
and at 0.00, 0.94 and 0.92 from the held-out digits. Untrained generators are so far from digits that nearly anything
meets the KID ratio there; the other figures say more. Figures of pictures depend on the extractor and on the numbers of
samples, and compare with nothing that was measured otherwise; those of digits are in the eyes of a classifier that
never saw a generator. CPU minutes are those of the process, so another load on the machine does not count. One seed
says nothing of the spread over seeds, and some recipes were set by the figures of the seed that is shown.
"""


def page(results: Path) -> str:
    """The whole page."""
    rows = read(results)
    seen, why = _said(results, "seen"), _said(results, "missed")
    parts = [_HEAD, _summary(rows), _table(rows)]
    for kind, members in groupby(rows, key=lambda row: row["kind"]):
        parts.append(f"\n## {kind[0].upper()}{kind[1:]}\n")
        parts += [_entry(row, seen.get(row["recipe"], ""), why.get(row["recipe"], "")) for row in members]
    return "".join(parts)


def _said(results: Path, of: str) -> dict[str, str]:
    file = results / f"{of}.json"
    return json.loads(file.read_text()) if file.exists() else {}


def _summary(rows: list[Row]) -> str:
    if not rows:
        return "\nNo full run has been kept yet.\n"
    met = sum(all(target[2] for target in row["targets"]) for row in rows)
    machines = "; ".join(sorted({row["machine"] for row in rows}))
    seeds = ", ".join(sorted({str(row["seed"]) for row in rows}))
    recipes = len({row["recipe"] for row in rows})
    return f"\n{len(rows)} runs of {recipes} recipes, seed {seeds}, on {machines}; {met} met all their targets.\n"


def _table(rows: list[Row]) -> str:
    lines = ["\n| recipe | kind | parameters | CPU minutes | targets |", "|---|---|---|---|---|"]
    for recipe, runs in groupby(rows, key=lambda row: row["recipe"]):
        first, *others = runs
        missed = [
            f"{figure} {row['figures'][figure]:.2g}"
            for row in (first, *others) for _, figure, met in row["targets"] if not met
        ]  # fmt: skip
        lines.append(
            f"| [{recipe}](#{recipe}) | {first['kind']} | {sum(first['parameters'].values()):,} "
            f"| {first['cpu_minutes']:g}{f', {1 + len(others)} seeds' if others else ''} "
            f"| {'missed: ' + ', '.join(missed) if missed else 'all met'} |"
        )
    return "\n".join(lines) + "\n" if rows else ""


def _entry(row: Row, seen: str, why: str) -> str:
    parameters = " / ".join(f"{count:,}" for count in row["parameters"].values())
    names = " / ".join(row["parameters"])
    lines = [
        f"\n### {row['recipe']}" + (f", seed {row['seed']}" if row["seed"] else ""),
        "",
        f"![{row['recipe']}](pictures/zoo/{row['recipe']}.png)" if not row["seed"] else "",
        "",
        f"{row['paper']}. {row['why']}".rstrip(),
        "",
        f"- {names}: {parameters} parameters; {row['steps']:,} steps, {row['images']:,} samples shown,"
        f" {row['cpu_minutes']:g} CPU minutes, {row['date']}"
        + ("" if row["scale"] == 1 else f"; **shortened to {row['scale']:g} of the recipe's length**"),
        f"- {_scores(row)}; {row['protocol']}",
        *([f"- Missed, probably because {why}"] if why and not all(met for *_, met in row["targets"]) else []),
        *([f"- Seen: {seen}"] if seen else []),
    ]
    return "\n".join(line for line, before in zip(lines, ["x", *lines], strict=False) if line or before) + "\n"


def _scores(row: Row) -> str:
    figures, targets = row["figures"], row["targets"]
    named = {figure for _, figure, _ in targets}
    said = [
        f"{figures[figure] + 0.0:.3g} for {text}, {'met' if met else '**missed**'}" for text, figure, met in targets
    ]
    return "; ".join(said + [f"{name} {value:.3g}" for name, value in figures.items() if name not in named])
