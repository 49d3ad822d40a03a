"""Listing answers at once: it never imports torch."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest


def test_version(ganfw):
    assert ganfw("--version").out == "ganfw 0.1.0\n"


def test_help_names_every_command(ganfw):
    result = ganfw("--help")
    lines = result.out.partition("Commands:\n")[2].partition("\n\n")[0].splitlines()
    assert [line.split()[0] for line in lines] == [
        "train",
        "sample",
        "recipes",
        "show",
        "check",
        "evaluate",
        "export",
        "schema",
        "plugins",
        *("demo", "push", "report"),  # of ganfw-demo, ganfw-hub and ganfw-report
        "data",
        "new",
    ]
    assert not any(line.endswith("...") for line in lines)  # no summary is cut short


def test_recipes(ganfw):
    rows = json.loads(ganfw("recipes", "--json").out)
    (dcgan,) = (row for row in rows if row["name"] == "dcgan")
    assert dcgan["distribution"] == "ganfw-classic"
    line = next(line for line in ganfw("recipes").out.splitlines() if line.startswith("dcgan "))
    assert line.split(maxsplit=1) == ["dcgan", dcgan["summary"]]


def test_no_recipes(ganfw):
    assert ganfw("recipes", "--no-plugins").out == (
        "no recipes are installed; `pip install ganfw-classic` brings some\n"
    )


def test_plugins(ganfw, tmp_path):
    (tmp_path / "broken.py").write_text("import not_there\n")
    result = ganfw("plugins", "--plugin", "broken.py")
    assert result.out.endswith("    ModuleNotFoundError: No module named 'not_there' (broken.py, line 1)\n")
    rows = json.loads(ganfw("plugins", "--plugin", "broken.py", "--json").out)
    statuses = {row["name"]: row["status"] for row in rows}
    assert (statuses["core"], statuses["classic"], statuses["broken"]) == ("ok", "ok", "failed")


def test_show_prints_what_can_be_read_back(ganfw, tmp_path):
    shown = ganfw("show", "dcgan", "loss=hinge").out
    (tmp_path / "mine.yaml").write_text(shown)
    assert ganfw("show", "mine.yaml").out == shown
    assert "loss:\n  type: hinge\n" in shown


def test_show_of_stages(ganfw, tmp_path):
    (tmp_path / "two.yaml").write_text(
        "data: {type: files, path: pictures}\ngenerator: dcgan\ndiscriminator: dcgan\nloss: hinge\n"
        "stages:\n  - name: small\n    image: {size: 8}\n  - name: large\n    image: {size: 16}\n"
    )
    shown = ganfw("show", "two.yaml").out
    assert [line.strip() for line in shown.splitlines() if line.strip().startswith("size:")] == ["size: 8", "size: 16"]


def test_schema_is_made_anew_only_when_a_part_changes(ganfw, tmp_path, monkeypatch):
    def plugin_with(setting):
        (tmp_path / "mine.py").write_text(
            f"import ganfw\nclass MineConfig(ganfw.Config):\n    {setting}: int = 1\n    def build(self, spec): ...\n"
            "@ganfw.hookimpl\ndef ganfw_register_loss():\n    yield ganfw.Part('mine', MineConfig, 'made here')\n"
        )
        return ganfw("schema", "--plugin", "mine.py").out

    first = plugin_with("colour")
    schema = json.loads(first)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert "colour" in first
    second = plugin_with("texture")
    assert "colour" not in second
    assert "texture" in second
    monkeypatch.setattr("ganfw.config.schema.json_schema", None)
    assert ganfw("schema", "--plugin", "mine.py").out == second


def test_schema_without_a_place_to_remember_it(ganfw, tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    result = ganfw("schema")
    monkeypatch.setenv("GANFW_CACHE", str(tmp_path / "file"))
    assert ganfw("schema") == result


@pytest.mark.parametrize("command", ["--help", "recipes", "plugins", "schema", "show dcgan"])
def test_never_imports_torch(command):
    code = (
        "import sys\nfrom ganfw.cli.main import main\ntry:\n    main(sys.argv[1:])\nexcept SystemExit as stop:\n"
        "    heavy = {'torch', 'accelerate', 'datasets', 'numpy', 'rich'} & set(sys.modules)\n"
        "    sys.exit(stop.code or ', '.join(heavy) or 0)\n"
    )
    done = subprocess.run([sys.executable, "-c", code, *command.split()], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("command", ["--help", "recipes", "plugins"])
def test_lists_without_pydantic(command):
    """It would take more than half as long again as all the rest."""
    code = (
        "import sys\nfrom ganfw.cli.main import main\ntry:\n    main(sys.argv[1:])\n"
        "except SystemExit as stop:\n    sys.exit(stop.code or 'pydantic.main' in sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", code, command], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
