"""Overrides: ``key.sub=value`` arguments, and how one layer of a recipe is laid over another.

Later wins; lists are replaced whole; another ``type`` in a slot resets that block; among arguments type tags count
first, so that their order does not matter. Each value keeps its origin.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ganfw.config import yaml
from ganfw.config.problems import Problem, path_text
from ganfw.config.trainer import TrainerConfig
from ganfw.errors import GanfwError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ganfw.config.places import Node
    from ganfw.config.problems import Place

_RIVALS = {"steps": "kimg", "kimg": "steps"}
"""Two ways of saying how long: naming one replaces the other."""


@dataclass
class Layer:
    """A document, and what said each of its values.

    Args:
        data: Plain mappings, lists and scalars.
        origins: Words for where a value comes from, by its place.
    """

    data: Any
    origins: dict[Place, str] = field(default_factory=dict)

    def under(self, place: Place) -> dict[Place, str]:
        """The origins at a place and below."""
        return {at: origin for at, origin in self.origins.items() if at[: len(place)] == place}


def parse_override(argument: str) -> tuple[Place, Any] | Problem:
    """Read one ``key.sub=value``; the value is YAML.

    Args:
        argument: As typed.

    Returns:
        The place and the value, or what is wrong.
    """
    name, equals, text = argument.partition("=")
    origin = f"argument {argument}"
    place = tuple(name.strip().split("."))
    if not equals:
        return Problem(argument, f"expected key=value, for example {name.strip() or 'seed'}=1", origin)
    if not all(place):
        return Problem(name.strip() or "=", "the key is empty, or has an empty part", origin)
    try:
        return place, yaml.parse(text, "value").data
    except GanfwError as error:
        reason = str(error).partition(": ")[2]
        return Problem(path_text(place), f"not a YAML value ({reason}); quote it: '{name}=\"...\"'", origin)


def parse_overrides(arguments: Sequence[str], root: Node) -> tuple[Layer, list[Problem]]:
    """Read all arguments into one layer.

    Args:
        arguments: As typed.
        root: The model that they are for.
    """
    problems: list[Problem] = []
    tags: list[tuple[Place, Any, str]] = []
    settings: list[tuple[Place, Any, str]] = []
    for argument in arguments:
        parsed = parse_override(argument)
        if isinstance(parsed, Problem):
            problems.append(parsed)
            continue
        place, value = parsed
        tag = place[-1] == "type" or root.at(place).slot is not None
        (tags if tag else settings).append((place, value, f"argument {argument}"))
    layer = Layer({})
    for place, value, origin in [*tags, *settings]:
        data = value
        for key in reversed(place):
            data = {key: data}
        layer = merge(layer, Layer(data, {place: origin}), root, infer=False)
    return layer, problems


def merge(base: Layer, over: Layer, root: Node, *, infer: bool = True) -> Layer:
    """Lay ``over`` over ``base``; neither is changed.

    Args:
        base: The layer below.
        over: The layer whose values win.
        root: The model that both are for.
        infer: Whether a key that gives another part away changes the type; not so within one layer, where a type
            and a key of another part contradict each other.
    """
    origins: dict[Place, str] = {}
    data = _Merge(base, over, origins, infer).values(base.data, over.data, root, ())
    return Layer(data, origins)


@dataclass
class _Merge:
    base: Layer
    over: Layer
    origins: dict[Place, str]
    infer: bool

    def values(self, base: Any, over: Any, node: Node, place: Place) -> Any:
        """One value over another, with their origins."""
        # A bare name is the type of a slot: where the model says so, or where it meets settings.
        if isinstance(base, str) and (node.slot is not None or isinstance(over, Mapping)):
            base = {"type": base}
        if isinstance(over, str) and isinstance(base, Mapping) and (node.slot is not None or "type" in base):
            over = {"type": over}
        if not (isinstance(base, Mapping) and isinstance(over, Mapping)):
            self.origins |= self.over.under(place)
            return over
        node = node.at((), base)
        if changed := _new_type(base, over, node, infer=self.infer):
            self.origins |= self.over.under(place)
            return {"type": changed, **{key: value for key, value in over.items() if key != "type"}}
        self._mark(place)
        rivals = _rivals(over, node)
        result = {}
        for key in [*base, *(key for key in over if key not in base)]:
            below = (*place, key)
            if key in over and key in base and key not in rivals:
                result[key] = self.values(base[key], over[key], node.child(key), below)
            elif key in over:
                result[key] = over[key]
                self.origins |= self.over.under(below)
            elif key not in rivals:
                result[key] = base[key]
                self.origins |= self.base.under(below)
        return result

    def _mark(self, place: Place) -> None:
        for layer in (self.base, self.over):
            if place in layer.origins:
                self.origins[place] = layer.origins[place]


def _new_type(base: Mapping[str, Any], over: Mapping[str, Any], node: Node, *, infer: bool) -> str | None:
    """The part that ``over`` changes a slot to, or ``None`` when it stays."""
    present = node.slot.part_name(base, node.key) if node.slot is not None else base.get("type")
    if "type" in over:
        return over["type"] if present is not None and over["type"] != present else None
    config = node.config()
    if node.slot is None or config is None or not infer:
        return None
    return next((part for key, part in node.slot.infer.items() if key in over and key not in config.model_fields), None)


def _rivals(over: Mapping[str, Any], node: Node) -> set[str]:
    """Keys of the layer below that a key of this one stands instead of."""
    if node.config() is not TrainerConfig:
        return set()
    return {rival for key, rival in _RIVALS.items() if over.get(key) is not None and rival not in over}
