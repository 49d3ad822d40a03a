"""The measures by the names of their figures. Each is a function of a `Subject`.

A proof names figures; `measure` computes those, and what is computed together once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from zoo.measures import classes, codes, critics, encoders, labels, modes, pictures

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from zoo.subject import Subject

MEASURES: dict[str, Callable[[Subject], Mapping[str, float]]] = {
    "sliced-wasserstein": pictures.sliced_wasserstein,
    "kid": pictures.kid,
    "kid-ratio": pictures.kid,
    "precision": pictures.precision_and_recall,
    "recall": pictures.precision_and_recall,
    "duplicates": pictures.duplicates,
    "class-accuracy": classes.accuracy,
    "code-accuracy": classes.code_accuracy,
    "domains-agree": classes.domains_agree,
    "domains-digits": classes.domains_agree,
    "test-error": labels.test_error,
    "test-error-alone": labels.few_labels,
    "test-error-ratio": labels.few_labels,
    "neighbour-accuracy": codes.neighbour_accuracy,
    "reconstruction-ratio": codes.reconstruction,
    "codes-distance": codes.codes_against_prior,
    "codes-p": codes.codes_against_prior,
    "named-accuracy": encoders.named,
    "sorting-error": encoders.few_labels,
    "sorting-error-alone": encoders.few_labels,
    "sorting-error-ratio": encoders.few_labels,
    "critic-rank": critics.rank,
    "modes": modes.points,
    "high-quality": modes.points,
    "stacked-modes": modes.stacked,
    "stacked-modes-2000": modes.stacked_2000,
}
RELATIVE = {
    "kid-ratio",
    "test-error-alone",
    "test-error-ratio",
    "sorting-error-alone",
    "sorting-error-ratio",
    "critic-rank",
}
"""Figures that compare with other networks or other moments themselves: untrained ones have none."""


def measure(names: Iterable[str], subject: Subject) -> dict[str, float]:
    """The figures of these names, and those that come with them.

    Raises:
        KeyError: If there is no such figure.
    """
    found: dict[str, float] = {}
    for name in names:
        if name not in found:
            found |= MEASURES[name](subject)
    return found
