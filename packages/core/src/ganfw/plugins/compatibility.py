"""Which versions of what a plugin or a recipe needs, and what to type when they are not there."""

from __future__ import annotations

import re
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

import ganfw

if TYPE_CHECKING:
    from collections.abc import Iterable

_PLAIN = re.compile(r"(ganfw[a-z0-9-]*)((?:[<>]=?[\d.]+,?)*)")
_BOUND = re.compile(r"([<>]=?)([\d.]+)")


def unmet(requirement: str) -> str | None:
    """What keeps a requirement from being met, ``None`` if nothing does.

    Args:
        requirement: As ``Requires-Dist`` in a distribution's metadata; one whose marker does not hold is met.

    Returns:
        ``it needs NAME>=2, but 1.0 is installed`` or ``it needs NAME>=2, which is not installed``.

    Raises:
        ValueError: If it is no requirement.
    """
    plain = _PLAIN.fullmatch(requirement.replace(" ", "").lower())
    if plain and _holds(plain[1], plain[2]):
        return None
    from packaging.requirements import InvalidRequirement, Requirement

    try:
        asked = Requirement(requirement)
    except InvalidRequirement as error:
        raise ValueError(f"expected a requirement such as ganfw-losses>=0.1, got {requirement!r}") from error
    if asked.marker is not None and not asked.marker.evaluate({"extra": ""}):
        return None
    named = f"{asked.name}{asked.specifier}"
    installed = _installed(asked.name)
    if installed is None:
        return f"it needs {named}, which is not installed"
    if asked.specifier.contains(installed, prereleases=True):
        return None
    return f"it needs {named}, but {installed} is installed"


def mismatch(requires: Iterable[str]) -> str | None:
    """Why a distribution does not go with the ganfw that is installed, ``None`` if it does."""
    return next((why for text in requires if text.startswith("ganfw") and (why := unmet(text))), None)


def missing_dependency(requires: Iterable[str], module: str) -> str | None:
    """Which of a distribution's requirements would have brought a module that cannot be imported."""
    for text in requires:
        why = unmet(text)
        if why is not None and "not installed" in why:
            name = re.split(r"[^A-Za-z0-9._-]", text)[0]
            if name.lower().replace("-", "_") == module.partition(".")[0].lower():
                return why
    return next((why for text in requires if (why := unmet(text)) and "not installed" in why), None)


def _holds(name: str, bounds: str) -> bool:
    """Whether plain bounds hold; ``False`` also where only `packaging` can tell. It takes a tenth of ganfw's start."""
    installed = _installed(name)
    if installed is None or not re.fullmatch(r"[\d.]+", installed):
        return False
    have = _numbers(installed)
    for operator, bound in _BOUND.findall(bounds):
        wanted = _numbers(bound)
        above, equal = have > wanted, have == wanted
        if not ((equal and "=" in operator) or (above if operator[0] == ">" else not (above or equal))):
            return False
    return True


def _numbers(text: str) -> tuple[int, ...]:
    numbers = [int(part) for part in text.strip(".").split(".")]
    while numbers and numbers[-1] == 0:  # 1.0 is 1
        numbers.pop()
    return tuple(numbers)


def _installed(name: str) -> str | None:
    if name == "ganfw-core":
        return ganfw.__version__  # what nearly all ask, without looking for its metadata
    try:
        return version(name)
    except PackageNotFoundError:
        return None
