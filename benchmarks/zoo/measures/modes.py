"""How many modes of a distribution that is known are found."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from ganfw_metrics import ClassModes, MNISTClassifier, PointModes

if TYPE_CHECKING:
    from zoo.subject import Subject

POINTS = 2500
STACKED = 26_000  # Lin et al. 2018, section 4.2


def points(subject: Subject) -> dict[str, float]:
    """Modes of a ring or grid with a good point, and the share of points within three deviations of one."""
    data = subject.recipe.data
    metric = PointModes(torch.tensor(data.centres(), dtype=torch.float64), deviation=data.deviation)
    scores = metric.measure(subject.against(subject.data, count=POINTS))
    return {{"point-modes": "modes"}.get(score.name, score.name): score.value for score in scores}


def stacked(subject: Subject) -> dict[str, float]:
    """How many of the thousand modes of Stacked MNIST a classifier of digits finds in 26,000 samples, and the KL."""
    return _stacked(subject, STACKED, "stacked-modes")


def stacked_2000(subject: Subject) -> dict[str, float]:
    """The same in 2,000 samples, in which even the data show no more than 865 on average."""
    return _stacked(subject, 2000, "stacked-modes-2000")


def _stacked(subject: Subject, count: int, name: str) -> dict[str, float]:
    scores = ClassModes(MNISTClassifier(), stacked=True).measure(subject.against(subject.data, count=count))
    return {score.name.replace("class-modes", name): score.value for score in scores}
