import importlib.util
import io
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from ganfw.data.check import check
from ganfw.specs import ImageSpec
from ganfw_mnist5k import Mnist5kConfig

PACKAGE = Path(__file__).parents[2] / "packages" / "datasets" / "mnist5k"


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("GANFW_CACHE", str(tmp_path / "cache"))


def digits(**settings):
    data = Mnist5kConfig(**settings).build(ImageSpec(28, 1))
    return data, data.rows(np.arange(len(data)), np.zeros(len(data), np.int64))


def test_there_are_450_of_each_digit_to_learn_from_and_50_held_out():
    for split, count in (("train", 450), ("test", 50)):
        data, rows = digits(split=split, labels=True)
        assert data.spec.shape == (1, 28, 28)
        assert data.spec.condition.names == tuple("0123456789")
        assert np.bincount(rows["condition"]).tolist() == [count] * 10


def test_no_digit_is_in_both_parts():
    train, test = ({row.tobytes() for row in digits(split=split)[1]["real"]} for split in ("train", "test"))
    assert (len(train), len(test)) == (4500, 500)
    assert not train & test


def test_the_looks_share_their_content():
    plain, negative, edges = (digits(split="test", look=look) for look in ("plain", "negative", "edges"))
    assert np.array_equal(negative[1]["real"], 255 - plain[1]["real"])
    assert len({data.fingerprint for data, _ in (plain, negative, edges)}) == 3
    # Outlines lie around the strokes: where a digit is at its brightest, nothing is left.
    assert edges[1]["real"][plain[1]["real"] == 255].max() == 0
    assert 0.05 < (edges[1]["real"] > 128).mean() < 0.3


def test_looks_keep_their_labels():
    assert np.array_equal(digits(labels=True, look="edges")[1]["condition"], digits(labels=True)[1]["condition"])


def test_a_border_makes_them_32_by_32():
    plain = digits(split="test")[1]["real"]
    for look, background in (("plain", 0), ("negative", 255)):
        data = Mnist5kConfig(split="test", look=look, border=2).build(ImageSpec(32, 1))
        framed = data.rows(np.arange(len(data)), np.zeros(len(data), np.int64))["real"]
        wanted = np.pad(plain, ((0, 0), (0, 0), (2, 2), (2, 2)))
        assert np.array_equal(framed, wanted if look == "plain" else 255 - wanted)
        assert framed[:, :, 0].min() == framed[:, :, 0].max() == background


def test_every_picture_is_good():
    report = check(Mnist5kConfig(labels=True), ImageSpec(28, 1))
    assert (report.total, report.good) == (4500, 4500)


def test_the_other_split_is_held_out():
    learned = Mnist5kConfig(look="edges")
    assert learned.held_out() == Mnist5kConfig(look="edges", split="test")
    assert learned.held_out().held_out() is None


def test_the_script_writes_the_columns_that_are_shipped():
    spec = importlib.util.spec_from_file_location("build_mnist5k", PACKAGE / "build_mnist5k.py")
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    out = io.BytesIO()
    pq.write_table(script.schema().empty_table(), out)
    shipped = pq.read_schema(PACKAGE / "src/ganfw_mnist5k/data/test.parquet")
    assert pq.read_schema(out).equals(shipped, check_metadata=True)
