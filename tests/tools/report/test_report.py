"""`ganfw report`: what is on the page, and what it says where something is missing."""

import json
import re

import pytest

from ganfw.cli.main import main
from ganfw.training.logbook import Logbook

TINY = [
    "image.size=16", "generator.width=4", "discriminator.width=4", "trainer.batch_size=8", "trainer.log_every=10",
    "trainer.sample_every=10", "trainer.sample_count=9", "trainer.checkpoint_every=20", "trainer.tracker=null",
    "trainer.evaluation.every_kimg=0.1", "trainer.evaluation.count=8",
]  # fmt: skip


def ganfw(*arguments):
    with pytest.raises(SystemExit) as stopped:
        main([str(argument) for argument in arguments])
    return stopped.value.code


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GANFW_CACHE", str(folder / "cache"))
        assert ganfw("train", "dcgan", *TINY, "trainer.steps=40", "--run", folder / "first") == 0
        assert ganfw("train", "dcgan", *TINY, "trainer.steps=20", "loss.type=hinge", "--run", folder / "second") == 0
        yield folder


def test_a_page_of_one_run(runs, capsys):
    assert ganfw("report", runs / "first") == 0
    file = runs / "first" / "report.html"
    assert capsys.readouterr().out.startswith(str(file))
    page = file.read_text(encoding="utf-8")
    assert "40 steps, 320 images shown" in page
    assert [step for step, _ in json.loads(re.search(r"\}\)\((\[\[.*?\]\]), 0\);", page)[1])] == [10, 20, 30, 40]
    assert page.count('id="slider-') == 1
    assert page.count('class="chart"') >= 6
    assert "nothing to complain of" in page
    assert "sliced-wasserstein" in page
    assert "real_count 8, fake_count 8" in page
    assert "none, for" not in page
    assert "<script src" not in page
    assert file.stat().st_size < 15e6


def test_a_page_of_two_runs_says_what_differs(runs, tmp_path):
    assert ganfw("report", runs / "first", runs / "second", "--out", tmp_path / "both.html") == 0
    page = (tmp_path / "both.html").read_text(encoding="utf-8")
    assert "loss.type: &#34;non-saturating&#34; in first, &#34;hinge&#34; in second" in page
    assert "trainer.steps: 40 in first, 20 in second" in page
    assert page.count("<tr><td>sliced-wasserstein") == 1  # measured alike, so in one row


def test_unlike_protocols_have_a_row_each(runs, tmp_path):
    assert ganfw("evaluate", runs / "second", "--count", "6") == 0
    assert ganfw("report", runs / "first", runs / "second", "--out", tmp_path / "both.html") == 0
    assert (tmp_path / "both.html").read_text(encoding="utf-8").count("<tr><td>sliced-wasserstein") == 2


def test_findings_and_hostile_names_are_shown_as_text(tmp_path):
    run = tmp_path / "<img src=x onerror=alert(1)>"
    run.mkdir()
    (run / "recipe.yaml").write_text("gan: two-player\n")
    book = Logbook(run / "logs" / "metrics.jsonl")
    for step in range(1, 6):
        book.add(step, 3000 * step, {"health/overfitting": 0.9, "</script><b>x": 1.0})
    assert ganfw("report", run, "--out", tmp_path / "page.html") == 0
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert "probably, the discriminator overfits: it tells training data" in page
    assert "<img src=x" not in page
    assert "</script><b>" not in page


def test_a_run_that_has_only_begun(tmp_path):
    (tmp_path / "recipe.yaml").write_text("gan: two-player\n")
    assert ganfw("report", tmp_path, "--out", tmp_path / "page.html") == 0
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert "nothing to complain of, for nothing is logged yet" in page
    assert "has no grids: it has not come to its first yet" in page
    assert "none, for no model in" in page
    assert "Nothing has been measured" in page


def test_data_that_are_gone(runs, tmp_path, monkeypatch):
    import shutil

    shutil.copytree(runs / "first", tmp_path / "run")
    recipe = tmp_path / "run" / "recipe.yaml"
    text = re.sub(r"data:\n(  .*\n)+", f"data:\n  type: files\n  path: {tmp_path}/gone\n", recipe.read_text())
    recipe.write_text(text)
    assert ganfw("report", tmp_path / "run") == 0
    page = (tmp_path / "run" / "report.html").read_text(encoding="utf-8")
    assert page.count("none, for") == 1
    assert "gone" in page


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ("nowhere", "nowhere is no run: there is no such folder; give a folder that `ganfw train --run` has made"),
        ("empty", "empty is no run: it has no recipe.yaml; give a folder that `ganfw train --run` has made"),
        ("list", "list/recipe.yaml holds no recipe, so {}/list is no run"),
    ],
)
def test_what_is_no_run(tmp_path, capsys, what, said):
    (tmp_path / "empty").mkdir()
    (tmp_path / "list").mkdir()
    (tmp_path / "list" / "recipe.yaml").write_text("- 1\n")
    assert ganfw("report", tmp_path / what) == 2
    assert capsys.readouterr().err == f"ganfw: {tmp_path}/{said.format(tmp_path)}\n"


def test_a_page_that_cannot_be_written(tmp_path, capsys):
    (tmp_path / "recipe.yaml").write_text("gan: two-player\n")
    assert ganfw("report", tmp_path, "--out", tmp_path) == 2
    assert capsys.readouterr().err == (
        f"ganfw: cannot write {tmp_path}: Is a directory; choose another place with --out\n"
    )


@pytest.mark.slow
def test_in_a_browser(runs, browser):
    """Opened from the disk it asks for nothing else and complains of nothing, and the slider changes the grid."""
    assert ganfw("report", runs / "first", runs / "second") == 0
    asked, said = [], []
    page = browser.new_page()
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto((runs / "first" / "report.html").as_uri())
    page.wait_for_selector(".js-plotly-plot .scatterlayer")
    last = page.get_attribute("#grid-0", "src")
    assert page.inner_text("#caption-0") == "step 40"
    page.focus("#slider-0")
    page.keyboard.press("Home")
    assert page.inner_text("#caption-0") == "step 10"
    assert page.get_attribute("#grid-0", "src") != last
    assert page.evaluate("document.querySelector('#grid-0').naturalWidth") >= 48
    assert page.inner_text("#caption-1") == "step 20"
    assert page.locator(".js-plotly-plot").count() == page.locator(".chart").count() > 5
    assert said == []
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
