"""The zoo's runner trains, measures and keeps; what it has kept is what the page says."""

from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image
from zoo import page, rows, run

ROOT = Path(__file__).parents[2]
KEPT = ROOT / "benchmarks/results/zoo"


@pytest.fixture
def start(tmp_path, capsys, monkeypatch):
    (ring,) = (proof for proof in run.PROOFS if proof.recipe == "ring")
    monkeypatch.setattr(run, "PROOFS", (replace(ring, seeds=(0,)),))

    def start(*options):
        folders = [f"--results={tmp_path / 'results'}", f"--docs={tmp_path}"]
        run.main([str(tmp_path / "runs"), "--only=ring", "--scale=0.0025", *folders, *options])
        return capsys.readouterr().out

    return start


def test_a_run_is_kept_and_a_second_call_skips_it(start, tmp_path):
    assert "ring, seed 0: {'modes'" in start()
    (row,) = rows.read(tmp_path / "results")
    assert (row["recipe"], row["steps"], row["scale"]) == ("ring", 10, 0.0025)
    assert set(row["figures"]) == {"modes", "high-quality"}
    assert [target[1:] for target in row["targets"]] == [["modes", False], ["high-quality", False]]
    with Image.open(tmp_path / "pictures/zoo/ring.png") as picture:
        assert picture.size == (240, 240)
    assert "10 steps" in (tmp_path / "zoo.md").read_text()
    assert "shortened to 0.0025" in (tmp_path / "zoo.md").read_text()
    assert start() == "ring, seed 0: finished before\n"


def test_a_run_without_figures_is_measured_from_its_checkpoint(start, tmp_path):
    start()
    (file,) = (tmp_path / "results").glob("*.json")
    first = rows.read(tmp_path / "results")[0]
    file.unlink()
    weights = next((tmp_path / "runs").rglob("state.safetensors"))
    trained = weights.stat().st_mtime_ns
    start()
    assert rows.read(tmp_path / "results")[0]["figures"] == first["figures"]
    assert weights.stat().st_mtime_ns == trained


def test_the_page_shows_each_seed_and_marks_what_is_missed(tmp_path):
    (first, *_) = (row for row in rows.read(KEPT) if row["recipe"] == "ring")
    missed = [[text, figure, figure != "modes"] for text, figure, _ in first["targets"]]
    second = first | {"seed": 1, "figures": {"modes": 7.0, "high-quality": 0.96}, "targets": missed}
    for row in (first, second):
        rows.write(tmp_path / f"ring-seed{row['seed']}.json", row)
    written = page.page(tmp_path)
    assert "| 1 of 2 | modes 7 (seed 1) |" in written
    assert "| figure | target | seed 0 | seed 1 |" in written
    assert "| modes | ≥ 8 | 8 | 7 **missed** |" in written
    assert written.count("### ring") == 1


def test_a_recipe_without_a_proof_is_named():
    with pytest.raises(SystemExit, match=r"no proof of rings; there are .*ring"):
        run.chosen("rings")


def test_the_page_is_that_of_the_rows():
    written = (ROOT / "docs/zoo.md").read_text()
    assert written == page.page(KEPT), "docs/zoo.md is stale: run python benchmarks/zoo/run.py --page"


def test_every_row_has_a_small_picture_and_a_sentence_on_what_is_seen():
    seen = page._said(KEPT, "seen")
    for row in rows.read(KEPT):
        picture = ROOT / "docs/pictures/zoo" / f"{row['recipe']}.png"
        assert picture.stat().st_size <= 60_000
        assert seen[row["recipe"]]
        assert row["scale"] == 1


def test_every_missed_target_has_its_reason():
    missed = {row["recipe"] for row in rows.read(KEPT) if not all(met for *_, met in row["targets"])}
    assert set(page._said(KEPT, "missed")) == missed
