"""Findings over time: each is told when it begins, again when it has become sure, and when it is over."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ganfw.health.history import History
from ganfw.health.rules import RULES, Finding

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ganfw.training.logbook import Entry

_OVER_AFTER = 5
_REMEMBERED = 200


class Diagnosis:
    """Looks at a run entry by entry.

    Args:
        settings: The run's recipe as plain data, for advice that fits it.
    """

    def __init__(self, settings: Mapping[str, object]) -> None:
        self._settings = settings
        self._known: dict[str, tuple[Finding, int]] = {}

    def catch_up(self, entries: Sequence[Entry]) -> None:
        """Look at what there is already without a word, as a resumed run does."""
        for count in range(max(1, len(entries) - _REMEMBERED), len(entries) + 1):
            self.examine(entries[:count])

    def examine(self, entries: Sequence[Entry]) -> list[str]:
        """What there is to say after the last of ``entries``, as sentences.

        A finding is over once no rule has seen it for 5 entries, so that one near its threshold does not flicker.
        """
        now = len(entries)
        history = History(entries[-_REMEMBERED:], self._settings)
        said = []
        for rule in RULES:
            finding = rule(history)
            if finding is None:
                continue
            before = self._known.get(finding.rule)
            if before is None or (finding.sure and not before[0].sure):
                said.append(sentence(finding))
            known = finding if before is None or finding.sure else before[0]
            self._known[finding.rule] = (known, now)
        for name, (_, seen) in list(self._known.items()):
            if now - seen >= _OVER_AFTER:
                said.append(f"health: over: {name.replace('-', ' ')}")
                del self._known[name]
        return said


def diagnose(entries: Sequence[Entry], settings: Mapping[str, object]) -> list[tuple[Entry, str]]:
    """Everything that was, or would have been, said of a run, each with the entry after which it was."""
    diagnosis = Diagnosis(settings)
    counts = range(1, len(entries) + 1)
    return [(entries[count - 1], line) for count in counts for line in diagnosis.examine(entries[:count])]


def sentence(finding: Finding) -> str:
    """What is happening, how sure that is, since when, and what to try."""
    sure = "" if finding.sure else "probably, "
    tries = " or ".join(finding.advice)
    return f"health: {sure}{finding.text} (since {finding.since / 1000:.0f} kimg). Try, in another run: {tries}"
