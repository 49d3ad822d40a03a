import random

import numpy as np
import pytest
import torch
from PIL import Image

from ganfw.data.arrays import ArrayData
from ganfw.data.permutation import permute
from ganfw.data.stream import Stream, _ahead, batches
from ganfw.errors import GanfwError
from ganfw.specs import ImageSpec


def numbers(count):
    return ArrayData(np.arange(count, dtype=np.float32)[:, None])


class Endless(ArrayData):
    """As long as it says, with nothing in it."""

    size = 1

    def __len__(self):
        return self.size


def indices(count, steps, *, batch_size=8, seed=0, rank=0, world=1):
    stream = Stream(numbers(count), batch_size=batch_size, seed=seed, rank=rank, world=world)
    return np.concatenate([stream.order(step)[0] for step in steps])


@pytest.mark.parametrize("count", [1, 2, 3, 7, 8, 9, 100, 1396])
def test_every_epoch_is_a_permutation_of_its_own(count):
    epochs = indices(count, range(3 * count), batch_size=1).reshape(3, count)
    for epoch in epochs:
        assert sorted(epoch) == list(range(count))
    if count >= 100:
        assert np.mean(epochs[0] == epochs[1]) < 0.1
        assert np.mean(epochs[0] == np.arange(count)) < 0.1


def test_a_batch_may_be_larger_than_the_data():
    rows = indices(3, range(2), batch_size=6)
    for epoch in rows.reshape(4, 3):
        assert sorted(epoch) == [0, 1, 2]


def test_a_batch_goes_on_into_the_next_epoch():
    rows = indices(10, range(5), batch_size=4)
    assert sorted(rows[:10]) == sorted(rows[10:]) == list(range(10))


@pytest.mark.parametrize("world", [2, 4])
def test_the_ranks_together_read_what_one_process_reads(world):
    data = numbers(50)
    one = Stream(data, batch_size=8, seed=3)
    ranks = [Stream(data, batch_size=8, seed=3, rank=rank, world=world) for rank in range(world)]
    for step in (0, 1, 6, 5000):
        for alone, parts in zip(one.order(step), zip(*(rank.order(step) for rank in ranks), strict=True), strict=True):
            np.testing.assert_array_equal(np.concatenate(parts), alone)


def test_a_step_is_the_same_whatever_was_read_before():
    straight = Stream(numbers(50), batch_size=8, seed=0)
    before = {step: straight[step]["real"] for step in range(1200)}
    for step in (0, 511, 512, 513, 1199, 3):
        fresh = Stream(numbers(50), batch_size=8, seed=0)
        np.testing.assert_array_equal(fresh[step]["real"], before[step])
        np.testing.assert_array_equal(straight[step]["real"], before[step])


def test_workers_change_nothing():
    data = ArrayData(np.arange(20, dtype=np.float32)[:, None], condition=np.arange(20) % 3)
    stream = Stream(data, batch_size=4, seed=1)
    alone = list(batches(stream, 3, 13))
    helped = list(batches(stream, 3, 13, workers=2))
    assert len(alone) == len(helped) == 10
    for one, two in zip(alone, helped, strict=True):
        assert torch.equal(one.real, two.real)
        assert torch.equal(one.condition, two.condition)


@pytest.mark.parametrize("workers", [0, 1])
def test_no_global_generator_moves(workers):
    before = torch.get_rng_state(), np.random.get_state()[1].copy(), random.getstate()
    list(batches(Stream(numbers(9), batch_size=3, seed=0), 0, 5, workers=workers))
    assert torch.equal(torch.get_rng_state(), before[0])
    assert (np.random.get_state()[1] == before[1]).all()
    assert random.getstate() == before[2]


def test_the_seed_names_the_order():
    first, again, other = (indices(1000, range(100), seed=seed) for seed in (0, 0, 1))
    assert (first == again).all()
    assert np.mean(first == other) < 0.02


@pytest.mark.parametrize("size", [2, 5, 16, 70])
def test_each_place_is_as_likely_as_any_other(size):
    """Chi-square over 10,000 keys: its mean is the degrees of freedom, (size - 1)^2, and six deviations are allowed."""
    keys = 10_000
    rng = np.random.default_rng(0)
    places = np.tile(np.arange(size, dtype=np.uint64), keys)
    named = np.repeat(rng.integers(0, 2**63, keys, dtype=np.uint64), size)
    out = permute(places, named, size).astype(int).reshape(keys, size)
    counts = np.stack([np.bincount(out[:, place], minlength=size) for place in range(size)])
    freedom = (size - 1) ** 2
    chi_square = ((counts - keys / size) ** 2 / (keys / size)).sum()
    assert abs(chi_square - freedom) < 6 * (2 * freedom) ** 0.5


def test_two_places_are_independent():
    """Chi-square over where the first two of five go: all 20 pairs are as likely."""
    keys = np.random.default_rng(0).integers(0, 2**63, 20_000, dtype=np.uint64)
    first, second = (permute(np.full(20_000, place, np.uint64), keys, 5).astype(int) for place in (0, 1))
    counts = np.bincount(first * 5 + second, minlength=25).reshape(5, 5)
    assert counts.trace() == 0
    expected = 20_000 / 20
    chi_square = ((counts[~np.eye(5, dtype=bool)] - expected) ** 2 / expected).sum()
    assert abs(chi_square - 19) < 6 * (2 * 19) ** 0.5


def test_neighbours_do_not_stay_neighbours():
    epochs = indices(4096, range(512)).astype(float)
    assert abs(np.corrcoef(epochs[:-1], epochs[1:])[0, 1]) < 0.08


def test_very_long_data_needs_no_table():
    data = Endless(np.zeros((1, 2), np.float32))
    data.size = 2**40 - 3
    rows, _ = Stream(data, batch_size=64, seed=0).order(10**9)
    assert len(set(rows)) == 64
    assert 0 <= rows.min() < rows.max() < data.size


def test_keys_differ_at_every_position_and_are_not_negative():
    stream = Stream(numbers(4), batch_size=8, seed=0)
    keys = np.concatenate([stream.order(step)[1] for step in range(1000)])
    assert keys.dtype == np.int64
    assert keys.min() >= 0
    assert len(set(keys)) == 8000
    assert abs(np.mean(keys & 1) - 0.5) < 0.03


def test_one_batch_ahead_keeps_the_order():
    read = []

    def source():
        for number in range(4):
            read.append(number)
            yield number

    seen = []
    for number in _ahead(source()):
        seen.append((number, len(read)))
    assert seen == [(0, 2), (1, 3), (2, 4), (3, 4)]
    assert list(_ahead(iter([]))) == []


def test_a_batch_that_does_not_divide_is_refused():
    with pytest.raises(GanfwError) as caught:
        Stream(numbers(4), batch_size=10, seed=0, world=4)
    assert str(caught.value) == (
        "a batch of 10 rows does not divide into 4 equal parts, one per process. "
        "Give trainer.batch_size=8, or another number of processes."
    )


@pytest.mark.parametrize("flip", [False, True])
def test_data_kept_on_the_device_are_the_same(tmp_path, flip):
    from ganfw.config.data import FilesConfig

    rng = np.random.default_rng(0)
    for label in "ab":
        (tmp_path / label).mkdir()
        for number in range(5):
            Image.fromarray(rng.integers(0, 256, (8, 8, 3), np.uint8)).save(tmp_path / label / f"{number}.png")
    data = FilesConfig(path=str(tmp_path), labels="folders", flip=flip).build(ImageSpec(8))
    assert data.stored_bytes == 10 * (3 * 8 * 8 + 8)
    stream = Stream(data, batch_size=4, seed=0)
    read, kept = (list(batches(stream, 2, 9, keep=keep)) for keep in (False, True))
    for one, two in zip(read, kept, strict=True):
        assert torch.equal(one.real, two.real)
        assert torch.equal(one.condition, two.condition)


def test_data_stay_where_they_are_unless_asked_or_on_a_gpu(monkeypatch):
    data = ArrayData(np.arange(20, dtype=np.float32)[:, None], condition=np.arange(20) % 3)
    kept = []
    monkeypatch.setattr(data, "keep_on", kept.append)
    list(batches(Stream(data, batch_size=4, seed=1), 0, 2, keep="auto"))
    assert kept == []


def test_arrays_kept_on_the_device_are_the_same():
    data = ArrayData(np.arange(20, dtype=np.float32)[:, None], condition=np.arange(20) % 3)
    stream = Stream(data, batch_size=4, seed=1)
    for one, two in zip(batches(stream, 3, 9), batches(stream, 3, 9, keep=True), strict=True):
        assert torch.equal(one.real, two.real)
        assert torch.equal(one.condition, two.condition)


def test_pictures_come_in_the_order_asked_for():
    data = ArrayData(np.zeros((4, 3, 8, 8), np.uint8), condition=np.arange(4))
    batch = next(batches(Stream(data, batch_size=4, seed=0), 0, 1, channels_last=True))
    assert batch.real.is_contiguous(memory_format=torch.channels_last)
    assert not batch.real.is_contiguous()
