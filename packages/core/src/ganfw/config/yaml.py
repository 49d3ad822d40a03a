"""One dialect of YAML: the core schema of YAML 1.2, read strictly, with the line of every value.

Stock PyYAML follows YAML 1.1, where ``1e-4`` is text, ``on`` is true and ``12:30`` is 750, and of two equal keys it
keeps the last. Here numbers are numbers, text is text, equal keys are refused, and there are no tags and no dates.

References:
    YAML 1.2.2, section 10.3.2 (core schema, tag resolution).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import yaml

from ganfw.errors import GanfwError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from importlib.resources.abc import Traversable
    from pathlib import Path

Place = tuple[str | int, ...]
"""Where a value stands: the keys and list indices that lead to it."""

_TAG = "tag:yaml.org,2002:"
_NULL = re.compile(r"(?:~|null|Null|NULL|)\Z")
_BOOL = re.compile(r"(?:true|True|TRUE|false|False|FALSE)\Z")
_INT = re.compile(r"(?:[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+)\Z")
_FLOAT = re.compile(
    r"(?:[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))\Z"
)
_RULES = (  # An integer is also a float by its pattern, so the order counts.
    ("null", _NULL, ["~", "n", "N", ""]),
    ("bool", _BOOL, list("tTfF")),
    ("int", _INT, list("-+0123456789")),
    ("float", _FLOAT, list("-+.0123456789")),
)
_HALF = re.compile("[\ud800-\udfff]")
_MOST_VALUES = 10_000
"""Aliases may expand to so many values; more is an attack (a billion laughs) or an accident."""


@dataclass(frozen=True)
class Source:
    """Parsed YAML.

    Args:
        data: Plain mappings, lists and scalars.
        lines: The line on which each value stands, by its place; a mapping's entry has the line of its key.
        name: The file, for messages.
    """

    data: Any
    lines: dict[Place, int]
    name: str

    def origins(self) -> dict[Place, str]:
        """Where each value comes from, in words."""
        return {place: f"{self.name}, line {line}" for place, line in self.lines.items()}


class _Loader(yaml.SafeLoader):
    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012  PyYAML's own protocol

    def compose_node(self, parent: Any, index: Any) -> Any:
        """Refuse tags, which could only make a value something else than it looks."""
        event = self.peek_event()  # type: ignore[no-untyped-call]
        if getattr(event, "tag", None) is not None:
            raise yaml.MarkedYAMLError(
                problem=f"tags such as {event.tag} are not allowed", problem_mark=event.start_mark
            )
        return super().compose_node(parent, index)


class _Dumper(yaml.SafeDumper):
    """Quotes every text that this dialect, or YAML 1.1, would read as something else."""

    def ignore_aliases(self, data: Any) -> bool:
        """Write equal values out in full."""
        return True


def _represent_list(dumper: _Dumper, items: Iterable[Any]) -> yaml.Node:
    values = list(items)
    flat = not any(isinstance(value, dict | list | tuple) for value in values)
    return dumper.represent_sequence(f"{_TAG}seq", values, flow_style=flat)


for _kind, _pattern, _first in _RULES:
    _Loader.add_implicit_resolver(f"{_TAG}{_kind}", _pattern, _first)
    _Dumper.add_implicit_resolver(f"{_TAG}{_kind}", _pattern, _first)
_Dumper.add_representer(list, _represent_list)
_Dumper.add_representer(tuple, _represent_list)


def parse(text: str, name: str = "text") -> Source:
    """Parse one document, with the line of every value.

    Args:
        text: The YAML.
        name: What it is called in messages.

    Raises:
        GanfwError: If it is not valid in this dialect; the message names the line.
    """
    try:
        node = yaml.compose(text, Loader=_Loader)
        reader = _Reader()
        data = None if node is None else reader.read(node, ())
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise GanfwError(
            f"{name}{f', line {mark.line + 1}' if mark else ''}: {error.problem or error.context}"
        ) from None
    except yaml.reader.ReaderError as error:
        raise GanfwError(f"{name}: the character #x{error.character:04x} is not allowed") from None
    except RecursionError:
        raise GanfwError(f"{name}: nested too deeply") from None
    return Source(data, reader.lines, name)


def parse_file(path: Path | Traversable) -> Source:
    """Parse a file, with the line of every value.

    Raises:
        GanfwError: If it cannot be read, or is not valid in this dialect.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise GanfwError(f"{path} is not a text file in UTF-8") from None
    except OSError as error:
        raise GanfwError(f"cannot read {path}: {error.strerror}") from None
    return parse(text, path.name)


def loads(text: str) -> Any:
    """The plain data of one document; see `parse`."""
    return parse(text).data


def load_file(path: Path | Traversable) -> Any:
    """The plain data of a file; see `parse_file`."""
    return parse_file(path).data


def dumps(data: Any) -> str:
    """Write plain data so that `loads` gives it back. Lists of scalars stand on one line.

    Raises:
        GanfwError: If it holds anything but mappings, lists, text, numbers, true, false and null.
    """
    try:
        return yaml.dump(data, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=110)
    except yaml.representer.RepresenterError as error:
        raise GanfwError(f"cannot write {error.args[-1]!r} as YAML") from None


class _Reader:
    """Turns nodes into values and remembers their lines."""

    def __init__(self) -> None:
        self.lines: dict[Place, int] = {}
        self._open: set[int] = set()
        self._count = 0

    def read(self, node: yaml.Node, place: Place) -> Any:
        """The value of a node."""
        self.lines.setdefault(place, node.start_mark.line + 1)
        self._count += 1
        if self._count > _MOST_VALUES:
            raise _refusal(f"more than {_MOST_VALUES:,} values, aliases expanded", node)
        if id(node) in self._open:
            raise _refusal("an alias stands inside the value that it repeats", node)
        self._open.add(id(node))
        try:
            if isinstance(node, yaml.MappingNode):
                return self._mapping(node, place)
            if isinstance(node, yaml.SequenceNode):
                return [self.read(item, (*place, index)) for index, item in enumerate(node.value)]
            return _scalar(node)
        finally:
            self._open.discard(id(node))

    def _mapping(self, node: yaml.MappingNode, place: Place) -> dict[str, Any]:
        result: dict[str, Any] = {}
        lines: dict[str, int] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            key = _scalar(key_node) if isinstance(key_node, yaml.ScalarNode) else None
            if not isinstance(key, str):
                written = key_node.value if isinstance(key_node, yaml.ScalarNode) else "a list or mapping"
                raise _refusal(f"a key has to be text, not {written}; put it in quotes", key_node)
            if key in result:
                raise _refusal(f"the key {key!r} stands twice, first in line {lines[key]}", key_node)
            lines[key] = self.lines[*place, key] = line
            result[key] = self.read(value_node, (*place, key))
        return result


def _refusal(problem: str, node: yaml.Node) -> yaml.MarkedYAMLError:
    return yaml.MarkedYAMLError(problem=problem, problem_mark=node.start_mark)


def _scalar(node: yaml.Node) -> Any:
    text, kind = node.value, node.tag.removeprefix(_TAG)
    if kind == "null":
        return None
    if kind == "bool":
        return text.lower() == "true"
    if kind == "int":
        return int(text, {"0o": 8, "0x": 16}.get(text[:2], 10)) if len(text) < 100 else float(text)
    if kind == "float":
        return float(text.lower().replace(".inf", "inf").replace(".nan", "nan"))
    if _HALF.search(text):  # which no file and no message could hold
        raise _refusal("an escape such as \\ud83d is half a character; write the character itself", node)
    return text
