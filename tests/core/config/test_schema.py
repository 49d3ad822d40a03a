"""The JSON Schema of recipes with everything installed."""

# Tables and whole messages read better unbroken.
# ruff: noqa: E501

from __future__ import annotations

import json

import pytest

from ganfw.config import yaml
from ganfw.config.resolve import resolve
from ganfw.config.schema import json_schema
from ganfw.plugins.registry import load_registry, using


def references(schema):
    if isinstance(schema, dict):
        return {schema["$ref"]} if "$ref" in schema else set().union(*map(references, schema.values()))
    return set().union(*map(references, schema)) if isinstance(schema, list) else set()


def test_shape(registry):
    schema = json_schema(registry)
    assert json.loads(json.dumps(schema)) == schema
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert "x-ganfw-slot" not in json.dumps(schema)
    assert {reference.removeprefix("#/$defs/") for reference in references(schema)} <= schema["$defs"].keys()
    assert schema["$defs"]["generator"]["oneOf"] == [
        {"enum": ["dense", "styled"]},
        {"$ref": "#/$defs/generator.dense", "required": ["type"]},
        {"$ref": "#/$defs/generator.styled", "required": ["type"]},
    ]
    dense = schema["$defs"]["generator.dense"]
    assert dense["description"] == "dense layers\n\nLayers of one width.\n\nA paper, section 3"
    assert dense["properties"]["type"] == {"const": "dense"}
    assert dense["properties"]["width"]["description"] == "Units in a layer."
    assert dense["additionalProperties"] is False


@pytest.fixture
def valid(registry):
    jsonschema = pytest.importorskip("jsonschema")
    schema = json_schema(registry)
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema).is_valid


def test_what_resolves_is_valid(registry, valid, tmp_path):
    assert valid(yaml.load_file(tmp_path / "toy.yaml"))
    assert valid(resolve("toy").stages[0].document)


BASE = {"generator": "dense", "discriminator": "judge", "loss": "plain"}


@pytest.mark.parametrize(
    ("change", "good"),
    [
        ({}, True), ({"generator": {"type": "dense", "width": 3}}, True), ({"generator": {"type": "dense", "widht": 3}}, False),
        ({"generator": {"width": 3}}, False), ({"generator": "judge"}, False), ({"generator": {"type": "dense", "width": 0}}, False),
        ({"data": {"path": "p"}}, True), ({"data": {"type": "files"}}, False), ({"data": None}, True),
        ({"regularizers": {"r1": {"weight": 3}, "x": "r2", "r2": None}}, True), ({"regularizers": {"r1": {"n": 3}}}, False),
        ({"optimizers": {"generator": {"lr": 1e-3}, "discriminator": {"type": "sgd"}}}, True),
        ({"optimizers": {"generator": {"momentum": 1}}}, False), ({"lr": 3}, False), ({"gan": "x"}, False),
        ({"generator": {"type": "styled", "mapping": "mapping"}}, True), ({"generator": {"type": "styled", "mapping": "x"}}, False),
        ({"stages": [{"name": "one", "seed": 1}]}, True), ({"stages": [{"seed": 1}]}, False), ({"loss": None}, False),
    ],
)  # fmt: skip
def test_validity(valid, change, good):
    assert valid({**BASE, **change}) == good


def test_each_shipped_recipe_is_valid():
    jsonschema = pytest.importorskip("jsonschema")
    with using(load_registry()) as installed:
        validate = jsonschema.Draft202012Validator(json_schema()).validate
        for recipe in installed.recipes().values():
            validate(yaml.load_file(recipe.path))
