import json
import logging
import pickle
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from ganfw.config.data import FilesConfig
from ganfw.data import cache as caching
from ganfw.data.mapped import MappedRows, RowWriter
from ganfw.data.stream import Stream, batches
from ganfw.errors import GanfwError
from ganfw.specs import Condition, ImageSpec, VectorSpec

SPEC = ImageSpec(16)


def build(path, spec=SPEC, **settings):
    return FilesConfig(path=str(path), **settings).build(spec)


def entries(cache):
    return sorted(path.name for path in (cache / "data").iterdir())


def everything(data):
    return data.rows(np.arange(len(data)), np.zeros(len(data), np.int64))


def test_pictures_arrive_in_the_range_of_the_spec(folder):
    data = build(folder)
    batch = next(batches(Stream(data, batch_size=4, seed=0), 0, 1))
    assert data.spec == SPEC
    assert len(data) == 6
    assert batch.real.shape == (4, 3, 16, 16)
    assert batch.real.dtype == torch.float32
    assert -1 <= batch.real.min() < -0.5
    assert 0.5 < batch.real.max() <= 1


def test_stored_bytes_are_what_decoding_undoes(tmp_path):
    (tmp_path / "p").mkdir()
    image = np.random.default_rng(0).integers(0, 256, (16, 16, 3), dtype=np.uint8)
    Image.fromarray(image).save(tmp_path / "p" / "one.png")
    real = next(batches(Stream(build(tmp_path / "p"), batch_size=1, seed=0), 0, 1)).real[0]
    torch.testing.assert_close(real, torch.tensor(image.transpose(2, 0, 1) / 127.5 - 1, dtype=torch.float32))


def test_folders_are_classes(folder):
    data = build(folder, labels="folders")
    assert data.spec.condition == Condition("class", 2, ("cat", "dog"))
    rows = everything(data)
    assert rows["condition"].tolist() == [0, 0, 0, 1, 1, 1]
    assert rows["condition"].dtype == np.int64
    assert next(batches(Stream(data, batch_size=6, seed=0), 0, 1, workers=1)).condition.sum() == 3


def test_it_is_prepared_once(folder, cache, monkeypatch):
    first = build(folder)
    monkeypatch.setattr(caching, "fit_all", lambda *_: pytest.fail("prepared again"))
    second = build(folder)
    np.testing.assert_array_equal(everything(first)["real"], everything(second)["real"])
    assert first.fingerprint == second.fingerprint
    assert len(entries(cache)) == 1


def test_what_changes_the_pictures_changes_the_cache(folder, cache, noise):
    prints = [
        build(folder).fingerprint,
        build(folder, ImageSpec(8)).fingerprint,
        build(folder, ImageSpec(16, channels=1)).fingerprint,
        build(folder, labels="folders").fingerprint,
        build(folder, flip=True).fingerprint,
    ]
    noise(20, 20, 9).save(folder / "cat" / "0.png")
    prints.append(build(folder).fingerprint)
    assert len(set(prints)) == 6
    assert len(entries(cache)) == 5


def test_the_same_pictures_elsewhere_have_the_same_fingerprint(folder, tmp_path):
    shutil.copytree(folder, tmp_path / "copy")
    assert build(folder).fingerprint == build(tmp_path / "copy").fingerprint


@pytest.mark.parametrize("torn", ["missing", "short", "garbage", "meta"])
def test_a_torn_cache_is_prepared_again(folder, cache, torn):
    whole = everything(build(folder, labels="folders"))
    (place,) = (cache / "data").iterdir()
    pictures = place / "pictures.npy"
    if torn == "missing":
        (place / "labels.npy").unlink()
    elif torn == "short":
        pictures.write_bytes(pictures.read_bytes()[:-1])
    elif torn == "garbage":
        pictures.write_bytes(b"garbage")
    else:
        (place / "meta.json").write_text('{"count": 6')
    again = everything(build(folder, labels="folders"))
    for name, array in whole.items():
        np.testing.assert_array_equal(array, again[name])
    assert entries(cache) == [place.name]


def test_two_may_prepare_at_once(folder, cache):
    found, errors = [], []

    def work():
        try:
            found.append(everything(build(folder))["real"].sum())
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert len(set(found)) == 1
    assert len(entries(cache)) == 1


def test_a_failure_leaves_nothing_behind(folder, cache, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(RowWriter, "append", full)
    with pytest.raises(GanfwError) as caught:
        build(folder)
    assert str(caught.value) == (
        f"cannot write the prepared pictures to {cache / 'data'}: No space left on device. "
        "Make room or give another folder: GANFW_CACHE=/path/with/room"
    )
    assert entries(cache) == []


def test_flipping_follows_the_lowest_bit_of_the_key(folder):
    plain, flipped = build(folder), build(folder, flip=True)
    real = everything(plain)["real"]
    out = flipped.rows(np.arange(6), np.array([0, 1, 2, 3, 2**62, 2**62 + 1]))["real"]
    np.testing.assert_array_equal(out[::2], real[::2])
    np.testing.assert_array_equal(out[1::2], real[1::2, :, :, ::-1])
    np.testing.assert_array_equal(everything(plain)["real"], real)


def test_the_data_can_be_sent_to_another_process(folder):
    data = build(folder, labels="folders", flip=True)
    sent = pickle.dumps(data)
    assert len(sent) < 2000
    again = pickle.loads(sent)
    keys = np.arange(6)
    np.testing.assert_array_equal(again.rows(keys, keys)["real"], data.rows(keys, keys)["real"])
    assert again.spec == data.spec


def test_a_broken_picture_is_named_skipped_and_counted(folder, caplog):
    broken = folder / "cat" / "broken.png"
    broken.write_bytes((folder / "cat" / "0.png").read_bytes()[:200])
    Image.new("RGB", (10, 40)).save(folder / "dog" / "small.png")
    with caplog.at_level(logging.WARNING, "ganfw"):
        data = build(folder)
    assert len(data) == 6
    assert [record.getMessage() for record in caplog.records] == [
        "skipped cat/broken.png: image file is truncated",
        f"{folder}: 2 of 8 pictures are skipped (1 broken, 1 too small); `ganfw data check` names them",
    ]
    meta = json.loads((data.prepared.folder / "meta.json").read_text())
    assert meta["skipped"] == [
        ["cat/broken.png", "image file is truncated"],
        ["dog/small.png", "too small: 10x40 for size 16"],
    ]
    caplog.clear()
    with caplog.at_level(logging.WARNING, "ganfw"):
        build(folder)
    assert len(caplog.records) == 1


def test_only_small_pictures_say_which_size_would_work(folder):
    with pytest.raises(GanfwError) as caught:
        build(folder, ImageSpec(64))
    assert str(caught.value) == (
        f"all 6 pictures in {folder} are too small for image.size=64: their shorter side is 20 pixels. "
        "image.size=16 would take all of them."
    )


def test_only_broken_pictures_name_the_first(folder):
    for number, file in enumerate(sorted(folder.rglob("*.png"))):
        if number:
            file.write_bytes(b"not a picture")
        else:
            Image.new("RGB", (9, 9)).save(file)
    with pytest.raises(GanfwError) as caught:
        build(folder)
    assert str(caught.value) == (
        f"none of the 6 pictures in {folder} can be used: 5 are broken, 1 too small. The first broken one is "
        "cat/1.png: not a picture that Pillow can read. `ganfw data check` lists all."
    )


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        (
            VectorSpec(2),
            "this data source holds pictures, but the recipe wants vector data. "
            "Give another data.type; `ganfw plugins` lists them.",
        ),
        (
            ImageSpec(16, channels=2),
            "pictures have 1 (luminance), 3 (RGB) or 4 (RGB with alpha) channels, but image.channels=2.",
        ),
    ],
)
def test_a_spec_that_is_not_of_pictures_is_refused(folder, spec, message):
    with pytest.raises(GanfwError) as caught:
        build(folder, spec)
    assert str(caught.value) == message


def test_rows_are_written_one_by_one_and_read_in_any_order(tmp_path):
    rows = np.random.default_rng(0).integers(0, 256, (300, 3, 4, 4), dtype=np.uint8)
    with RowWriter(tmp_path / "rows.npy", (3, 4, 4)) as writer:
        for row in rows:
            writer.append(row)
    np.testing.assert_array_equal(np.load(tmp_path / "rows.npy"), rows)
    mapped = MappedRows(tmp_path / "rows.npy")
    for seed in range(20):
        wanted = np.random.default_rng(seed).integers(0, 300, 100)
        np.testing.assert_array_equal(mapped.take(wanted), rows[wanted])


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads the resident size from /proc")
def test_memory_does_not_grow_with_the_data(tmp_path):
    """Reading 240 MB of prepared pictures leaves less than 90 MB of them in memory."""
    row = np.zeros((3, 64, 64), np.uint8)
    with RowWriter(tmp_path / "rows.npy", row.shape) as writer:
        for _ in range(20_000):
            writer.append(row)
    code = f"""
from pathlib import Path
import numpy as np
from ganfw.data.mapped import MappedRows
def resident():
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))
rows = MappedRows(Path({str(tmp_path / "rows.npy")!r}))
before = resident()
order = np.random.default_rng(0).permutation(len(rows))
for start in range(0, len(rows), 64):
    rows.take(order[start:start + 64])
print(resident() - before)
"""
    grown = int(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout)
    assert grown < 90_000
