"""Every distribution stands alone: its wheel, and those that it declares, are enough.

Third-party packages come by links into an empty folder, without the workspace's editable installs, so that all this
works offline and in seconds.
"""

import ast
import json
import os
import subprocess
import sys
import tomllib
import zipfile
from email import message_from_string
from importlib.metadata import distribution, packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from processes import run

from ganfw.plugins.registry import load_registry

ROOT = Path(__file__).parents[2]
PROJECTS = {
    data["project"]["name"]: (file.parent, data)
    for file in sorted(ROOT.glob("packages/**/pyproject.toml"))
    for data in [tomllib.loads(file.read_text())]
}
MODULES = {name: source.name for name, (folder, _) in PROJECTS.items() for source in folder.glob("src/*")}
README_LINE = ["ganfw-core", "ganfw-losses", "ganfw-classic", "ganfw-emoji64"]
# What comes with a declared dependency, and with which.
BROUGHT_BY = {
    "pydantic-core": "pydantic",
    "rich": "typer",
    "pillow": "datasets",
    "pyarrow": "datasets",
    "psutil": "accelerate",
    "packaging": "accelerate",
    "huggingface-hub": "datasets",
    "jinja2": "torch",
}


def requirements(name):
    return {canonicalize_name(Requirement(r).name) for r in PROJECTS[name][1]["project"].get("dependencies", ())}


def needed(name):
    """The distributions of the workspace that ``name`` declares, directly or not, and itself."""
    found, todo = set(), [name]
    while todo:
        current = todo.pop()
        if current in PROJECTS and current not in found:
            found.add(current)
            todo += requirements(current)
    return found


def entry_points(name):
    return PROJECTS[name][1]["project"].get("entry-points", {}).get("ganfw", {})


@pytest.fixture(scope="module")
def installed():
    return {status.distribution: status for status in load_registry().statuses}


def test_versions_agree():
    versions = {name: data["project"]["version"] for name, (_, data) in PROJECTS.items()}
    assert len(set(versions.values())) == 1, versions
    (version,) = set(versions.values())
    core = (ROOT / "packages/core/src/ganfw/__init__.py").read_text()
    assert f'__version__ = "{version}"' in core


@pytest.mark.parametrize("name", sorted(PROJECTS))
def test_a_wheel_holds_its_own_files_and_no_others(name, wheels):
    folder, data = PROJECTS[name]
    info = f"{name.replace('-', '_')}-{data['project']['version']}.dist-info"
    held = set(zipfile.ZipFile(wheels[name]).namelist())
    source = folder / "src"
    own = {
        str(file.relative_to(source))
        for file in source.rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    }
    assert {file for file in held if not file.startswith(f"{info}/")} == own
    assert f"{info}/licenses/LICENSE" in held
    assert not own or f"{MODULES[name]}/py.typed" in own
    metadata = message_from_string(zipfile.ZipFile(wheels[name]).read(f"{info}/METADATA").decode())
    assert metadata["License-Expression"].startswith("Apache-2.0")
    assert metadata["Requires-Python"] == ">=3.11"
    assert len(str(metadata.get_payload())) > 300, "the README is the page on PyPI: it should say something"


def test_what_is_no_code_is_in_the_wheels(wheels):
    emoji = zipfile.ZipFile(wheels["ganfw-emoji64"]).namelist()
    assert "ganfw_emoji64/data/train.parquet" in emoji
    assert any(file.endswith("licenses/NOTICE") for file in emoji)
    classic = zipfile.ZipFile(wheels["ganfw-classic"]).namelist()
    assert "ganfw_classic/recipes/dcgan.yaml" in classic


def test_the_meta_distribution_names_every_plugin():
    extras = PROJECTS["ganfw"][1]["project"]["optional-dependencies"]
    named = {canonicalize_name(Requirement(r).name) for extra in extras.values() for r in extra} | requirements("ganfw")
    assert named - {"ganfw"} == set(PROJECTS) - {"ganfw"}


def test_every_module_has_its_layer():
    layers = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    assert set(layers["root_packages"]) == set(MODULES.values())
    named = {module.strip() for layer in layers["contracts"][0]["layers"] for module in layer.split("|")}
    assert named == set(MODULES.values())


@pytest.mark.parametrize("name", sorted(PROJECTS))
def test_editable_metadata_is_fresh(name):
    """hatch does not install a member anew when only its entry points changed."""
    found = {e.name: e.value for e in distribution(name).entry_points if e.group == "ganfw"}
    assert found == entry_points(name), "stale install: run `./hatchw env prune` and try again"


def imported_modules(folder):
    """Top-level names of all imports, those inside functions included."""
    for file in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Import):
                yield from ((alias.name.split(".")[0], file) for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.level == 0:
                yield node.module.split(".")[0], file


def undeclared(name, source):
    """Imports of distributions that ``name`` does not declare."""
    owners = packages_distributions()
    siblings = {module: owner for owner, module in MODULES.items()}
    extras = PROJECTS[name][1]["project"].get("optional-dependencies", {}).values()
    declared = requirements(name) | {name} | {canonicalize_name(Requirement(r).name) for extra in extras for r in extra}
    missing = set()
    for module, file in imported_modules(source):
        if module in sys.stdlib_module_names:
            continue
        if module in siblings:
            found = {siblings[module]}
        else:
            found = {canonicalize_name(owner) for owner in owners.get(module, [module])}
            found |= {BROUGHT_BY[owner] for owner in found if owner in BROUGHT_BY}
        if not found & declared:
            missing.add(f"{file.relative_to(source)} imports {module}")
    return missing


@pytest.mark.parametrize("name", sorted(MODULES))
def test_every_import_is_declared(name):
    assert undeclared(name, PROJECTS[name][0] / "src") == set()


def test_an_undeclared_sibling_is_noticed(tmp_path):
    (tmp_path / "plugin.py").write_text(
        "def build():\n    from ganfw_classic import DCGANGenerator\n    import torch\n"
    )
    assert undeclared("ganfw-losses", tmp_path) == {"plugin.py imports ganfw_classic"}


@pytest.mark.parametrize("owner", sorted(BROUGHT_BY))
def test_what_comes_with_a_dependency_does_come(owner):
    asked = {canonicalize_name(Requirement(r).name) for r in distribution(BROUGHT_BY[owner]).requires}
    assert owner in asked


@pytest.mark.parametrize("name", sorted(PROJECTS))
def test_a_distribution_works_alone(name, wheels, third_party, installed, tmp_path):
    for dist in needed(name):
        zipfile.ZipFile(wheels[dist]).extractall(tmp_path)
    # -S: no site-packages, so that no .pth file brings the editable installs in
    path = os.pathsep.join(map(str, [tmp_path, third_party]))
    ganfw = [sys.executable, "-S", "-m", "ganfw"]
    alone = {"cwd": tmp_path, "env": {**os.environ, "PYTHONPATH": path}}
    listed = run(*ganfw, "plugins", "--json", **alone)
    found = {s["distribution"]: s for s in json.loads(listed)}
    assert set(found) == {dist for dist in needed(name) if entry_points(dist)} | {"ganfw-core"}
    for dist, status in found.items():
        assert status["status"] == "ok", status
        assert status["parts"] == list(installed[dist].parts)
    run(*ganfw, "schema", **alone)  # imports the settings of every part


@pytest.mark.slow
def test_pip_install_and_train(new_venv, tmp_path):
    """What a stranger does: a new environment, core alone, then the plugins, two steps and a few samples."""
    venv = new_venv(tmp_path)

    def ganfw(*arguments):
        return venv.run("ganfw", *arguments, cwd=tmp_path)

    venv.install("ganfw-core", cwd=tmp_path)
    assert [s["distribution"] for s in json.loads(ganfw("plugins", "--json"))] == ["ganfw-core"]
    assert "pip install ganfw-classic" in ganfw("recipes")
    refused = subprocess.run(
        [venv.folder / "bin/ganfw", "train", "dcgan"],
        cwd=tmp_path, env=venv.environment, capture_output=True, text=True,
    )  # fmt: skip
    assert refused.returncode == 2
    assert "pip install ganfw-classic" in refused.stderr
    assert "Traceback" not in refused.stderr

    venv.install(*README_LINE, cwd=tmp_path)
    tiny = ["trainer.steps=2", "trainer.batch_size=4", "trainer.sample_count=4"]
    ganfw("train", "dcgan", "--run", "runs/first", *tiny)
    ganfw("sample", "runs/first", "--count", "3", "--out", "out")
    assert len(list((tmp_path / "out").glob("*.png"))) == 3
    code = "import ganfw; print(ganfw.__file__, ganfw.load('runs/first').sample(2).shape)"
    printed = venv.run("python", "-W", "error", "-c", code, cwd=tmp_path)
    assert str(venv.folder) in printed
    assert "[2, 3, 32, 32]" in printed
