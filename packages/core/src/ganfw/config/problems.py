"""Problems in a recipe: all of them at once, each with its path, its origin and a suggestion."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from ganfw.errors import GanfwError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from pydantic import ValidationError
    from pydantic_core import ErrorDetails

Place = tuple[str | int, ...]


def closest(word: str, known: Iterable[str]) -> str | None:
    """The known word that ``word`` was probably meant to be."""
    lower = {name.lower(): name for name in known}
    found = get_close_matches(word.lower(), lower, n=1, cutoff=0.6)
    return lower[found[0]] if found else None


@dataclass(frozen=True)
class Problem:
    """One thing to mend.

    Args:
        path: Where it is, as an override would name it: ``generator.width``.
        message: What is wrong.
        origin: What said so: ``my.yaml, line 12`` or ``argument generator.width=x``; empty when nothing did.
        suggestion: What was probably meant.
    """

    path: str
    message: str
    origin: str = ""
    suggestion: str = ""

    @property
    def text(self) -> str:
        """The message with its suggestion."""
        return f"{self.message}; did you mean {self.suggestion}?" if self.suggestion else self.message


class RecipeError(GanfwError):
    """All problems of one recipe.

    Args:
        problems: At least one.
        subject: What has them.
    """

    def __init__(self, problems: Sequence[Problem], subject: str = "The recipe") -> None:
        self.problems = tuple(dict.fromkeys(problems))
        count = len(self.problems)
        head = f"{subject} has {'a problem' if count == 1 else f'{count} problems'}:"
        super().__init__("\n".join([head, "", *_table(self.problems)]))


def _table(problems: Sequence[Problem]) -> list[str]:
    # Very long cells are not worth a column of blanks in all other rows.
    path_width = max((len(problem.path) for problem in problems if len(problem.path) <= 40), default=0)
    text_width = max((len(problem.text) for problem in problems if len(problem.text) <= 60), default=0)
    rows = []
    for problem in problems:
        origin = f"({problem.origin})" if problem.origin else ""
        rows.append(f"  {problem.path:<{path_width}}   {problem.text:<{text_width}}   {origin}".rstrip())
    return rows


def show(value: Any) -> str:
    """A value as a recipe would write it, on one line and not too long."""
    try:
        text = json.dumps(value, ensure_ascii=False)
    except (TypeError, ValueError):
        text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def path_text(place: Place) -> str:
    """A place as an override would name it."""
    return ".".join(str(key) for key in place)


def origin_of(place: Place, origins: Mapping[Place, str]) -> str:
    """What said the value at a place, or else something in it, or the nearest place around it."""
    if place not in origins:
        for other, origin in origins.items():
            if other[: len(place)] == place:
                return origin
    for length in range(len(place), 0, -1):
        if place[:length] in origins:
            return origins[place[:length]]
    return ""


def problems_of(
    error: ValidationError,
    document: Any,
    *,
    origins: Mapping[Place, str] | None = None,
    keys_at: Callable[[Place], Sequence[str]] = lambda place: (),
    prefix: Place = (),
) -> list[Problem]:
    """The problems that pydantic found, in plain words.

    Args:
        error: What pydantic raised.
        document: What it validated.
        origins: What said each value, by its place.
        keys_at: The full paths that may stand under a place, for suggestions.
        prefix: Where the document stands; put before each place.
    """
    by_place: dict[Place, list[ErrorDetails]] = {}
    for detail in error.errors(include_url=False):
        by_place.setdefault(_place_in(document, detail), []).append(detail)
    problems = []
    for place, details in by_place.items():
        deeper = any(len(other) > len(place) and other[: len(place)] == place for other in by_place)
        if deeper and all(detail["type"].endswith("_type") for detail in details):
            continue  # Said by a member of a union that does not take mappings at all.
        full = (*prefix, *place)
        origin = origin_of(full, origins or {})
        if details[0]["type"] == "extra_forbidden":
            problems.append(_unknown_key(full, keys_at(place[:-1]), origin))
        else:
            # Where one member of a union took the value and then refused it, those of other types are no help.
            meant = [detail for detail in details if detail["type"] == "value_error"] or details
            words = _join([_words(detail) for detail in meant])
            problems.append(Problem(path_text(full), words, origin, _near_literal(details[0])))
    return problems


def _unknown_key(place: Place, paths: Sequence[str], origin: str) -> Problem:
    written = path_text(place)
    # A key that is right in another block (steps for trainer.steps) is nearer than one that looks alike.
    same = [path for path in paths if path.rpartition(".")[2] == str(place[-1])]
    siblings = {path.rpartition(".")[2]: path for path in paths if path.count(".") == written.count(".")}
    if same:
        return Problem(written, "unknown key", origin, same[0])
    if near := closest(str(place[-1]), siblings):
        return Problem(written, "unknown key", origin, siblings[near])
    return Problem(written, f"unknown key; known keys: {', '.join(siblings) or 'none'}", origin)


def _place_in(document: Any, detail: ErrorDetails) -> Place:
    """The place of an error in the document, without the names of union members that pydantic adds."""
    place: list[str | int] = []
    value, location = document, detail["loc"]
    for index, key in enumerate(location):
        last = index == len(location) - 1
        inside = isinstance(value, dict) and key in value
        if inside or (isinstance(value, list | tuple) and isinstance(key, int) and key < len(value)):
            place.append(key)
            value = value[key]
        elif last and detail["type"] in {"missing", "extra_forbidden", "missing_type"}:
            place.append(key)
    return tuple(place)


_EXPECTED = {
    "int": "an integer", "float": "a number", "bool": "true or false", "string": "text", "list": "a list",
    "tuple": "a list", "dict": "a mapping (key: value)", "model": "a mapping (key: value)",
    "mapping": "a mapping (key: value)", "finite": "a finite number", "none": "null", "path": "a path",
}  # fmt: skip
_LIMITS = {
    "greater_than": ("more than", "gt"), "greater_than_equal": ("at least", "ge"),
    "less_than": ("less than", "lt"), "less_than_equal": ("at most", "le"),
}  # fmt: skip


def _words(detail: ErrorDetails) -> str:
    """One error in plain words."""
    kind, context = detail["type"], detail.get("ctx", {})
    if kind == "missing":
        return "is missing"
    if kind in _LIMITS:
        words, key = _LIMITS[kind]
        return f"has to be {words} {context[key]:g}, got {show(detail['input'])}"
    if kind == "literal_error":
        expected = str(context["expected"]).replace("'", '"')
        return f"expected {expected}, got {show(detail['input'])}"
    if kind == "value_error":
        return str(context["error"])
    stem = kind.partition("_")[0]
    if stem in _EXPECTED and kind.endswith(("_type", "_parsing", "_from_float", "_number", "_required")):
        return f"expected {_EXPECTED[stem]}, got {show(detail['input'])}"
    return detail["msg"]


def _near_literal(detail: ErrorDetails) -> str:
    if detail["type"] != "literal_error" or not isinstance(detail["input"], str):
        return ""
    return closest(detail["input"], re.findall("'([^']*)'", detail["ctx"]["expected"])) or ""


def _join(texts: Sequence[str]) -> str:
    """The words of several members of a union as one sentence: expected a number or a mapping, got ..."""
    texts = list(dict.fromkeys(texts))
    if len(texts) == 1 or not all(text.startswith("expected ") and ", got " in text for text in texts):
        return texts[0]
    wanted = list(dict.fromkeys(text.removeprefix("expected ").rpartition(", got ")[0] for text in texts))
    return f"expected {' or '.join(wanted)}, got {texts[0].rpartition(', got ')[2]}"
