"""Whole recipes: names, files, overrides, stages, and every problem at once."""

# Tables and whole messages read better unbroken.
# ruff: noqa: E501

from __future__ import annotations

import pytest

from ganfw.config import yaml
from ganfw.config.problems import RecipeError
from ganfw.config.resolve import difference, recipe_from_document, resolve
from ganfw.errors import GanfwError


def test_a_recipe_by_name(registry):
    resolved = resolve("toy")
    (stage,) = resolved.stages
    assert (resolved.name, stage.name) == ("toy", "main")
    assert resolved.source.endswith("toy.yaml")
    assert stage.recipe.image.spec().shape == (3, 16, 16)
    assert stage.document["generator"] == {"type": "dense", "width": 32, "norm": "none"}
    assert stage.document["regularizers"] == {"r1": {"type": "r1", "weight": 10.0}}
    assert recipe_from_document(stage.document) == stage.recipe
    assert recipe_from_document(yaml.loads(yaml.dumps(stage.document))) == stage.recipe


def test_overrides(registry):
    recipe = (
        resolve("toy", ["data.path=./pics", "image.size=64", "loss=plain", "trainer.kimg=2", "regularizers.r1=null"])
        .stages[0]
        .recipe
    )
    assert recipe.open_data() == ("files", "./pics", recipe.image.spec())
    assert recipe.image.size == 64
    assert (recipe.trainer.steps, recipe.trainer.total_steps) == (None, 250)
    assert recipe.regularizers == {}
    assert registry.name_of("loss", recipe.loss) == "plain"


def test_all_problems_at_once(registry):
    with pytest.raises(RecipeError) as error:
        resolve("toy", [
            "generator.widht=32", "trainer.steps=many", "discriminator=juge", "lr=3", "steps=4", "seed", "image.channels=2",
            "optimizers.generator.lr={start: 1}", "optimizers.discriminator.lr=abc", "optimizers.genrator.lr=1",
            "freeze=[critic]", "trainer.ema.half_life=-1", "regularizers.r3.weight=3", "data.count=1.5",
        ])  # fmt: skip
    assert (
        str(error.value)
        == """\
The recipe has 15 problems:

  seed                              expected key=value, for example seed=1                   (argument seed)
  image.channels                    expected 1, 3 or 4, got 2                                (argument image.channels=2)
  data.count                        expected an integer, got 1.5                             (argument data.count=1.5)
  optimizers.generator.lr.end       is missing                                               (argument optimizers.generator.lr={start: 1})
  optimizers.generator.lr.to_kimg   is missing                                               (argument optimizers.generator.lr={start: 1})
  optimizers.discriminator.lr       expected a number or a mapping (key: value), got "abc"   (argument optimizers.discriminator.lr=abc)
  optimizers.genrator               expected "generator" or "discriminator", got "genrator"; did you mean generator?   (argument optimizers.genrator.lr=1)
  trainer.steps                     expected an integer, got "many"                          (argument trainer.steps=many)
  trainer.ema.half_life             has to be more than 0, got -1                            (argument trainer.ema.half_life=-1)
  freeze.0                          expected "generator" or "discriminator", got "critic"    (argument freeze=[critic])
  generator.widht                   unknown key; did you mean generator.width?               (argument generator.widht=32)
  discriminator.type                no discriminator named 'juge'; did you mean judge? `ganfw plugins` lists all   (argument discriminator=juge)
  regularizers.r3                   no regularizer named 'r3'; `ganfw plugins` lists all     (argument regularizers.r3.weight=3)
  lr                                unknown key; known keys: requires, gan, image, data, held_out, optimizers, trainer, seed, freeze, start_from, generator, discriminator, loss, regularizers, augmentation, generator_every   (argument lr=3)
  steps                             unknown key; did you mean trainer.steps?                 (argument steps=4)"""
    )


def test_problems_in_a_file(registry, tmp_path):
    file = tmp_path / "mine.yaml"
    file.write_text("generator: {type: dense}\nloss:\n  type: plain\n  margin: 3\ntrainer: {steps: 1, kimg: 2}\n")
    with pytest.raises(RecipeError) as error:
        resolve(file)
    assert (
        str(error.value)
        == """\
The recipe has 4 problems:

  trainer         give trainer.steps or trainer.kimg, not both   (mine.yaml, line 5)
  discriminator   is missing; choose one of: judge
  loss.margin     unknown key; known keys: type                  (mine.yaml, line 4)
  data            is missing; give data.path=FOLDER, or data=NAME with one of: files, shapes"""
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("- 1", "mine.yaml holds no recipe: expected a mapping (key: value), got [1]"),
        ("", "mine.yaml holds no recipe: expected a mapping (key: value), got null"),
        ("seed: [", "mine.yaml, line 1: expected the node content, but found '<stream end>'"),
        ("gan: two-plaier", "The recipe has a problem:\n\n  gan   no gan named 'two-plaier'; did you mean two-player? "
         "`ganfw plugins` lists all   (mine.yaml, line 1)"),
        ("gan: 3", "The recipe has a problem:\n\n  gan   expected the name of a game, got 3   (mine.yaml, line 1)"),
        ("stages: 3", "The recipe has a problem:\n\n  stages   expected a list of stages, got 3   (mine.yaml, line 1)"),
        ("stages:\n- seed: 3", "The recipe has a problem:\n\n  stages.0   each stage is a mapping with a name (letters, "
         "digits, - and _)   (mine.yaml, line 2)"),
    ],
)  # fmt: skip
def test_files_that_hold_no_recipe(registry, tmp_path, text, message):
    file = tmp_path / "mine.yaml"
    file.write_text(text)
    with pytest.raises(GanfwError) as error:
        resolve(str(file))
    assert str(error.value) == message


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("toi", "no recipe named 'toi'; did you mean toy? `ganfw recipes` lists all"),
        ("zzz", "no recipe named 'zzz'; `ganfw recipes` lists all"),
        ("./toy.yml", "there is no recipe file ./toy.yml; give the path of a YAML file, or a name that `ganfw recipes` lists"),
    ],
)  # fmt: skip
def test_unknown_recipes(registry, name, message):
    with pytest.raises(GanfwError) as error:
        resolve(name)
    assert str(error.value) == message


STAGED = """\
data: shapes
discriminator: judge
generator: {type: dense, width: 16}
loss: {type: hinge, margin: 2}
trainer: {steps: 10}
stages:
- name: warm-up
  loss: plain
- name: main
  trainer: {steps: 20}
  freeze: [generator]
"""


def test_stages(registry, tmp_path):
    file = tmp_path / "two.yaml"
    file.write_text(STAGED)
    first, second = resolve(file, ["generator.width=4"]).stages
    assert (first.name, second.name) == ("warm-up", "main")
    assert first.document["loss"] == {"type": "plain"}
    assert second.document["loss"] == {"type": "hinge", "margin": 2.0}
    assert (first.recipe.trainer.steps, second.recipe.trainer.steps) == (10, 20)
    assert (first.recipe.freeze, second.recipe.freeze) == ((), ("generator",))
    assert first.document["generator"]["width"] == second.document["generator"]["width"] == 4
    assert "stages" not in first.document


def test_problems_in_stages_are_said_once(registry, tmp_path):
    file = tmp_path / "two.yaml"
    file.write_text(STAGED.replace("steps: 20", "stepps: 20").replace("width", "widht"))
    with pytest.raises(RecipeError) as error:
        resolve(file)
    assert (
        str(error.value)
        == """\
The recipe has 2 problems:

  generator.widht   unknown key; did you mean generator.width?   (two.yaml, line 3)
  trainer.stepps    unknown key; did you mean trainer.steps?     (two.yaml, line 10)"""
    )


def test_building(registry):
    recipe = resolve("toy", ["image.size=4"]).stages[0].recipe
    gan = recipe.build(recipe.image.spec())
    assert [phase.name for phase in gan.phases] == ["discriminator", "generator"]
    assert gan.generator.width == 32
    assert list(gan.regularizers) == ["r1"]


def test_a_document_without_data_builds(registry):
    document = {**resolve("toy").stages[0].document, "data": None}
    recipe = recipe_from_document(document)
    with pytest.raises(GanfwError) as error:
        recipe.open_data()
    assert str(error.value) == "the recipe names no data; give data.path=FOLDER, or data=NAME of an installed data part"


def test_difference():
    here = {"trainer": {"steps": 1000, "kimg": None}, "loss": {"type": "hinge"}, "freeze": [], "same": {"a": [1]}}
    there = {"trainer": {"steps": 2000, "kimg": None}, "loss": {"type": "x", "m": 1}, "freeze": [], "same": {"a": [1]}}
    assert difference(here, there) == [
        "trainer.steps: 1000 here, 2000 in the run",
        'loss.type: "hinge" here, "x" in the run',
        "loss.m: not set here, 1 in the run",
    ]
    assert difference(here, here) == []


@pytest.mark.parametrize("tag", ["data=shapes", "data.type=shapes"])
def test_a_type_beside_a_key_of_another_part(registry, tag):
    with pytest.raises(RecipeError) as error:
        resolve("toy", ["data.path=./pics", tag])
    assert str(error.value) == (
        "The recipe has a problem:\n\n  data.path   belongs to files, but data.type=shapes is given too; leave one out"
        "   (argument data.path=./pics)"
    )


@pytest.mark.parametrize("key", ["stages", "stages.0.seed"])
def test_stages_are_no_override(registry, key):
    with pytest.raises(RecipeError) as error:
        resolve("toy", [f"{key}=3"])
    assert str(error.value) == (
        f"The recipe has a problem:\n\n  {key}   stages are written in the recipe's file; an override counts for each "
        f"of them   (argument {key}=3)"
    )
