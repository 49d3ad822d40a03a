"""Slots in pydantic models."""

# Tables and whole messages read better unbroken.
# ruff: noqa: E501

from __future__ import annotations

import pytest
from pydantic import ValidationError

from ganfw.config.recipe import TwoPlayerRecipe
from ganfw.config.slots import Slot, configure, dump
from ganfw.config.trainer import AdamConfig, SGDConfig
from ganfw.errors import GanfwError


@pytest.fixture
def parts(registry):
    return {kind: {name: part.config for name, part in registry.parts(kind).items()} for kind in ("generator", "loss")}


def test_name_mapping_and_config_mean_the_same(registry, parts):
    slot = Slot("generator")
    config = configure(slot, {"type": "dense"}, ("generator",))
    assert (
        config
        == configure(slot, "dense", ("generator",))
        == configure(slot, parts["generator"]["dense"](), ("generator",))
    )
    assert type(config) is parts["generator"]["dense"]


def test_round_trip(registry):
    recipe = TwoPlayerRecipe.model_validate({
        "generator": {"type": "styled", "mapping": {"type": "mapping", "depth": 4}},
        "discriminator": "judge", "loss": {"type": "hinge", "margin": 2},
        "regularizers": {"r1": {"weight": 3}, "second": "r1", "off": None},
        "optimizers": {"generator": {"lr": 1e-3}, "discriminator": {"type": "sgd", "lr": {"start": 1, "end": 0, "to_kimg": 9}}},
        "data": {"path": "p"},
    })  # fmt: skip
    document = recipe.model_dump(mode="json")
    assert document["generator"] == {"type": "styled", "mapping": {"type": "mapping", "depth": 4}}
    assert list(document["loss"]) == ["type", "margin"]
    assert document["data"] == {"type": "files", "path": "p", "crop": True}
    assert document["regularizers"] == {"r1": {"type": "r1", "weight": 3.0}, "second": {"type": "r1", "weight": 1.0}}
    assert TwoPlayerRecipe.model_validate(document) == recipe
    assert TwoPlayerRecipe.model_validate_json(recipe.model_dump_json()) == recipe


def test_default_optimizer(registry):
    recipe = TwoPlayerRecipe(
        generator="dense", discriminator="judge", loss="plain", optimizers={"generator": SGDConfig()}
    )
    assert recipe.optimizer("generator") == SGDConfig()
    assert recipe.optimizer("discriminator") == AdamConfig(lr=2e-4, betas=(0.5, 0.999))


def test_errors_keep_their_path(registry):
    with pytest.raises(ValidationError) as error:
        TwoPlayerRecipe.model_validate({
            "generator": {"type": "styled", "mapping": {"type": "mapping", "depth": "x"}},
            "discriminator": {"slope": 1}, "loss": 3,
        })  # fmt: skip
    assert [(detail["loc"], detail["type"]) for detail in error.value.errors()] == [
        (("generator", "mapping", "depth"), "int_parsing"),
        (("discriminator", "type"), "missing_type"),
        (("loss",), "slot_type"),
    ]


def test_configure_reports_all_problems(registry):
    with pytest.raises(GanfwError) as error:
        configure(Slot("generator"), {"type": "dense", "widht": 3, "norm": "bathc"}, ("generator",))
    assert str(error.value) == (
        "This part has 2 problems:\n\n"
        '  generator.norm    expected "none" or "batch", got "bathc"; did you mean batch?\n'
        "  generator.widht   unknown key; did you mean generator.width?"
    )


@pytest.mark.parametrize(
    ("value", "line"),
    [
        ("dens", "  generator   no generator named 'dens'; did you mean dense? `ganfw plugins` lists all"),
        ({"width": 3}, "  generator.type   is missing; choose one of: dense, styled"),
        ({"type": 3}, "  generator.type   expected the name of a generator, got 3; choose one of: dense, styled"),
        (7, "  generator   expected the name of a generator or a mapping with its type, got 7"),
        (None, "  generator   expected the name of a generator or a mapping with its type, got null"),
        (AdamConfig(), "  generator   AdamConfig is not the config of any installed generator; register it in a plugin "
         "with ganfw_register_generator"),
    ],
)  # fmt: skip
def test_wrong_values(registry, value, line):
    with pytest.raises(GanfwError) as error:
        configure(Slot("generator"), value, ("generator",))
    assert str(error.value).splitlines()[2] == line


def test_dump_finds_the_kind(registry, parts):
    assert dump(parts["loss"]["hinge"](margin=3)) == {"type": "hinge", "margin": 3.0}
    assert dump(AdamConfig())["type"] == "adam"
