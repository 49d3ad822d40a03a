"""What one full run gave, as a small JSON file that is kept with the sources."""

from __future__ import annotations

import json
import platform
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import torch

import ganfw
from zoo.measures import measure, modes

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from zoo.proof import Proof
    from zoo.subject import Subject

Row = dict[str, Any]


def row_of(proof: Proof, subject: Subject, *, seed: int, scale: float, cpu_seconds: float) -> Row:
    """Measure what the proof names, and say by what protocol."""
    figures = measure([target.figure for target in proof.full.targets], subject)
    trainer = subject.trainer
    return {
        "recipe": proof.recipe, "seed": seed, "paper": proof.paper, "kind": proof.kind, "why": proof.why,
        "scale": scale, "steps": trainer.step, "images": trainer.images,
        "parameters": {
            name: sum(p.numel() for p in network.parameters()) for name, network in trainer.gan.networks().items()
        },
        "cpu_minutes": round(cpu_seconds / 60, 1), "machine": machine(),
        "ganfw": ganfw.__version__, "date": datetime.now(UTC).date().isoformat(),
        "protocol": protocol(subject, figures),
        "figures": {name: round(value, 4) for name, value in figures.items()},
        "targets": [[str(target), target.figure, target.met(figures[target.figure])] for target in proof.full.targets],
    }  # fmt: skip


def protocol(subject: Subject, figures: Mapping[str, float]) -> str:
    """What the figures depend on, in words."""
    if "modes" in figures:
        return f"{modes.POINTS:,} points made, each good within three deviations of a mode"
    if "stacked-modes" in figures:
        return f"by mnist-classifier, {modes.STACKED:,} made"
    held_out = min(subject.count, len(subject.held_out))
    return f"by {subject.extractor}, {subject.count} made and {held_out} held out"


def machine() -> str:
    """What it ran on, in words."""
    if torch.cuda.is_available():
        return torch.cuda.get_device_name()
    threads = torch.get_num_threads()
    return f"{threads} {'thread' if threads == 1 else 'threads'} of an {platform.machine()} CPU"


def file_of(results: Path, proof: Proof, seed: int) -> Path:
    """Where the row of a recipe and a seed is kept."""
    return results / f"{proof.recipe}-seed{seed}.json"


def write(file: Path, row: Row) -> None:
    """Write a row whole or not at all."""
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_suffix(".part")
    part.write_text(json.dumps(row, indent=1, ensure_ascii=False) + "\n")
    part.replace(file)


def read(results: Path) -> list[Row]:
    """All rows, by kind and recipe."""
    rows = [json.loads(file.read_text()) for file in results.glob("*-seed*.json")]
    return sorted(rows, key=lambda row: (row["kind"], row["recipe"], row["seed"]))
