"""The YAML dialect: the core schema of YAML 1.2, strictly."""

# Tables and whole messages read better unbroken.
# ruff: noqa: E501

from __future__ import annotations

import math
import random

import pytest

from ganfw.config import yaml
from ganfw.errors import GanfwError


# YAML 1.2.2, section 10.3.2, and the places where YAML 1.1 (stock PyYAML) reads something else.
@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1e-4", 1e-4), ("1E5", 1e5), ("-.5", -0.5), ("2.", 2.0), ("+12", 12), ("0o17", 15), ("0xFF", 255),
        ("017", 17), ("12:30", "12:30"), ("1_000", "1_000"), ("0b11", "0b11"),
        ("on", "on"), ("yes", "yes"), ("No", "No"), ("off", "off"), ("y", "y"), ("true", True), ("FALSE", False),
        ("tRue", "tRue"), ("null", None), ("~", None), ("", None), ("nULL", "nULL"),
        ("2024-01-31", "2024-01-31"), ("'1'", "1"), ('"true"', "true"), (".inf", math.inf), ("-.INF", -math.inf),
        ("1.2.3", "1.2.3"), ("e5", "e5"), ("=", "="), ("[0.5, 1e-3]", [0.5, 0.001]), ("{a: {b: on}}", {"a": {"b": "on"}}),
        ("<<: {a: 1}", {"<<": {"a": 1}}), ("./pictures", "./pictures"), ("C:\\pictures", "C:\\pictures"),
    ],
)  # fmt: skip
def test_values(text, value):
    read = yaml.loads(text)
    assert read == value
    assert type(read) is type(value)


def test_nan():
    assert math.isnan(yaml.loads(".nan"))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: 1\nb: 2\na: 3", "my.yaml, line 3: the key 'a' stands twice, first in line 1"),
        ("a:\n  b: 1\n  b: 1", "my.yaml, line 3: the key 'b' stands twice, first in line 2"),
        ("a: !!str 1", "my.yaml, line 1: tags such as tag:yaml.org,2002:str are not allowed"),
        ("a: 1\nb: !!python/object:os.system x",
         "my.yaml, line 2: tags such as tag:yaml.org,2002:python/object:os.system are not allowed"),
        ("a: &x [*x]", "my.yaml, line 1: an alias stands inside the value that it repeats"),
        ("1: a", "my.yaml, line 1: a key has to be text, not 1; put it in quotes"),
        ("[a]: b", "my.yaml, line 1: a key has to be text, not a list or mapping; put it in quotes"),
        ("a: [1", "my.yaml, line 1: expected ',' or ']', but got '<stream end>'"),
        ("a: 1\n---\nb: 2", "my.yaml, line 2: but found another document"),
        ("a: *b", "my.yaml, line 1: found undefined alias 'b'"),
        ("a: \x00", "my.yaml: the character #x0000 is not allowed"),
        ("[" * 3000, "my.yaml: nested too deeply"),
    ],
)  # fmt: skip
def test_refusals(text, message):
    with pytest.raises(GanfwError) as error:
        yaml.parse(text, "my.yaml")
    assert str(error.value) == message


def test_a_billion_laughs_is_refused():
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 9)]
    with pytest.raises(GanfwError, match=r"line \d: more than 10,000 values, aliases expanded"):
        yaml.parse("\n".join(lines))


def test_aliases_are_copied():
    assert yaml.loads("a: &x {n: 1}\nb: *x") == {"a": {"n": 1}, "b": {"n": 1}}


def test_lines():
    source = yaml.parse("a: 1\nb:\n  c: [2,\n      3]\n", "my.yaml")
    assert source.lines == {(): 1, ("a",): 1, ("b",): 2, ("b", "c"): 3, ("b", "c", 0): 3, ("b", "c", 1): 4}
    assert source.origins()["b", "c"] == "my.yaml, line 3"


def test_files(tmp_path):
    file = tmp_path / "a.yaml"
    file.write_bytes(b"\xef\xbb\xbfa: 1")  # with a byte order mark
    assert yaml.load_file(file) == {"a": 1}
    file.write_bytes(b"a: \xff")
    with pytest.raises(GanfwError, match=r"a.yaml is not a text file in UTF-8"):
        yaml.load_file(file)
    with pytest.raises(GanfwError, match=r"cannot read .*none.yaml: No such file or directory"):
        yaml.load_file(tmp_path / "none.yaml")


TRICKY = ["1e-4", "on", "yes", "12:30", "0o17", "0x1F", "null", "~", "", " a", "a ", "true", "2024-01-31", ".5", "1_000",
          "a: b", "# no", "- x", "*a", "&a", "!t", "%", "@", "`", "'", '"', "a\nb", "é", "\t", "=", "<<", "?", "[", "{", "x" * 300]  # fmt: skip


@pytest.mark.parametrize("text", TRICKY)
def test_text_stays_text(text):
    data = {"key": text, text: [text, {text: text}]}
    assert yaml.loads(yaml.dumps(data)) == data


@pytest.mark.parametrize("number", [1e-4, 1e-10, 1e20, 0.1, -0.0, 3.0, math.inf, -math.inf, 2**70, -5])
def test_numbers_stay_numbers(number):
    read = yaml.loads(yaml.dumps({"n": number}))["n"]
    assert read == number
    assert type(read) is type(number)


def test_random_documents_survive():
    rng = random.Random(0)

    def value(depth):
        kind = rng.randrange(8 if depth else 6)
        if kind == 6:
            return [value(depth - 1) for _ in range(rng.randrange(4))]
        if kind == 7:
            return {rng.choice(TRICKY): value(depth - 1) for _ in range(rng.randrange(4))}
        return [None, True, rng.randrange(-9, 999), rng.uniform(-1, 1) * 10 ** rng.randrange(-9, 9), rng.choice(TRICKY),
                "".join(chr(rng.randrange(32, 127)) for _ in range(rng.randrange(9)))][kind]  # fmt: skip

    for _ in range(200):
        data = {"root": value(3)}
        assert yaml.loads(yaml.dumps(data)) == data


def test_layout():
    data = {"b": {"betas": (0.5, 0.999)}, "a": None, "same": [{"x": 1}, {"x": 1}]}
    assert yaml.dumps(data) == "b:\n  betas: [0.5, 0.999]\na: null\nsame:\n- x: 1\n- x: 1\n"


def test_only_plain_data_is_written():
    with pytest.raises(GanfwError, match=r"cannot write .* as YAML"):
        yaml.dumps({"a": object()})
