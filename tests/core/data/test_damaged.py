"""Prepared pictures that are damaged are named, and prepared anew from their source; or the run stops and says why."""

import logging
import os
import pickle
import re
import shutil

import numpy as np
import pytest
import torch

from ganfw.config.data import FilesConfig
from ganfw.data import cache as caching
from ganfw.data.pictures import PictureData
from ganfw.data.prepared import DamagedError, open_prepared, read_prepared
from ganfw.data.stream import Stream, batches
from ganfw.errors import GanfwError
from ganfw.specs import ImageSpec

PICTURE = 3 * 16 * 16


def build(folder, **settings):
    return FilesConfig(path=str(folder), labels="folders", **settings).build(ImageSpec(16))


def everything(data):
    return data.rows(np.arange(len(data)), np.zeros(len(data), np.int64))


def equal(one, two):
    return all(np.array_equal(one[name], two[name]) for name in ("real", "condition"))


@pytest.fixture
def whole(folder):
    return everything(build(folder))


@pytest.fixture
def place(whole, cache):
    (place,) = (cache / "data").iterdir()
    return place


def tear(file):
    os.truncate(file, file.stat().st_size - 5)


def zero_the_end(file):
    """As a power cut leaves a file whose size was written before its content."""
    size = file.stat().st_size
    os.truncate(file, size - 12)
    os.truncate(file, size)


def flip_a_bit(file, place=-3, bit=0):
    content = bytearray(file.read_bytes())
    content[place] ^= 1 << bit
    file.write_bytes(content)


def flip_in_picture(place, number):
    flip_a_bit(place / "pictures.npy", (number - 6) * PICTURE + 100)


@pytest.mark.parametrize(
    ("file", "damage", "reason"),
    [
        ("pictures.npy", tear, "pictures.npy has 4,731 bytes instead of 4,736"),
        ("pictures.npy", lambda file: os.truncate(file, 50), "pictures.npy has 50 bytes instead of 4,736"),
        ("pictures.npy", lambda file: flip_a_bit(file, 9), "pictures.npy begins otherwise than it was written"),
        ("pictures.npy", os.remove, "pictures.npy is missing"),
        ("labels.npy", tear, "labels.npy does not match its checksum"),
        ("labels.npy", zero_the_end, "labels.npy does not match its checksum"),
        ("labels.npy", flip_a_bit, "labels.npy does not match its checksum"),
        ("labels.npy", os.remove, "labels.npy is missing"),
        ("checks.npy", tear, "checks.npy does not match its checksum"),
        ("checks.npy", zero_the_end, "checks.npy does not match its checksum"),
        ("checks.npy", flip_a_bit, "checks.npy does not match its checksum"),
        ("checks.npy", os.remove, "checks.npy is missing"),
        ("meta.json", tear, "meta.json is not JSON"),
        ("meta.json", zero_the_end, "meta.json is not JSON"),
        ("meta.json", flip_a_bit, "meta.json does not match its checksum"),
        ("meta.json", os.remove, "meta.json is missing"),
    ],
)
def test_what_shows_at_opening_is_named_and_prepared_anew(folder, whole, place, caplog, file, damage, reason):
    damage(place / file)
    with caplog.at_level(logging.WARNING, "ganfw"):
        again = build(folder)
    assert [record.getMessage() for record in caplog.records] == [
        f"the prepared pictures in {place} are damaged: {reason}. They are prepared anew from {folder}"
    ]
    assert equal(everything(again), whole)
    assert list(place.parent.iterdir()) == [place]
    assert equal(everything(PictureData(read_prepared(place))), whole)


@pytest.mark.parametrize("damage", [flip_in_picture, lambda place, _: zero_the_end(place / "pictures.npy")])
def test_a_damaged_picture_is_named_when_it_is_read_and_prepared_anew(folder, whole, place, caplog, damage):
    damage(place, 5)
    data = build(folder)
    data.rows(np.arange(5), np.zeros(5, np.int64))  # the others are whole
    with caplog.at_level(logging.WARNING, "ganfw"):
        rows = everything(data)
    assert [record.getMessage() for record in caplog.records] == [
        f"the prepared pictures in {place} are damaged: picture 5 in pictures.npy does not match its checksum. They "
        f"are prepared anew from {folder}"
    ]
    assert equal(rows, whole)
    assert list(place.parent.iterdir()) == [place]
    assert equal(everything(PictureData(read_prepared(place))), whole)


@pytest.mark.parametrize("workers", [1, 2])
def test_what_a_worker_finds_damaged_is_mended_for_all(folder, whole, place, caplog, workers):
    flip_in_picture(place, 2)
    with caplog.at_level(logging.WARNING, "ganfw"):
        read = [batch.real for batch in batches(Stream(build(folder), batch_size=2, seed=0), 0, 9, workers=workers)]
    assert [record.getMessage() for record in caplog.records] == [
        f"the prepared pictures in {place} are damaged: picture 2 in pictures.npy does not match its checksum. They "
        f"are prepared anew from {folder}"
    ]
    wanted = [batch.real for batch in batches(Stream(build(folder), batch_size=2, seed=0), 0, 9)]
    assert torch.equal(torch.stack(read), torch.stack(wanted))


def test_what_is_kept_on_a_device_is_held_to_its_checksums(folder, whole, place, caplog):
    flip_in_picture(place, 0)
    rows_of = build(folder).keep_on(torch.device("cpu"))
    assert "picture 0 in pictures.npy does not match its checksum" in caplog.text
    np.testing.assert_array_equal(rows_of(torch.arange(6), torch.zeros(6))["real"].numpy(), whole["real"])


def test_a_source_that_is_gone_is_asked_for(folder, place):
    flip_in_picture(place, 4)
    data = build(folder)
    shutil.rmtree(folder)
    with pytest.raises(GanfwError) as caught:
        everything(data)
    assert str(caught.value) == (
        f"the prepared pictures in {place} are damaged: picture 4 in pictures.npy does not match its checksum. They "
        f"cannot be prepared anew: none of the 6 pictures in {folder} can be used: 6 are broken, 0 too small. The "
        "first broken one is cat/0.png: No such file or directory. `ganfw data check` lists all.\n"
        "Put the source back as it was, and run the same command again."
    )
    assert list(place.parent.iterdir()) == [place]  # it is all that there is


def test_a_source_that_has_changed_meanwhile_is_not_mixed_in(folder, place, noise):
    flip_in_picture(place, 4)
    data = build(folder)
    noise(20, 20, 9).save(folder / "cat" / "0.png")
    with pytest.raises(GanfwError) as caught:
        everything(data)
    assert str(caught.value) == (
        f"the prepared pictures in {place} are damaged: picture 4 in pictures.npy does not match its checksum. They "
        f"cannot be prepared anew: {folder} now holds other pictures than when the run began.\n"
        "Put the source back as it was, and run the same command again."
    )


def test_a_process_that_knows_no_source_says_what_to_do(folder, whole, place):
    flip_in_picture(place, 1)
    sent = pickle.loads(pickle.dumps(build(folder)))
    with pytest.raises(GanfwError) as caught:
        everything(sent)
    message = (
        f"the prepared pictures in {place} are damaged: {{}}. Remove that folder and run the same command again: they "
        "are prepared anew."
    )
    assert str(caught.value) == message.format("picture 1 in pictures.npy does not match its checksum")
    data = pickle.dumps(build(folder))
    tear(place / "labels.npy")
    with pytest.raises(GanfwError) as caught:
        pickle.loads(data)
    assert str(caught.value) == message.format("labels.npy does not match its checksum")


def test_of_two_that_read_the_damaged_file_one_prepares_it_anew(folder, whole, place, monkeypatch):
    flip_in_picture(place, 3)
    one, two = build(folder), build(folder)
    everything(one)
    monkeypatch.setattr(caching, "fit_all", lambda *_: pytest.fail("prepared again"))
    assert equal(everything(two), whole)


def test_what_is_damaged_at_once_again_is_not_prepared_forever(folder, place, monkeypatch):
    flip_in_picture(place, 3)
    data = build(folder)
    settle = caching._settle

    def settle_on_a_bad_disk(beside, *rest):
        flip_in_picture(beside, 2)
        settle(beside, *rest)

    monkeypatch.setattr(caching, "_settle", settle_on_a_bad_disk)
    with pytest.raises(GanfwError) as caught:
        everything(data)
    assert str(caught.value) == (
        f"the prepared pictures in {place} are damaged: picture 2 in pictures.npy does not match its checksum. Remove "
        "that folder and run the same command again: they are prepared anew. It has just been prepared anew: this "
        "machine's memory or disk is at fault."
    )


def test_a_picture_is_held_to_its_checksum_once(folder, whole, monkeypatch):
    data = build(folder)
    everything(data)
    monkeypatch.setattr("ganfw.data.mapped.crc32", lambda _: pytest.fail("looked at again"))
    assert equal(everything(data), whole)


@pytest.mark.parametrize("bit", [0, 2, 5, 7])
@pytest.mark.parametrize("file", ["meta.json", "labels.npy", "checks.npy", "pictures.npy"])
def test_no_flipped_bit_is_believed(place, file, bit):
    """Whichever byte is damaged, it is named."""
    content = (place / file).read_bytes()
    places = [*range(min(len(content), 200)), *range(200, len(content), 97)]
    for number in places:
        flip_a_bit(place / file, number, bit)
        with pytest.raises((DamagedError, GanfwError), match=re.escape(file)):
            everything(PictureData(read_prepared(place)))
        (place / file).write_bytes(content)


def test_a_cache_of_an_older_version_is_prepared_anew(folder, whole, place, monkeypatch):
    monkeypatch.setattr(caching, "VERSION", caching.VERSION - 1)
    build(folder)
    monkeypatch.undo()
    assert len(list(place.parent.iterdir())) == 2
    assert open_prepared(place) is not None
