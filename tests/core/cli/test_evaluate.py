"""`ganfw evaluate` measures, keeps and compares; whatever is wrong is said before anything is measured."""

import json
import shutil
from types import ModuleType

import pytest

import ganfw as core
from ganfw.plugins.registry import load_registry, using

SETTINGS = ("image.size=8", "generator.hidden=[8]", "discriminator.hidden=[8]", "augmentation=null", "data=shapes")
LENGTH = ("trainer.batch_size=4", "trainer.tracker=null", "trainer.sample_every=null")


@pytest.fixture
def run(ganfw):
    """A tiny trained run."""
    assert ganfw("train", "mlp", "--run", "run", *SETTINGS, *LENGTH, "data.count=64", "trainer.steps=1").code == 0
    return "run"


def test_scores_are_shown_and_kept(ganfw, run, tmp_path):
    result = ganfw("evaluate", run, "--count", "32")
    assert result.code == 0
    lines = result.out.splitlines()
    assert lines[0].split() == ["metric", "value", "standard", "error", "better"]
    assert lines[1].startswith("sliced-wasserstein  ")
    assert lines[3:] == [
        "32 samples after 0.004 kimg, against 32 of 64 real ones, seed 0",
        "sliced-wasserstein: size 8, directions 512",
        "kept in run/scores.jsonl",
    ]
    (kept,) = map(json.loads, (tmp_path / "run/scores.jsonl").read_text().splitlines())
    assert (kept["name"], kept["images"], kept["protocol"]["fake_count"]) == ("sliced-wasserstein", 4, 32)
    again = json.loads(ganfw("evaluate", "run/model", "--count", "32", "--json").out)
    assert again[0]["value"] == kept["value"], "the same seed gives the same score"
    assert len((tmp_path / "run/scores.jsonl").read_text().splitlines()) == 2


def test_settings_of_a_metric(ganfw, run):
    result = ganfw("evaluate", run, "sliced-wasserstein.directions=7", "--count", "8")
    assert "size 8, directions 7" in result.out
    wrong = ganfw("evaluate", run, "sliced-wasserstein.direction=7", "fid.count=3", "--count", "8")
    assert wrong.code == 2
    assert "expected METRIC.KEY=VALUE of one of sliced-wasserstein" in wrong.err
    assert "did you mean sliced-wasserstein.directions?" in ganfw("evaluate", run, "sliced-wasserstein.direction=7").err


def test_runs_are_compared_when_they_were_measured_alike(ganfw, run, tmp_path):
    ganfw("evaluate", run, "--count", "32")
    shutil.copytree(tmp_path / "run", tmp_path / "other")
    same = ganfw("evaluate", run, "--count", "32", "--than", "other")
    assert "sliced-wasserstein: no difference beyond chance (+0, standard error " in same.out
    unlike = ganfw("evaluate", run, "--count", "16", "--than", "other")
    assert unlike.code == 2
    assert unlike.err == (
        "ganfw: the two scores of sliced-wasserstein were not measured alike:\n\n"
        "  real_count: 16 here, 32 there\n  fake_count: 16 here, 32 there\n\n"
        "Measure both the same way, or compare them in spite of that with --force.\n"
    )
    assert ganfw("evaluate", run, "--count", "16", "--than", "other", "--force").code == 0


def test_against_other_data(ganfw, run, pictures):
    result = ganfw("evaluate", run, "--against", "pictures", "--count", "100")
    assert result.code == 0, result.err
    assert "against 12 of 12 real ones" in result.out
    assert "note: there are only 12 real samples" in result.out


def test_a_run_that_still_trains_is_measured_as_it_was_last_saved(ganfw, run, tmp_path):
    command = ("train", "mlp", "--run", "run", *SETTINGS, *LENGTH, "data.count=64", "trainer.steps=5")
    assert ganfw(*command).code == 0
    shutil.rmtree(tmp_path / "run/checkpoints")
    assert "after 0.02 kimg" in ganfw("evaluate", run, "--count", "8").out


def broken_metric():
    class Broken(core.Metric):
        def measure(self, evaluation):
            raise ZeroDivisionError("nothing to divide by")

    class BrokenConfig(core.Config):
        def build(self, spec):
            return Broken()

    module = ModuleType("broken")
    module.ganfw_register_metric = core.hookimpl(lambda: [core.Part("broken", BrokenConfig, "raises")])
    return module


def test_mistakes(ganfw, run, tmp_path):
    assert ganfw("evaluate", "nowhere").err == "ganfw: no model in nowhere: there is no such folder\n"
    (tmp_path / "empty").mkdir()
    assert ganfw("evaluate", "empty").err == (
        "ganfw: no model in empty: it has no model yet: train it to its first checkpoint\n"
    )
    assert "no metric named 'sliced-waserstein'; did you mean sliced-wasserstein?" in (
        ganfw("evaluate", run, "--metrics", "sliced-waserstein").err
    )
    assert "no data named 'shape'; did you mean shapes?" in ganfw("evaluate", run, "--against", "shape").err
    assert ganfw("evaluate", run, "--than", "empty").err == (
        "ganfw: there are no scores in empty; `ganfw evaluate empty` measures some\n"
    )
    with using(load_registry([broken_metric()])):
        failed = ganfw("evaluate", run, "--metrics", "broken")
    line = broken_metric.__code__.co_firstlineno + 3
    assert failed.err == (
        "ganfw: the metric 'broken' of broken failed: ZeroDivisionError: nothing to divide by "
        f"(test_evaluate.py, line {line})\n"
    )
    assert not (tmp_path / "run/scores.jsonl").exists()


def test_a_model_that_does_not_know_its_data(ganfw, run, tmp_path):
    file = tmp_path / "run/model/config.json"
    facts = json.loads(file.read_text())
    del facts["recipe"]["data"]
    file.write_text(json.dumps(facts))
    assert ganfw("evaluate", run).err == (
        "ganfw: the model in run does not say what it learned from; give its data with --against\n"
    )
    assert ganfw("evaluate", run, "--against", "shapes", "--count", "8").code == 0
