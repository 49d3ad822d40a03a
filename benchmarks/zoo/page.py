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
short run alone, in `tests/recipes`. The minutes in a header are estimates where this page has no run on a CPU.

How it is measured: samples of the averaged generator against held-out data that it never learned from. The *KID ratio*
is KID over that of the same generator before training, *precision* and *recall* are those of Kynkäänniemi et al. 2019,
*duplicates* are samples as near to another sample as only the nearest hundredth of real pictures are to each other. For
scale, 500 training pictures are themselves at KID 0.002, precision 0.86 and recall 0.82 from the held-out emoji, and at
0.00, 0.94 and 0.92 from the held-out digits. Untrained generators are so far from digits that nearly anything meets the
KID ratio there; the other figures say more. Figures of pictures depend on the extractor and on the numbers of samples,
and compare with nothing that was measured otherwise; those of digits are in the eyes of a classifier that never saw a
generator, but was taught 4,500 of the same 5,000 digits, most of the held-out ones among them.

*codes-distance* is the energy distance of the codes of 500 held-out digits to as many latents, and *codes-p* its p by
permutation. That test tells the codes of every encoder here from the prior, so what is asked for is nearness: other
latents are at 0.004, latents that are a tenth too short at 0.007, a fifth at 0.017 and three tenths at 0.033.

CPU minutes are those of the process, so another load on the machine does not count. Runs on a CPU are in float32, those
on a GPU in bf16, as the trainer chooses by itself. Some recipes were set by the figures of seed 0, whose samples are
shown, and cdcgan, cgan-pd, sagan, bigan, dcgan-wgan-gp, infogan-sn, improved-gan and aae-semi-supervised by those of
several; of the others seeds 1 and 2 were only measured.
"""


def page(results: Path) -> str:
    """The whole page."""
    recipes = [list(runs) for _, runs in groupby(read(results), key=lambda row: row["recipe"])]
    seen, why = _said(results, "seen"), _said(results, "missed")
    parts = [_HEAD, _summary(recipes), _table(recipes)]
    for kind, members in groupby(recipes, key=lambda runs: runs[0]["kind"]):
        parts.append(f"\n## {kind[0].upper()}{kind[1:]}\n")
        parts += [_entry(runs, seen.get(runs[0]["recipe"], ""), why.get(runs[0]["recipe"], "")) for runs in members]
    return "".join(parts)


def _said(results: Path, of: str) -> dict[str, str]:
    file = results / f"{of}.json"
    return json.loads(file.read_text()) if file.exists() else {}


def _summary(recipes: list[list[Row]]) -> str:
    if not recipes:
        return "\nNo full run has been kept yet.\n"
    rows = [row for runs in recipes for row in runs]
    machines = "; ".join(sorted({row["machine"] for row in rows}))
    return (
        f"\n{len(rows)} runs of {len(recipes)} recipes on {machines}; {sum(map(_met, rows))} met all their targets, and"
        f" {sum(all(map(_met, runs)) for runs in recipes)} recipes did so with every seed.\n"
    )


def _met(row: Row) -> bool:
    return all(met for *_, met in row["targets"])


def _table(recipes: list[list[Row]]) -> str:
    lines = ["\n| recipe | kind | parameters | CPU minutes | seeds that met all | missed |", "|---" * 6 + "|"]
    for runs in recipes:
        first = runs[0]
        missed = [
            f"{figure} {row['figures'][figure]:.2g} (seed {row['seed']})"
            for row in runs for _, figure, met in row["targets"] if not met
        ]  # fmt: skip
        lines.append(
            f"| [{first['recipe']}](#{first['recipe']}) | {first['kind']} | {sum(first['parameters'].values()):,} "
            f"| {_minutes(runs)} | {sum(map(_met, runs))} of {len(runs)} | {', '.join(missed)} |"
        )
    return "\n".join(lines) + "\n" if recipes else ""


def _entry(runs: list[Row], seen: str, why: str) -> str:
    row = runs[0]
    parameters = " / ".join(f"{count:,}" for count in row["parameters"].values())
    lines = [
        f"\n### {row['recipe']}", "",
        f"![{row['recipe']}](pictures/zoo/{row['recipe']}.png)", "",
        f"{row['paper']}. {row['why']}".rstrip(), "",
        f"{' / '.join(row['parameters'])}: {parameters} parameters; {row['steps']:,} steps, {row['images']:,} samples"
        f" shown, {_where(runs)}, {max(run['date'] for run in runs)}; {row['protocol']}"
        + ("" if row["scale"] == 1 else f"; **shortened to {row['scale']:g} of the recipe's length**"), "",
        *_scores(runs), "",
        *([f"- Missed, probably because {why}"] if why else []),
        *([f"- Seen: {seen}"] if seen else []),
    ]  # fmt: skip
    return "\n".join(lines).rstrip() + "\n"


def _by_machine(runs: list[Row]) -> dict[str, list[Row]]:
    return {machine: [row for row in runs if row["machine"] == machine] for machine in {r["machine"]: 0 for r in runs}}


def _minutes(runs: list[Row]) -> str:
    """CPU minutes of a run, on each kind of machine."""
    return ", ".join(
        f"{sum(row['cpu_minutes'] for row in rows) / len(rows):.2g}" + ("" if "CPU" in machine else " beside a GPU")
        for machine, rows in _by_machine(runs).items()
    )


def _where(runs: list[Row]) -> str:
    machines = _by_machine(runs)
    return ", ".join(
        f"{_minutes(rows).split()[0]} CPU minutes on {machine if 'CPU' in machine else 'one core beside an ' + machine}"
        + (f" (seed{'s' * (len(rows) > 1)} {', '.join(str(row['seed']) for row in rows)})" if len(machines) > 1 else "")
        for machine, rows in machines.items()
    )


def _scores(runs: list[Row]) -> list[str]:
    limits = {figure: text.removeprefix(figure).strip() for text, figure, _ in runs[0]["targets"]}
    missed = [{figure for _, figure, met in row["targets"] if not met} for row in runs]
    seeds = " | ".join(f"seed {row['seed']}" for row in runs)
    lines = [f"| figure | target | {seeds} |", "|---" * (2 + len(runs)) + "|"]
    for figure in (*limits, *(name for name in runs[0]["figures"] if name not in limits)):
        cells = [
            f"{row['figures'][figure] + 0.0:.3g}" + (" **missed**" if figure in failed else "")
            for row, failed in zip(runs, missed, strict=True)
        ]
        lines.append(f"| {figure} | {limits.get(figure, '')} | {' | '.join(cells)} |")
    return lines
