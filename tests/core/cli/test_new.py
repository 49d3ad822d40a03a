"""`ganfw new plugin` writes a whole plugin or nothing; what it writes is tested in tests/end_to_end."""

import subprocess
import sys
import tomllib

import pytest

from ganfw.new.writing import KINDS

COMMON = {
    ".github/workflows/test.yml", ".gitignore", "CHANGELOG.md", "LICENSE", "README.md", "pyproject.toml",
}  # fmt: skip


def written(folder):
    return {str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file()}


def test_a_whole_plugin(ganfw, tmp_path):
    result = ganfw("new", "plugin", "glyphs")
    assert result.code == 0
    folder = tmp_path / "ganfw-glyphs"
    own = {f"src/ganfw_glyphs/{name}.py" for name in ("__init__", "settings", "generator", "discriminator", "loss")}
    own |= {"src/ganfw_glyphs/py.typed", "src/ganfw_glyphs/recipe.yaml", "tests/test_ganfw_glyphs.py"}
    assert written(folder) == COMMON | own
    project = tomllib.loads((folder / "pyproject.toml").read_text())["project"]
    assert project["name"] == "ganfw-glyphs"
    assert project["dependencies"] == ["ganfw-core>=0.1,<0.2"]
    assert project["entry-points"]["ganfw"] == {"glyphs": "ganfw_glyphs"}
    assert result.out.endswith(
        "\nnext:\n  cd ganfw-glyphs\n  pip install -e '.[test]'\n  pytest\n  ganfw plugins\n"
        "  ganfw train glyphs-recipe\n"
    )


@pytest.mark.parametrize("kind", KINDS)
def test_one_part(ganfw, tmp_path, kind):
    assert ganfw("new", "plugin", "ganfw-mine", "--kind", kind, "--out", "deep/down").code == 0
    own = {
        "src/ganfw_mine/__init__.py",
        "src/ganfw_mine/settings.py",
        f"src/ganfw_mine/{kind}.py",
        "src/ganfw_mine/py.typed",
        "tests/test_ganfw_mine.py",
    }
    recipe = {"src/ganfw_mine/recipe.yaml"} if kind != "metric" else set()
    assert written(tmp_path / "deep/down/ganfw-mine") == COMMON | own | recipe
    for file in (tmp_path / "deep/down/ganfw-mine").rglob("*.yaml"):
        assert len(file.read_text().splitlines()) <= 60


@pytest.mark.parametrize("kind", [None, *KINDS])
def test_what_is_written_is_light_and_in_order_whatever_the_name(ganfw, tmp_path, kind):
    """Whatever ruff would change, and whatever would make `ganfw schema` wait for torch."""
    for name in ("a", "a-name-as-long-as-any-can-be-now"):
        assert ganfw("new", "plugin", name, *(["--kind", kind] if kind else [])).code == 0
    folders = [str(folder) for folder in tmp_path.glob("ganfw-*")]
    assert len(folders) == 2
    for check in (["check"], ["format", "--check"]):
        subprocess.run([sys.executable, "-m", "ruff", *check, "--quiet", "--no-cache", *folders], check=True)
    code = "import sys, ganfw_a.settings; sys.exit('torch' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], cwd=tmp_path / "ganfw-a/src", check=True)


def test_the_author_is_who_git_says(ganfw, tmp_path, monkeypatch):
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "user.name")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", 'Zoë "Z" O\'Hara')
    ganfw("new", "plugin", "mine")
    project = tomllib.loads((tmp_path / "ganfw-mine/pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["authors"] == [{"name": 'Zoë "Z" O\'Hara'}]
    assert 'Copyright (c) Zoë "Z" O\'Hara\n' in (tmp_path / "ganfw-mine/LICENSE").read_text(encoding="utf-8")


def test_a_recipe_of_that_name_is_not_hidden(ganfw, tmp_path):
    (tmp_path / "other.py").write_text(
        "import ganfw\n@ganfw.hookimpl\ndef ganfw_register_recipe():\n"
        "    yield ganfw.RecipeFile('mine-recipe', 'x.yaml', 'elsewhere')\n"
    )
    assert ganfw("new", "plugin", "mine", "--plugin", "other.py").err == (
        "ganfw: the recipe 'mine-recipe' is there already, from other.py; choose another name\n"
    )


def test_templates_leave_nothing_open(ganfw, tmp_path):
    ganfw("new", "plugin", "glyphs")
    for file in (tmp_path / "ganfw-glyphs").rglob("*"):
        if file.is_file():
            assert "{{" not in file.read_text(), file
            assert "{%" not in file.read_text(), file


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["My Loss"], "'My Loss' cannot be the name of a plugin: write lower-case words joined by hyphens"),
        (["../up"], "'../up' cannot be the name of a plugin: write lower-case words joined by hyphens"),
        (["class"], "'class' is a word of Python's own; choose another name"),
        (["random"], "'random' is a word of Python's own; choose another name"),
        (["true"], "'true' is a word of YAML's own; choose another name"),
        (
            ["a-name-that-is-as-long-as-it-gets"],
            "'a-name-that-is-as-long-as-it-gets' has 33 characters, and a name has at most 32; choose a shorter one",
        ),
        (["losses"], "the plugin 'losses' is there already, from ganfw-losses 0.1.0; choose another name"),
        (["core"], "the plugin 'core' is there already, from ganfw-core 0.1.0; choose another name"),
        (
            ["hinge", "--kind", "loss"],
            "the loss 'hinge' is there already, from ganfw-losses 0.1.0; choose another name",
        ),
        (["mine", "--kind", "los"], "--kind los: there is no such kind of plugin; did you mean loss?"),
        (["full"], "ganfw-full is there already and not empty; choose another name, or another place with --out"),
        (["mine", "--out", "file"], "cannot write file/ganfw-mine: File exists"),
    ],
)
def test_mistakes(ganfw, tmp_path, arguments, message):
    (tmp_path / "ganfw-full").mkdir()
    (tmp_path / "ganfw-full/precious.txt").write_text("precious")
    (tmp_path / "file").write_text("precious")
    before = written(tmp_path)
    result = ganfw("new", "plugin", *arguments)
    assert (result.code, result.err) == (2, f"ganfw: {message}\n")
    assert written(tmp_path) == before, "nothing is lost, and nothing half-written"
