"""Every public name loads, is typed, and costs nothing until it is used."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import ganfw


@pytest.mark.parametrize("name", ganfw.__all__)
def test_every_public_name_loads_and_says_what_it_is(name):
    assert name == "__version__" or getattr(ganfw, name) is not None


def test_type_checkers_see_every_public_name_where_it_lives():
    tree = ast.parse(Path(ganfw.__file__).read_text())
    seen = {
        alias.name: node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) for alias in node.names
    }
    assert {name: seen.get(name) for name in ganfw._HOMES} == {n: f"ganfw.{home}" for n, home in ganfw._HOMES.items()}


def test_importing_ganfw_imports_no_torch():
    modules = "ganfw, ganfw.config.recipe, ganfw.plugins.registry, ganfw.cli.main, sys"
    code = f"import {modules}; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match=r"^module 'ganfw' has no attribute 'Discriminatr'$"):
        _ = ganfw.Discriminatr
