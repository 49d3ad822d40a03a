"""The log that any program can read."""

import json
import math

import pytest

from ganfw.errors import GanfwError
from ganfw.training.logbook import Logbook, read


def test_what_is_added_is_read_again(tmp_path):
    file = tmp_path / "logs" / "metrics.jsonl"
    book = Logbook(file)
    book.add(50, 3200, {"generator/adversarial": 0.5})
    assert read(file) == book.entries
    assert json.loads(file.read_text()) == {"step": 50, "images": 3200, "values": {"generator/adversarial": 0.5}}


def test_a_resumed_run_strikes_out_what_it_repeats(tmp_path):
    file = tmp_path / "metrics.jsonl"
    book = Logbook(file)
    for step in (50, 100, 150):
        book.add(step, step, {"a": float(step)})
    with file.open("a") as torn:
        torn.write('{"step": 200, "im')
    again = Logbook(file, step=100)
    assert [entry.step for entry in again.entries] == [50, 100]
    again.add(150, 150, {"a": 1.0})
    assert [(entry.step, entry.values["a"]) for entry in read(file)] == [(50, 50.0), (100, 100.0), (150, 1.0)]


def test_without_a_file_it_is_kept_in_memory():
    book = Logbook()
    book.add(1, 1, {})
    assert len(book.entries) == 1


def test_a_folder_that_cannot_be_written(tmp_path):
    (tmp_path / "logs").write_text("")
    with pytest.raises(GanfwError) as error:
        Logbook(tmp_path / "logs" / "metrics.jsonl")
    assert str(error.value) == (
        f"cannot write the log {tmp_path}/logs/metrics.jsonl: File exists. Make room, or remove what is in the way, "
        "and run the same command again: it goes on from the last checkpoint."
    )


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_a_figure_that_is_not_finite_is_left_out(tmp_path, value):
    """JSON has no word for it; an older log that has it is mended when the run goes on."""

    def refuse(word):
        raise AssertionError(word)

    file = tmp_path / "metrics.jsonl"
    file.write_text(json.dumps({"step": 50, "images": 3200, "values": {"a": value, "b": 1.0}}) + "\n")
    book = Logbook(file, step=50)
    book.add(100, 6400, {"a": value, "b": 2.0})
    lines = [json.loads(line, parse_constant=refuse) for line in file.read_text().splitlines()]
    assert [line["values"] for line in lines] == [{"b": 1.0}, {"b": 2.0}]
    assert read(file) == book.entries
