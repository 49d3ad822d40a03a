"""Reads every picture of a data source and says what is wrong with which."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ganfw.config.data import PicturesConfig
from ganfw.data.fitting import fit_all
from ganfw.data.labels import Labels
from ganfw.data.pictures import rules_for
from ganfw.data.rules import BadPictureError
from ganfw.errors import GanfwError

if TYPE_CHECKING:
    from ganfw.config.data import DataConfig
    from ganfw.specs import Spec

_SIZES_AT_MOST = 8


@dataclass(frozen=True)
class Problem:
    """One picture that cannot be used.

    Args:
        name: The file, or the row of the table.
        reason: Why.
    """

    name: str
    reason: str


@dataclass(frozen=True)
class Report:
    """What a data source holds.

    Args:
        total: Number of pictures.
        good: Number of pictures that a run would use.
        problems: All others.
        summary: Lines to show: counts by stored mode, stored size and class.
    """

    total: int
    good: int
    problems: tuple[Problem, ...]
    summary: tuple[str, ...]


def check(config: DataConfig, spec: Spec) -> Report:
    """Decode every picture as a run would, without keeping any.

    Args:
        config: A source of pictures.
        spec: What the run wants.

    Raises:
        GanfwError: If the source cannot be opened, or does not hold pictures.
    """
    if not isinstance(config, PicturesConfig):
        raise GanfwError(f"{type(config).__name__} is not a source of pictures; only those can be checked.")
    source = config.source()
    rules = rules_for(spec, fit=config.fit, background=config.background)
    labels = Labels(source.class_names()) if source.labelled else None
    problems, modes, sizes, classes = [], Counter[str](), Counter[str](), Counter[str]()
    for item, picture in fit_all(source, rules):
        if isinstance(picture, BadPictureError):
            problems.append(Problem(item.name, str(picture)))
        elif labels is not None and not labels.add(item.label):
            problems.append(Problem(item.name, f"has no usable label: {item.label!r}"))
        else:
            modes[picture.mode] += 1
            sizes[f"{picture.width}x{picture.height}"] += 1
            if labels is not None:
                classes[labels.name_of(item.label)] += 1
    good = modes.total()
    head = f"{source.title}: {good:,} of {good + len(problems):,} pictures are good for image.size={rules.size}"
    counts = [_line("modes", modes), _line("sizes", sizes), _line("classes", classes)]
    return Report(good + len(problems), good, tuple(problems), (head, *filter(None, counts)))


def _line(name: str, counts: Counter[str]) -> str:
    most = [f"{value} ({count:,})" for value, count in counts.most_common(_SIZES_AT_MOST)]
    more = [f"{len(counts) - len(most):,} more"] if len(counts) > len(most) else []
    return f"{name}: {', '.join(most + more)}" if most else ""
