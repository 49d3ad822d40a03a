"""A million pictures open as quickly as a thousand, and take no more memory."""

import zlib
from math import prod

import numpy as np
import psutil
import pytest
from numpy.lib import format as npy

from ganfw.data.cache import VERSION
from ganfw.data.pictures import PictureData
from ganfw.data.prepared import open_prepared, write_meta
from ganfw.data.stream import Stream, batches

COUNT, SHAPE = 1_000_000, (3, 64, 64)


def hollow(path, dtype, shape):
    """A ``.npy`` file whose content is a hole: 12 GB that take no room on the disk."""
    with path.open("wb") as file:
        npy.write_array_header_1_0(file, {"descr": dtype, "fortran_order": False, "shape": shape})
        file.truncate(file.tell() + np.dtype(dtype).itemsize * prod(shape))


@pytest.fixture
def folder(tmp_path):
    hollow(tmp_path / "pictures.npy", "|u1", (COUNT, *SHAPE))
    hollow(tmp_path / "labels.npy", "<i8", (COUNT,))
    if (tmp_path / "pictures.npy").stat().st_blocks * 512 > 1e9:
        pytest.skip("this file system has no files with holes")
    np.save(tmp_path / "checks.npy", np.full(COUNT, zlib.crc32(bytes(prod(SHAPE))), np.uint32))
    meta = {"version": VERSION, "count": COUNT, "total": COUNT, "source": "holes", "classes": 10, "names": []}
    write_meta(tmp_path, {**meta, "shape": [*SHAPE], "too_small": 0, "skipped": [], "content": "holes"})
    return tmp_path


def first_batch(folder):
    data = PictureData(open_prepared(folder))
    return data, next(batches(Stream(data, batch_size=64, seed=0), 0, 1))


def test_a_million_pictures_yield_the_first_batch_within_24_mb(folder):
    first_batch(folder)  # what is imported and allocated once
    before = psutil.Process().memory_info().rss
    data, batch = first_batch(folder)
    grown = psutil.Process().memory_info().rss - before
    assert (len(data), batch.real.shape, batch.condition.shape) == (COUNT, (64, *SHAPE), (64,))
    # 64 pictures in float32 are 3 MB; touching a page of a map brings in 64 KB around each of them, 4 MB. Half of the
    # labels alone would be 4 MB, and a table of the order 8.
    assert grown < 24e6
