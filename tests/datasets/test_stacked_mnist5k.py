"""Stacked MNIST: three digits in one picture."""

import numpy as np
import pytest

from ganfw.errors import GanfwError
from ganfw.specs import ImageSpec
from ganfw_mnist5k import Mnist5kConfig, StackedMnist5kConfig

GREY, COLOR = ImageSpec(28, 1), ImageSpec(28, 3)


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("GANFW_CACHE", str(tmp_path / "cache"))


def test_each_channel_is_a_digit_of_the_same_split():
    stacked = StackedMnist5kConfig(split="test").build(COLOR)
    digits = Mnist5kConfig(split="test").build(GREY)
    known = {row.tobytes() for row in digits.rows(np.arange(500), np.arange(500))["real"]}
    real = stacked.rows(np.arange(500), np.arange(500))["real"]
    assert (len(stacked), real.shape, stacked.spec) == (500, (500, 3, 28, 28), COLOR)
    assert {channel[None].tobytes() for picture in real for channel in picture} <= known


def test_all_triples_come_and_equally_often():
    digits = Mnist5kConfig(split="test", labels=True).build(GREY)
    rows = digits.rows(np.arange(500), np.arange(500))
    of = {row.tobytes(): label for row, label in zip(rows["real"], rows["condition"], strict=True)}
    stacked = StackedMnist5kConfig(split="test").build(COLOR)
    keys = np.random.default_rng(0).integers(0, 2**63, 20_000)
    real = stacked.rows(np.arange(20_000) % 500, keys)["real"]
    counts = np.zeros((10, 10, 10), int)
    for picture in real:
        counts[tuple(of[channel[None].tobytes()] for channel in picture)] += 1
    assert counts.min() > 0
    # 999 degrees of freedom: the statistic has mean 999 and deviation 45.
    assert ((counts - 20) ** 2 / 20).sum() == pytest.approx(999, abs=4 * 45)


def test_a_plain_row_is_one_picture_whatever_its_key():
    data = StackedMnist5kConfig(split="test").build(COLOR)
    rows = np.arange(50)
    first, other = (data.rows(rows, rows + shift)["real"] for shift in (0, 50))
    assert (first != other).any()
    first, other = (data.plain().rows(rows, rows + shift)["real"] for shift in (0, 50))
    assert np.array_equal(first, other)


def test_the_other_split_is_held_out():
    assert StackedMnist5kConfig().held_out() == StackedMnist5kConfig(split="test")
    assert StackedMnist5kConfig().held_out().held_out() is None


def test_grey_pictures_are_refused():
    with pytest.raises(GanfwError) as caught:
        StackedMnist5kConfig().build(GREY)
    assert str(caught.value) == "stacked-mnist5k shows a digit in each of three colors. Set image.channels=3."
