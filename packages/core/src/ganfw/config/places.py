"""What a recipe may hold at each place, for merging and for suggestions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Annotated, Any, Union, get_args, get_origin

from ganfw.config.base import Config
from ganfw.config.problems import path_text
from ganfw.config.slots import Slot
from ganfw.plugins.registry import registry

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ganfw.config.problems import Place


@dataclass(frozen=True)
class Node:
    """One place in a document, with the value that stands there.

    Args:
        annotation: What the model above declares here.
        slot: The slot, if it is one.
        value: What the document holds here.
        key: The key of this place.
    """

    annotation: Any = None
    slot: Slot | None = None
    value: Any = None
    key: str | None = None

    @classmethod
    def of(cls, annotation: Any, value: Any, key: str | None = None) -> Node:
        """The place of a value that is declared by ``annotation``."""
        members = list(_members(annotation))
        slot = next((member for member in members if isinstance(member, Slot)), None)
        return cls(annotation, slot, value, key)

    def config(self) -> type[Config] | None:
        """The config class that reads the value here, as far as can be said."""
        if self.slot is not None:
            name = self.slot.part_name(self.value, self.key)
            known = isinstance(name, str) and name in registry().parts(self.slot.kind)
            return registry().config(self.slot.kind, name) if known else None
        configs = (member for member in _members(self.annotation) if isinstance(member, type))
        return next((member for member in configs if issubclass(member, Config)), None)

    def child(self, key: str | int) -> Node:
        """The place under a key."""
        value = self.value.get(key) if isinstance(self.value, Mapping) else None
        config = self.config()
        if config is not None:
            info = config.model_fields.get(str(key))
            return (
                Node(value=value, key=str(key)) if info is None else Node.of(info.rebuild_annotation(), value, str(key))
            )
        for member in _members(self.annotation):
            if get_origin(member) in {dict, Mapping, list, tuple, Sequence}:
                return Node.of(get_args(member)[-1 if get_origin(member) in {dict, Mapping} else 0], value, str(key))
        return Node(value=value, key=str(key))

    def at(self, place: Place, value: Any = None) -> Node:
        """The place that a path leads to from here."""
        node = self if value is None else Node(self.annotation, self.slot, value, self.key)
        for key in place:
            node = node.child(key)
        return node

    def paths(self, prefix: Place = (), *, deep: bool = True) -> list[str]:
        """The full paths of the keys that may stand here, and of those one level below."""
        config = self.config()
        names = list(config.model_fields) if config else []
        if self.slot is not None:
            names = [*names, "type", *self.slot.infer]
        below = [path for name in names if deep for path in self.child(name).paths((*prefix, name), deep=False)]
        return [path_text((*prefix, name)) for name in names] + below


def _members(annotation: Any) -> Iterator[Any]:
    """The members of an annotation: unions spread out, ``None`` left out, a slot for what it marks."""
    origin = get_origin(annotation)
    if origin is Annotated:
        inner, *metadata = get_args(annotation)
        slots = [item for item in metadata if isinstance(item, Slot)]
        yield from slots or _members(inner)
    elif origin in {Union, UnionType}:
        for member in get_args(annotation):
            yield from _members(member)
    elif annotation is not NoneType:
        yield annotation
