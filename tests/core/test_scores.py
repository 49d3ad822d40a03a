"""Scores are records: kept line by line, and compared only when they were measured alike."""

import pytest

import ganfw
from ganfw import scores


def score(value, error=None, better="lower", **protocol):
    return ganfw.Score("fid", value, better, error, protocol)


def test_scores_are_added_and_read_in_order(tmp_path):
    file = tmp_path / "scores.jsonl"
    scores.append(file, [score(3.0, 0.1, seed=0), score(2.0)], images=1000)
    scores.append(file, [score(1.0)], images=2000)
    found = scores.read(file)
    assert [(entry.score.value, entry.images) for entry in found] == [(3.0, 1000), (2.0, 1000), (1.0, 2000)]
    assert found[0].score == score(3.0, 0.1, seed=0)


def test_a_torn_line_costs_no_other(tmp_path):
    file = tmp_path / "scores.jsonl"
    scores.append(file, [score(3.0)], images=1000)
    with file.open("a") as torn:
        torn.write('{"name": "fid", "val')
    scores.append(file, [score(1.0)], images=2000)
    assert [entry.score.value for entry in scores.read(file)] == [3.0, 1.0]


def test_no_scores_yet(tmp_path):
    with pytest.raises(ganfw.GanfwError) as error:
        scores.read(tmp_path / "scores.jsonl")
    assert str(error.value) == f"there are no scores in {tmp_path}; `ganfw evaluate {tmp_path}` measures some"


@pytest.mark.parametrize(
    ("ours", "theirs", "difference", "sentence"),
    [
        (score(10.0, 0.3), score(12.0, 0.4), 2.0, "2 better (standard error 0.5)"),
        (score(12.0, 0.3), score(10.0, 0.4), -2.0, "2 worse (standard error 0.5)"),
        (score(0.9, better="higher"), score(0.5, better="higher"), 0.4, "0.4 better"),
        (score(10.0, 3.0), score(12.0, 4.0), 2.0, "no difference beyond chance (+2, standard error 5)"),
    ],
)
def test_scores_that_were_measured_alike(ours, theirs, difference, sentence):
    found = scores.compare(ours, theirs)
    assert found == (pytest.approx(difference), sentence)


def test_scores_that_were_measured_otherwise_are_not_compared():
    ours, theirs = score(1.0, count=1000, seed=0), score(2.0, count=5000, seed=0)
    with pytest.raises(ganfw.GanfwError) as error:
        scores.compare(ours, theirs)
    assert str(error.value) == (
        "the two scores of fid were not measured alike:\n\n  count: 1000 here, 5000 there\n\n"
        "Measure both the same way, or compare them in spite of that with --force."
    )
    assert scores.compare(ours, theirs, force=True) == (1.0, "1 better")
