"""What a run folder says of its run."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ganfw import scores
from ganfw.config.yaml import load_file
from ganfw.errors import GanfwError
from ganfw.health.diagnosis import diagnose
from ganfw.model import images_of
from ganfw.training import logbook
from ganfw.training.run_folder import stages_with

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_GRID = re.compile(r"step-(\d+)\.png")


@dataclass(frozen=True)
class Run:
    """A run as it stands on the disk; it may still be training.

    Args:
        name: What it is called on the page.
        folder: Its folder.
        document: Its recipe, every setting.
        environment: Versions of what made it.
        entries: Its log.
        findings: What there was to say of its health, with the images shown then.
        scores: What was measured of it.
        grids: Its grids of samples, oldest first, with their steps.
        images: Images shown to its newest model; ``None`` if there is no model yet.
    """

    name: str
    folder: Path
    document: dict[str, Any]
    environment: dict[str, Any]
    entries: list[logbook.Entry]
    findings: list[tuple[int, str]]
    scores: list[scores.Entry]
    grids: list[tuple[int, Path]] = field(default_factory=list)
    images: int | None = None


def open_runs(folders: Sequence[Path]) -> list[Run]:
    """Open run folders; one with stages is as many runs.

    Raises:
        GanfwError: If a folder holds no run.
    """
    opened = []
    for folder in folders:
        stages = stages_with(folder, "recipe.yaml")
        if not stages and not (folder / "recipe.yaml").is_file():
            why = "it has no recipe.yaml" if folder.is_dir() else "there is no such folder"
            raise GanfwError(f"{folder} is no run: {why}; give a folder that `ganfw train --run` has made")
        opened += [_open(stage, f"{folder.name}/{stage.name}") for stage in stages] or [_open(folder, folder.name)]
    names = [run.name for run in opened]
    if len(set(names)) < len(names):  # two folders of one name: then by their whole paths
        opened = [_open(run.folder, str(run.folder)) for run in opened]
    return opened


def _open(folder: Path, name: str) -> Run:
    document = load_file(folder / "recipe.yaml")
    if not isinstance(document, dict):
        raise GanfwError(f"{folder / 'recipe.yaml'} holds no recipe, so {folder} is no run")
    entries = logbook.read(folder / "logs" / "metrics.jsonl")
    grids = [(int(match[1]), file) for file in folder.glob("samples/*.png") if (match := _GRID.fullmatch(file.name))]
    return Run(
        name, folder, document, _environment(folder / "environment.json"), entries,
        [(entry.images, line.removeprefix("health: ")) for entry, line in diagnose(entries, document)],
        scores.read(folder / "scores.jsonl") if (folder / "scores.jsonl").is_file() else [],
        sorted(grids), images_of(folder / "model"),
    )  # fmt: skip


def _environment(file: Path) -> dict[str, Any]:
    try:
        facts = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return facts if isinstance(facts, dict) else {}
