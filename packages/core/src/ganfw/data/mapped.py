"""Rows of one array on disk: written one after the other, read through a memory map."""

from __future__ import annotations

import mmap
import os
from array import array
from math import prod
from typing import TYPE_CHECKING
from zlib import crc32

import numpy as np
from numpy.lib import format as npy

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType
    from typing import BinaryIO

    import numpy.typing as npt

    from ganfw.data.dataset import Integers
    from ganfw.data.rules import Bytes

# Touching a page of a map brings its neighbours in as well: about this much for each row that is read.
_TOUCHED_BYTES = 1 << 16
_RESIDENT_BYTES = 1 << 26


class DamagedError(ValueError):
    """A stored file is not what was written; the message says which, and how that shows."""


class RowWriter:
    """Writes uint8 rows to a ``.npy`` file whose length is not known beforehand.

    Args:
        path: The file.
        shape: Of one row.

    Attributes:
        checks: A checksum for each row so far.
    """

    def __init__(self, path: Path, shape: tuple[int, ...]) -> None:
        self.shape, self.count = shape, 0
        self.checks = array("I")
        self._file = path.open("wb")
        self._write_header()

    def append(self, row: Bytes) -> None:
        """Write one more row."""
        self._file.write(row.data)
        self.checks.append(crc32(row.data))
        self.count += 1

    def __enter__(self) -> RowWriter:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        with self._file:
            if kind is None:
                # numpy leaves room in the header for the first axis to grow, so the final one is just as long.
                self._file.seek(0)
                self._write_header()

    def _write_header(self) -> None:
        header = {"descr": "|u1", "fortran_order": False, "shape": (self.count, *self.shape)}
        npy.write_array_header_1_0(self._file, header)


class MappedRows:
    """Reads rows of a uint8 ``.npy`` file; the memory that the map holds stays small, however much is read.

    Args:
        path: The file.
        checks: A checksum for each row, uint32 ``(rows,)``, which it is held to when it is first read.

    Attributes:
        shape: Of one row.
        file: Tells this file from one that has taken its place.

    Raises:
        ValueError: If the file is not whole.
    """

    def __init__(self, path: Path, checks: npt.NDArray[np.uint32] | None = None) -> None:
        with path.open("rb") as file:
            shape = _shape_of(file)
            start = file.tell()
            size = file.seek(0, 2)
            if min(shape, default=0) < 1 or size != start + prod(shape):
                raise ValueError("it is not whole")
            status = os.fstat(file.fileno())
            self.file = (status.st_dev, status.st_ino)
            self._map = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        self._rows = np.frombuffer(self._map, np.uint8, offset=start).reshape(shape)
        # Letting pages go makes the next reads fault again, so what fits is kept.
        self._releases = size > _RESIDENT_BYTES and hasattr(self._map, "madvise")
        self._until_release = self._patience = max(1, _RESIDENT_BYTES // (_TOUCHED_BYTES + prod(shape[1:])))
        self.shape: tuple[int, ...] = shape[1:]
        if checks is not None and checks.shape != shape[:1]:
            raise ValueError("it has another number of rows than checksums")
        self._checks = checks
        self._seen = np.zeros(len(self._rows), bool)

    def __len__(self) -> int:
        return len(self._rows)

    def take(self, indices: Integers) -> Bytes:
        """A copy of the rows.

        Raises:
            DamagedError: If one does not match its checksum.
        """
        rows: Bytes = self._rows[indices]
        if self._checks is not None:
            self._check(indices, rows, self._checks)
        self._until_release -= len(indices)
        if self._releases and self._until_release <= 0:
            self._map.madvise(mmap.MADV_DONTNEED)  # The pages stay in the system's cache; only this process lets go.
            self._until_release = self._patience
        return rows

    def _check(self, indices: Integers, rows: Bytes, checks: npt.NDArray[np.uint32]) -> None:
        for place in np.flatnonzero(~self._seen[indices]):
            number = indices[place]
            if crc32(rows[place].data) != checks[number]:
                raise DamagedError(f"picture {number} in pictures.npy does not match its checksum")
            self._seen[number] = True


def _shape_of(file: BinaryIO) -> tuple[int, ...]:
    try:
        if npy.read_magic(file) != (1, 0):
            raise ValueError("it is of another version")
        shape, by_columns, dtype = npy.read_array_header_1_0(file)
    except Exception as error:  # The header is text that numpy parses: SyntaxError, TokenError, OverflowError, ...
        raise ValueError(f"its header cannot be read: {error}") from error
    if dtype != np.uint8 or by_columns:
        raise ValueError("it holds no rows of bytes")
    return tuple(shape)
