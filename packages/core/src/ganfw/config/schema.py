"""One JSON Schema for recipes, with everything that is installed, for editors and other tools."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ganfw.config.slots import MARK
from ganfw.plugins.registry import registry as current_registry
from ganfw.plugins.registry import using

if TYPE_CHECKING:
    from ganfw.config.base import Config
    from ganfw.plugins.records import Part
    from ganfw.plugins.registry import Registry

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_DEFAULT_GAN = "two-player"


def json_schema(registry: Registry | None = None) -> dict[str, Any]:
    """The schema of a recipe.

    Args:
        registry: The parts that may be named; by default everything installed.
    """
    with using(registry):
        return _Writer(current_registry()).recipe()


class _Writer:
    """Collects a definition for each kind, part and nested model; a definition is written once."""

    def __init__(self, registry: Registry) -> None:
        self.registry = registry
        self.definitions: dict[str, Any] = {}

    def recipe(self) -> dict[str, Any]:
        """The whole schema."""
        games = [self._game(part) for part in self.registry.parts("gan").values()]
        return {
            "$schema": _DIALECT,
            "title": "ganfw recipe",
            **(games[0] if len(games) == 1 else {"oneOf": games}),
            "$defs": dict(sorted(self.definitions.items())),
        }

    def _game(self, part: Part) -> dict[str, Any]:
        name = f"gan.{part.name}"
        if name not in self.definitions:
            schema = self._model(self.registry.config("gan", part.name), part)
            required = schema.pop("required", [])
            schema["properties"]["gan"] = {**schema["properties"]["gan"], "const": part.name}
            if part.name != _DEFAULT_GAN:
                required = [*required, "gan"]
            # Each stage overrides what it likes, so there nothing is required but its name.
            stage = {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]}
            stages = {"description": "Runs in a row, each from the weights of the one before.", "items": stage}
            schema["properties"]["stages"] = {"type": "array", "minItems": 1, **stages}
            # A recipe of stages may leave to them what it does not share.
            self.definitions[name] = {**schema, "anyOf": [{"required": required}, {"required": ["stages"]}]}
            if part.name != _DEFAULT_GAN:
                self.definitions[name]["required"] = ["gan"]
        return {"$ref": f"#/$defs/{name}"}

    def _model(self, config: type[Config], part: Part) -> dict[str, Any]:
        """The schema of one config, its nested models moved to the definitions and its slots filled."""
        schema = config.model_json_schema(ref_template="#/$defs/{model}")
        for name, definition in schema.pop("$defs", {}).items():
            self.definitions.setdefault(name, self._filled(definition))
        filled: dict[str, Any] = self._filled(schema)
        described = [part.summary, schema.get("description", ""), part.reference]
        return {**filled, "title": part.name, "description": "\n\n".join(text for text in described if text)}

    def _filled(self, schema: Any) -> Any:
        """The schema with every slot's placeholder replaced by what may stand there."""
        if isinstance(schema, list):
            return [self._filled(item) for item in schema]
        if not isinstance(schema, dict):
            return schema
        filled = {key: self._filled(value) for key, value in schema.items() if key != MARK}
        return {**filled, **self._slot(schema[MARK])} if MARK in schema else filled

    def _slot(self, mark: dict[str, Any]) -> dict[str, Any]:
        kind = mark["kind"]
        self._kind(kind)
        parts = self.registry.parts(kind)
        untyped = [self._ref(kind, part, [key]) for key, part in mark["infer"].items() if part in parts]
        if mark["default"] in parts:
            untyped.append(self._ref(kind, mark["default"], []))
        if mark["keyed"]:
            untyped += [{"type": "null"}, *(self._ref(kind, name, []) for name in parts)]
        return {"anyOf": [{"$ref": f"#/$defs/{kind}"}, *untyped]} if untyped else {"$ref": f"#/$defs/{kind}"}

    def _kind(self, kind: str) -> None:
        """The definition of a kind: one part's name, or its settings with the name as type."""
        if kind in self.definitions:
            return
        parts = self.registry.parts(kind)
        self.definitions[kind] = {}  # A part may hold a slot of its own kind.
        for part in parts.values():
            schema = self._model(self.registry.config(kind, part.name), part)
            schema["properties"] = {"type": {"const": part.name}, **schema.get("properties", {})}
            self.definitions[f"{kind}.{part.name}"] = schema
        named = [{"enum": list(parts)}] if parts else []
        self.definitions[kind] = {"oneOf": [*named, *(self._ref(kind, name, ["type"]) for name in parts)] or [False]}

    def _ref(self, kind: str, name: str, required: list[str]) -> dict[str, Any]:
        reference: dict[str, Any] = {"$ref": f"#/$defs/{kind}.{name}"}
        return {**reference, "required": required} if required else reference
