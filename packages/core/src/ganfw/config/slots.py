"""Slots: where a recipe names a part, and the settings of that part stand beside the name.

``Annotated[Config, Slot("generator")]`` on a pydantic field takes a mapping with a ``type``, a part's name alone, or a
config, and finds the config class in the registry while validating, so that errors keep their full path.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any, Protocol, cast

from pydantic import TypeAdapter, ValidationError
from pydantic_core import InitErrorDetails, PydanticCustomError, core_schema

from ganfw.config.base import Config
from ganfw.config.problems import RecipeError, problems_of, show
from ganfw.errors import GanfwError
from ganfw.plugins.registry import registry

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
    from pydantic.json_schema import JsonSchemaValue

    from ganfw.config.problems import Place
    from ganfw.specs import Spec

MARK = "x-ganfw-slot"
"""In a model's JSON schema this stands for a slot; `ganfw.config.schema` puts what is installed in its place."""


class PartConfig(Protocol):
    """What the type checker may assume of the config in a slot."""

    def build(self, spec: Spec) -> Any:
        """Make the part."""


def types_from_names(parts: Any) -> Any:
    """In a mapping of keyed slots: give each part its own key as type, and leave out what is null."""
    if not isinstance(parts, Mapping):
        return parts
    return {
        name: {"type": name, **part} if isinstance(part, Mapping) else part
        for name, part in parts.items()
        if part is not None
    }


@dataclass(frozen=True)
class Slot:
    """Marks a field that holds a part's settings.

    Args:
        kind: The kind of part: generator, loss, data, ...
        infer: Part names by a key that gives them away: with ``{"path": "files"}``, ``data.path=./pictures`` alone
            means ``data.type=files``.
        default: The part that is meant when nothing says which.
        keyed: In a mapping of slots: an entry without a type has its own key as type.
    """

    kind: str
    infer: Mapping[str, str] = field(default_factory=dict, hash=False)
    default: str | None = None
    keyed: bool = False

    def part_name(self, value: Any, key: str | None = None) -> Any:
        """The part that a value of a recipe means, or ``None`` when it does not say.

        Args:
            value: A name or a mapping.
            key: The key that it stands under.
        """
        if not isinstance(value, Mapping):
            return value
        if "type" in value:
            return value["type"]
        inferred = next((part for name, part in self.infer.items() if name in value), None)
        return inferred or self.default or (key if self.keyed else None)

    def validate(self, value: Any) -> Config:
        """Turn a value of a recipe into the config that it means.

        Raises:
            ValueError: In a form that pydantic understands: there is no such part, or its settings are wrong.
        """
        if isinstance(value, Config):
            registry().name_of(self.kind, value)
            return value
        if not isinstance(value, str | Mapping):
            raise _custom(
                "slot_type", f"expected the name of a {self.kind} or a mapping with its type, got {show(value)}"
            )
        name = self.part_name(value)
        if not isinstance(name, str):
            known = ", ".join(registry().parts(self.kind)) or "none is installed"
            wrong = "is missing" if name is None else f"expected the name of a {self.kind}, got {show(name)}"
            raise _at("type", "missing_type", f"{wrong}; choose one of: {known}", value)
        try:
            config = registry().config(self.kind, name)
        except GanfwError as error:
            raise _at("type", "unknown_part", str(error), value) from None
        settings = {} if isinstance(value, str) else {key: item for key, item in value.items() if key != "type"}
        return config.model_validate(settings)

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        """Let pydantic validate and write a field by the slot's own rules."""
        return core_schema.no_info_plain_validator_function(
            self.validate,
            serialization=core_schema.plain_serializer_function_ser_schema(
                lambda config, info: dump(config, self.kind, mode=info.mode), info_arg=True
            ),
        )

    def __get_pydantic_json_schema__(
        self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """A placeholder; see `MARK`."""
        mark = {"kind": self.kind, "infer": dict(self.infer), "default": self.default, "keyed": self.keyed}
        return {MARK: mark}


def _custom(kind: str, message: str) -> PydanticCustomError:
    return PydanticCustomError(cast("Any", kind), "{message}", {"message": message})


def _at(key: str, kind: str, message: str, value: Any) -> ValidationError:
    detail = InitErrorDetails(type=_custom(kind, message), loc=(key,), input=value)
    return ValidationError.from_exception_data("slot", [detail])


def dump(config: Config, kind: str | None = None, *, mode: str = "json") -> dict[str, Any]:
    """A part's settings as plain data, its type first; validating them in a slot gives an equal config.

    Args:
        config: The settings.
        kind: The kind of part; looked for among all kinds when left out.
        mode: ``"json"`` gives lists and text only, ``"python"`` keeps tuples.

    Raises:
        GanfwError: If it is not the config of an installed part.
    """
    return {"type": registry().name_of(kind, config), **config.model_dump(mode=mode)}


def configure(slot: Slot, value: Any, place: Place, subject: str = "This part") -> Config:
    """The config that a value means, outside any recipe.

    Args:
        slot: What may stand there.
        value: A name, a mapping, or a config.
        place: What messages call it.
        subject: What messages say has the problems.

    Raises:
        RecipeError: With all problems of the value.
    """
    from ganfw.config.places import Node

    try:
        config: Config = TypeAdapter(Annotated[Any, slot]).validate_python(value)
    except ValidationError as error:
        node = Node(slot=slot)
        problems = problems_of(error, value, keys_at=lambda at: node.at(at, value).paths((*place, *at)), prefix=place)
        raise RecipeError(problems, subject) from None
    return config
