"""Overrides, and laying one layer of a recipe over another."""

# Tables and whole messages read better unbroken.
# ruff: noqa: E501

from __future__ import annotations

import itertools
import random

import pytest

from ganfw.config.overrides import Layer, merge, parse_override, parse_overrides
from ganfw.config.places import Node
from ganfw.config.problems import Problem
from ganfw.config.recipe import TwoPlayerRecipe


@pytest.fixture
def root(registry):
    return Node.of(TwoPlayerRecipe, {})


def lay(base, arguments, root):
    layer, problems = parse_overrides(arguments, root)
    assert problems == []
    return merge(Layer(base), layer, root).data


@pytest.mark.parametrize(
    ("argument", "place", "value"),
    [
        ("seed=3", ("seed",), 3),
        ("optimizers.generator.lr=1e-4", ("optimizers", "generator", "lr"), 1e-4),
        ("augmentation=null", ("augmentation",), None),
        ("augmentation=", ("augmentation",), None),
        ("data.path=a=b", ("data", "path"), "a=b"),
        ("freeze=[generator]", ("freeze",), ["generator"]),
        ("x='1'", ("x",), "1"),
    ],
)
def test_parsing(argument, place, value):
    assert parse_override(argument) == (place, value)


@pytest.mark.parametrize(
    ("argument", "path", "message"),
    [
        ("seed", "seed", "expected key=value, for example seed=1"),
        ("=3", "=", "the key is empty, or has an empty part"),
        ("trainer..steps=3", "trainer..steps", "the key is empty, or has an empty part"),
        ("freeze=[a", "freeze", "not a YAML value (expected ',' or ']', but got '<stream end>'); quote it: 'freeze=\"...\"'"),
    ],
)  # fmt: skip
def test_parsing_problems(argument, path, message):
    assert parse_override(argument) == Problem(path, message, f"argument {argument}")


# base, arguments, result
MERGES = [
    ({"a": 1, "b": 2}, ["b=3", "b=4"], {"a": 1, "b": 4}),
    ({"freeze": ["a", "b"]}, ["freeze=[c]"], {"freeze": ["c"]}),
    ({"loss": "hinge"}, ["loss=plain"], {"loss": {"type": "plain"}}),
    ({"loss": {"type": "hinge", "margin": 2}}, ["loss=plain"], {"loss": {"type": "plain"}}),
    ({"loss": {"type": "hinge", "margin": 2}}, ["loss.type=plain"], {"loss": {"type": "plain"}}),
    ({"loss": {"type": "hinge", "margin": 2}}, ["loss=hinge"], {"loss": {"type": "hinge", "margin": 2}}),
    ({"loss": "plain"}, ["loss.margin=3", "loss=hinge"], {"loss": {"type": "hinge", "margin": 3}}),
    ({"loss": "hinge"}, ["loss.margin=3"], {"loss": {"type": "hinge", "margin": 3}}),
    ({}, ["loss=hinge"], {"loss": "hinge"}),
    ({"augmentation": {"type": "x"}}, ["augmentation=null"], {"augmentation": None}),
    ({"augmentation": None}, ["augmentation.p=1", "augmentation=x"], {"augmentation": {"type": "x", "p": 1}}),
    ({"data": {"type": "shapes", "count": 5}}, ["data.path=p"], {"data": {"type": "files", "path": "p"}}),
    ({"data": {"type": "shapes"}}, ["data.crop=false", "data.path=p"],
     {"data": {"type": "files", "crop": False, "path": "p"}}),
    ({"data": {"type": "files", "path": "p", "crop": False}}, ["data.path=q"],
     {"data": {"type": "files", "path": "q", "crop": False}}),
    ({"data": {"path": "p", "crop": False}}, ["data=files"], {"data": {"path": "p", "crop": False, "type": "files"}}),
    ({"data": {"path": "p"}}, ["data=shapes"], {"data": {"type": "shapes"}}),
    ({"regularizers": {"r1": {"weight": 1}}}, ["regularizers.r1.type=r2"], {"regularizers": {"r1": {"type": "r2"}}}),
    ({"regularizers": {"r1": {"weight": 1}}}, ["regularizers.r1=null"], {"regularizers": {"r1": None}}),
    ({"regularizers": {"r1": {}}}, ["regularizers.r2.weight=3"], {"regularizers": {"r1": {}, "r2": {"weight": 3}}}),
    ({"optimizers": {"generator": {"lr": 1}}}, ["optimizers.generator=sgd"],
     {"optimizers": {"generator": {"type": "sgd"}}}),
    ({"trainer": {"steps": 5, "batch_size": 2}}, ["trainer.kimg=1"], {"trainer": {"batch_size": 2, "kimg": 1}}),
    ({"trainer": {"steps": 5}}, ["trainer.kimg=null"], {"trainer": {"steps": 5, "kimg": None}}),
    ({"trainer": {"steps": 5, "kimg": None}}, ["trainer.kimg=1"], {"trainer": {"kimg": 1}}),
    ({"generator": {"type": "styled", "mapping": {"type": "mapping", "depth": 3}}}, ["generator.mapping=other"],
     {"generator": {"type": "styled", "mapping": {"type": "other"}}}),
]  # fmt: skip


@pytest.mark.parametrize(("base", "arguments", "result"), MERGES)
def test_merging(base, arguments, result, root):
    before = repr(base)
    for order in (
        itertools.permutations(arguments) if len({a.partition("=")[0] for a in arguments}) > 1 else [arguments]
    ):
        assert lay(base, order, root) == result
    assert repr(base) == before


def test_a_tag_comes_first_in_a_block(root):
    assert list(lay({}, ["loss.margin=3", "loss.type=hinge"], root)["loss"]) == ["type", "margin"]


def test_random_plain_documents_merge_as_dictionaries_do(root):
    """Without slots a merge is the union of the leaves, the upper layer winning; with nothing it changes nothing."""
    rng = random.Random(1)

    def document(depth):
        return {
            rng.choice("abcd"): document(depth - 1) if depth and rng.random() < 0.6 else rng.randrange(9)
            for _ in range(rng.randrange(4))
        }

    def leaves(data, place=()):
        if not isinstance(data, dict):
            return {place: data}
        return {at: value for key, item in data.items() for at, value in leaves(item, (*place, key)).items()}

    for _ in range(300):
        base, over = document(3), document(3)
        merged = merge(Layer(base), Layer(over), Node()).data
        assert merge(Layer(base), Layer({}), Node()).data == base
        assert merge(Layer(merged), Layer(over), Node()).data == merged
        assert leaves(over).items() <= leaves(merged).items()
        kept = leaves(merged).items() - leaves(over).items()
        assert kept <= leaves(base).items()


def test_origins_follow_the_values(root):
    base = Layer({"loss": {"type": "hinge", "margin": 2}, "seed": 1}, {
        ("loss",): "line 1", ("loss", "type"): "line 2", ("loss", "margin"): "line 3", ("seed",): "line 4",
    })  # fmt: skip
    over, _ = parse_overrides(["loss.margin=3"], root)
    assert merge(base, over, root).origins == {
        ("loss",): "line 1", ("loss", "type"): "line 2", ("loss", "margin"): "argument loss.margin=3", ("seed",): "line 4",
    }  # fmt: skip
    over, _ = parse_overrides(["loss=plain"], root)
    assert merge(base, over, root).origins == {("loss",): "argument loss=plain", ("seed",): "line 4"}
