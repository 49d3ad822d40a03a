"""``ganfw evaluate`` with the metrics of this package, from training to comparison."""

import json
import re
import shutil
from pathlib import Path

import pytest

import ganfw_metrics
from ganfw.cli.main import main

README = Path(__file__).parents[2] / "packages/metrics/README.md"
TINY = ("image.size=16", "generator.width=4", "discriminator.width=4", "trainer.batch_size=8", "trainer.steps=2")


@pytest.fixture
def type_in(tmp_path, monkeypatch, capsys):
    """Types a command in an empty folder: the exit code, and what is said."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments):
        with pytest.raises(SystemExit) as stopped:
            main(list(arguments))
        return stopped.value.code, *capsys.readouterr()

    return run


@pytest.fixture
def run(type_in):
    settings = [*TINY, "data=shapes", "data.count=200", "trainer.tracker=null", "trainer.sample_every=null"]
    assert type_in("train", "dcgan", "--run", "run", *settings)[0] == 0
    return "run"


@pytest.fixture
def evaluate(type_in, run):
    return lambda metrics, *given: type_in("evaluate", run, "--metrics", metrics, "--count", "100", *given)


RANDOM = ("fid.extractor=random", "kid.extractor=random", "prdc.extractor={type: random, seed: 0}")


def test_scores_with_their_errors_protocols_and_warnings(evaluate, cache):
    code, said, _ = evaluate("fid,kid,prdc", *RANDOM)
    assert code == 0
    assert re.findall(r"^(\w+)  +[-\d.]+  +[\d.]+ ", said, re.MULTILINE) == [
        "fid", "kid", "precision", "recall", "density", "coverage",
    ]  # fmt: skip
    assert "extractor random, weights" in said
    assert "100 samples: FID is biased upwards below 10,000, so look at kid" in said
    assert len(list((cache / "features").iterdir())) == 1
    kept = [json.loads(line) for line in Path("run/scores.jsonl").read_text().splitlines()]
    assert [score["name"] for score in kept] == ["fid", "kid", "precision", "recall", "density", "coverage"]


def test_the_same_command_gives_the_same_scores(evaluate):
    first, again = (json.loads(evaluate("kid,prdc", *RANDOM[1:], "--json")[1]) for _ in range(2))
    assert first == again


def test_features_of_other_networks_are_not_compared(evaluate):
    evaluate("kid", "kid.extractor=random")
    shutil.copytree("run", "other")
    code, _, said = evaluate("kid", "kid.extractor={type: random, seed: 1}", "--than", "other")
    assert code == 2
    assert said.startswith("ganfw: the two scores of kid were not measured alike:\n\n  weights: ")


def test_a_misspelt_extractor_is_named(evaluate):
    code, _, said = evaluate("kid", "kid.extractor=efficientnet-lite")
    assert code == 2
    assert "no extractor named 'efficientnet-lite'; did you mean efficientnet-lite0?" in said


def test_the_readme_names_every_part_and_its_scores(evaluate):
    heads = {"--metrics", "extractor"}
    rows = [row for row in re.findall(r"^\| `([\w-]+)` \| ([^|]*) \|", README.read_text(), re.M) if row[0] not in heads]
    parts = [*ganfw_metrics.ganfw_register_metric(), *ganfw_metrics.ganfw_register_extractor()]
    assert [name for name, _ in rows] == [part.name for part in parts]
    named = {name: re.findall(r"`([\w-]+)`", scores) for name, scores in rows}
    features = ("prdc", "memorisation", "feature-diversity", "ppl")
    metrics = [*features, "ms-ssim", "class-modes"]
    code, said, wrong = evaluate(",".join(metrics), *(f"{name}.extractor=random" for name in features), "--json")
    assert code == 0, wrong
    assert [score["name"] for score in json.loads(said)] == [score for metric in metrics for score in named[metric]]
