"""What a recipe has to reach before ganfw says that it learns."""

from __future__ import annotations

import math
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Target:
    """A limit on one figure of `zoo.measures`.

    Args:
        figure: Its name.
        least: The figure has to be at least this.
        most: The figure has to be at most this.
        before: What the untrained networks have to be beyond, on the bad side; by default the limit itself. Figures
            that compare the trained networks with others say nothing of untrained ones, and are not asked.
    """

    figure: str
    least: float = -math.inf
    most: float = math.inf
    before: float | None = None

    def met(self, value: float) -> bool:
        """Whether the trained networks are good enough; a NaN never is."""
        return self.least <= value <= self.most

    def starts_bad(self, value: float) -> bool:
        """Whether the untrained networks were bad, so that what made them good was training."""
        if self.before is None:
            return not self.met(value)
        return value > self.before if self.most < math.inf else value < self.before

    def __str__(self) -> str:
        return f"{self.figure} ≤ {self.most:.3g}" if self.most < math.inf else f"{self.figure} ≥ {self.least:.3g}"


def at_least(figure: str, limit: float, *, before: float | None = None) -> Target:
    """The figure has to be that high."""
    return Target(figure, least=limit, before=before)


def at_most(figure: str, limit: float, *, before: float | None = None) -> Target:
    """The figure has to be that low."""
    return Target(figure, most=limit, before=before)


def near(limit: float) -> Target:
    """The usual target of a short run: sliced Wasserstein distance to held-out pictures, far at first and near then.

    For scale, on emoji at 16 pixels: the training pictures are at 0.06 from the held-out ones, and their mean picture,
    which is what mush would be, at 0.37 in color and 0.31 in grey; the mean digit is at 0.30. Untrained networks are at
    0.77.
    """
    return at_most("sliced-wasserstein", limit, before=0.7)


@dataclass(frozen=True)
class Trial:
    """A run and its targets.

    Args:
        overrides: What is changed in the recipe, as ``ganfw train`` takes it.
        targets: All of them have to be met.
    """

    overrides: tuple[str, ...] = ()
    targets: tuple[Target, ...] = ()


def trial(*parts: str | Target) -> Trial:
    """A trial of overrides and targets in any order."""
    targets = tuple(part for part in parts if isinstance(part, Target))
    return Trial(tuple(part for part in parts if isinstance(part, str)), targets)


PICTURES = (
    at_most("kid-ratio", 1 / 3), at_least("precision", 0.3), at_least("recall", 0.3), at_most("duplicates", 0.05),
)  # fmt: skip
"""What pictures have to reach in full: nearer than a third of the way, faithful, varied, and no two alike."""
CLASSES = (at_least("class-accuracy", 0.9), *PICTURES)
"""The same of digits that are made by class: a classifier that never saw the generator agrees."""


@dataclass(frozen=True)
class Proof:
    """How one recipe is proven to learn.

    Args:
        recipe: Its name.
        paper: Where the system is from.
        kind: What it makes and of what: unconditional, class-conditional, semi-supervised, encoder, ...
        short: A run of at most a minute on one core, in the test suite.
        full: The recipe as it is, for the zoo.
        extractor: By whose features pictures are compared: efficientnet-lite0, or mnist-classifier for digits.
        seeds: Of the full runs.
        why: What a combination is for, in a sentence.
    """

    recipe: str
    paper: str
    kind: str
    short: Trial
    full: Trial = field(default_factory=lambda: Trial(targets=PICTURES))
    extractor: str = "efficientnet-lite0"
    seeds: tuple[int, ...] = (0, 1, 2)
    why: str = ""
