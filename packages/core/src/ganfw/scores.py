"""Scores as records: kept beside the model, and compared only when they were measured alike."""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from ganfw.errors import GanfwError
from ganfw.evaluation import Score

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


@dataclass(frozen=True)
class Entry:
    """One score of one model.

    Args:
        score: The score.
        images: Images shown to the model in training.
        time: When it was measured, in UTC.
    """

    score: Score
    images: int
    time: str


def append(file: Path, scores: Iterable[Score], images: int) -> None:
    """Add scores to a file, one JSON object a line; what is there already is never rewritten.

    Raises:
        GanfwError: If the file cannot be written.
    """
    time = datetime.now(UTC).isoformat(timespec="seconds")
    lines = [json.dumps({**asdict(score), "images": images, "time": time}) + "\n" for score in scores]
    try:
        torn = file.exists() and not file.read_bytes().endswith(b"\n")
        with file.open("a", encoding="utf-8") as open_file:
            open_file.write(("\n" if torn else "") + "".join(lines))
    except OSError as error:
        raise GanfwError(f"cannot write the scores to {file}: {error.strerror or error}") from error


def read(file: Path) -> list[Entry]:
    """The scores of a file in the order of time; a line that a kill has torn is left out.

    Raises:
        GanfwError: If there is no such file.
    """
    if not file.is_file():
        raise GanfwError(f"there are no scores in {file.parent}; `ganfw evaluate {file.parent}` measures some")
    entries = []
    for line in file.read_text(encoding="utf-8", errors="replace").splitlines():
        try:
            facts: dict[str, Any] = json.loads(line)
            images, time = facts.pop("images"), facts.pop("time")
            entries.append(Entry(Score(**facts), images, time))
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            continue
    return entries


def compare(ours: Score, theirs: Score, *, force: bool = False) -> tuple[float, str]:
    """How much better ours is, and whether that is more than chance.

    Args:
        ours: One score.
        theirs: Another of the same name.
        force: Compare although they were measured differently.

    Returns:
        The difference, positive where ours is better, and a sentence.

    Raises:
        GanfwError: If the two were not measured alike; it says what differs.
    """
    if ours.name != theirs.name:
        raise GanfwError(f"{ours.name} and {theirs.name} are different measures")
    keys = dict.fromkeys([*ours.protocol, *theirs.protocol])
    unlike = [key for key in keys if ours.protocol.get(key) != theirs.protocol.get(key)]
    if unlike and not force:
        lines = [f"\n  {key}: {ours.protocol.get(key)} here, {theirs.protocol.get(key)} there" for key in unlike]
        raise GanfwError(
            f"the two scores of {ours.name} were not measured alike:\n{''.join(lines)}\n\n"
            "Measure both the same way, or compare them in spite of that with --force."
        )
    better = (theirs.value - ours.value) if ours.better == "lower" else (ours.value - theirs.value)
    if ours.standard_error is None or theirs.standard_error is None:
        return better, f"{abs(better):.4g} {'better' if better > 0 else 'worse'}"
    error = math.hypot(ours.standard_error, theirs.standard_error)
    if abs(better) < 2 * error:
        return better, f"no difference beyond chance ({better:+.4g}, standard error {error:.2g})"
    return better, f"{abs(better):.4g} {'better' if better > 0 else 'worse'} (standard error {error:.2g})"
