"""What `ganfw new plugin` writes, as it is written: tested, built, installed, trained, judged, taken away."""

import json
import subprocess

import jsonschema
import pytest

from ganfw.config import yaml
from ganfw.new.writing import KINDS

pytestmark = pytest.mark.slow
TINY = ("trainer.steps=2", "trainer.batch_size=4", "trainer.sample_count=4", "trainer.tracker=null")


def build(venv, folder):
    """The wheel of a plugin."""
    venv.run("pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", folder / "dist", folder, cwd=folder)
    (wheel,) = (folder / "dist").glob("*.whl")
    return wheel


def test_a_generated_plugin_lives_on_core_alone(new_venv, tmp_path):
    venv = new_venv(tmp_path)
    venv.install("ganfw-core", cwd=tmp_path)

    def ganfw(*arguments, code=0):
        return venv.run("ganfw", *arguments, cwd=tmp_path, code=code)

    ganfw("new", "plugin", "glyphs")
    venv.run("pip", "install", "--quiet", build(venv, tmp_path / "ganfw-glyphs"), cwd=tmp_path)
    found = {record["name"]: record for record in json.loads(ganfw("plugins", "--json"))}
    assert found["glyphs"]["status"] == "ok"
    assert sorted(found["glyphs"]["parts"]) == [
        "discriminator:glyphs", "generator:glyphs", "loss:glyphs", "recipe:glyphs-recipe",
    ]  # fmt: skip

    schema = json.loads(ganfw("schema"))
    recipe = yaml.parse_file(tmp_path / "ganfw-glyphs/src/ganfw_glyphs/recipe.yaml").data
    assert "generator.glyphs" in schema["$defs"]
    jsonschema.validate(recipe, schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**recipe, "loss": {"type": "glyphs", "margn": 1.0}}, schema)

    venv.run("python", "-m", "pytest", "-q", cwd=tmp_path / "ganfw-glyphs")
    ganfw("train", "glyphs-recipe", "--run", "run", *TINY)
    assert "sliced-wasserstein" in ganfw("evaluate", "run", "--count", "16")
    ganfw("sample", "run", "--count", "2", "--out", "out")
    assert len(list((tmp_path / "out").glob("*.png"))) == 2

    venv.run("pip", "uninstall", "--quiet", "--yes", "ganfw-glyphs", cwd=tmp_path)
    assert "glyphs" not in ganfw("plugins")
    refused = subprocess.run(
        [venv.folder / "bin/ganfw", "sample", "run"],
        cwd=tmp_path, env=venv.environment, capture_output=True, text=True,
    )  # fmt: skip
    assert refused.returncode == 2
    assert "no generator named 'glyphs'" in refused.stderr
    assert refused.stderr.endswith(
        "\nIt was made with ganfw-glyphs 0.1.0, which is not here: pip install ganfw-glyphs\n"
    )
    assert "Traceback" not in refused.stderr


def test_every_kind_passes_its_own_tests_and_trains(new_venv, tmp_path):
    venv = new_venv(tmp_path)
    venv.install("ganfw-core", "ganfw-losses", "ganfw-classic", cwd=tmp_path)
    tests = []
    for kind in KINDS:
        venv.run("ganfw", "new", "plugin", f"new-{kind}", "--kind", kind, cwd=tmp_path)
        folder = tmp_path / f"ganfw-new-{kind}"
        tests.append(folder / "tests")
        build(venv, folder)
    wheels = [wheel for kind in KINDS for wheel in (tmp_path / f"ganfw-new-{kind}/dist").glob("*.whl")]
    venv.run("pip", "install", "--quiet", *wheels, cwd=tmp_path)
    listed = json.loads(venv.run("ganfw", "plugins", "--json", cwd=tmp_path))
    statuses = {record["name"]: record["status"] for record in listed}
    assert {statuses[f"new-{kind}"] for kind in KINDS} == {"ok"}
    venv.run("python", "-m", "pytest", "-q", "-W", "error", "--import-mode=importlib", *tests, cwd=tmp_path)
    for kind in KINDS:
        if kind != "metric":
            venv.run("ganfw", "train", f"new-{kind}-recipe", *TINY, cwd=tmp_path)
    venv.run("ganfw", "evaluate", "runs/new-loss-recipe", "--metrics", "new-metric", "--count", "8", cwd=tmp_path)
