"""A folder of prepared pictures, opened: what is damaged in it is named.

``meta.json`` holds its own checksum and those of ``labels.npy`` and ``checks.npy``, which are held to them when the
folder is opened. ``checks.npy`` holds one for each picture, which is held to it when it is first read. So opening
reads no pictures, however many there are.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING, Any
from zlib import crc32

from numpy.lib import format as npy

from ganfw.data.mapped import DamagedError, MappedRows

if TYPE_CHECKING:
    from pathlib import Path

    import numpy.typing as npt

    from ganfw.data.dataset import Integers

_AT_ONCE = 1 << 20


@dataclass(frozen=True)
class Prepared:
    """A whole cache folder, opened.

    Args:
        folder: Where it is.
        pictures: uint8 ``(N, C, H, W)``.
        labels: int64 ``(N,)``, if there are any.
        meta: ``count``, ``shape``, ``total``, ``content`` (a hash), ``classes``, ``names``, ``skipped``.
    """

    folder: Path
    pictures: MappedRows
    labels: Integers | None
    meta: dict[str, Any]


def read_prepared(folder: Path) -> Prepared | None:
    """A cache folder, or None if there is none.

    Raises:
        DamagedError: If a file in it is missing or damaged. Of the pictures only their number and shape are looked at.
    """
    if not folder.exists():
        return None
    meta = _read_meta(folder)
    checks = _read_array(folder, "checks.npy", meta)
    labels = _read_array(folder, "labels.npy", meta) if meta["classes"] else None
    try:
        size, head = (folder / "pictures.npy").stat().st_size, meta["pictures.npy"]
        if size != head[0] + _bytes_of(meta):
            raise DamagedError(f"pictures.npy has {size:,} bytes instead of {head[0] + _bytes_of(meta):,}")
        if _head_of(folder, head[0]) != head:
            raise DamagedError("pictures.npy begins otherwise than it was written")
        pictures = MappedRows(folder / "pictures.npy", checks)
    except DamagedError:
        raise
    except (OSError, ValueError) as error:
        raise _unreadable("pictures.npy", error) from error
    return Prepared(folder, pictures, labels, meta)


def open_prepared(folder: Path) -> Prepared | None:
    """A cache folder, or None if it is not there or not whole."""
    try:
        return read_prepared(folder)
    except DamagedError:
        return None


def write_meta(folder: Path, meta: dict[str, Any]) -> None:
    """Write ``meta.json``, with the checksums of the arrays that lie beside it and of itself."""
    for file in ("checks.npy", "labels.npy"):
        if (folder / file).exists():
            meta |= {file: _file_check(folder / file)}
    meta["pictures.npy"] = _head_of(folder, (folder / "pictures.npy").stat().st_size - _bytes_of(meta))
    text = json.dumps(meta)
    (folder / "meta.json").write_text(json.dumps({"check": crc32(text.encode()), **meta}))


def _read_meta(folder: Path) -> dict[str, Any]:
    try:
        meta = json.loads((folder / "meta.json").read_text(encoding="utf-8"))
        whole = isinstance(meta, dict) and meta.pop("check", None) == crc32(json.dumps(meta).encode())
    except OSError as error:
        raise _unreadable("meta.json", error) from error
    except (ValueError, RecursionError) as error:
        raise DamagedError("meta.json is not JSON") from error
    if not whole:
        raise DamagedError("meta.json does not match its checksum")
    found: dict[str, Any] = meta
    return found


def _read_array(folder: Path, file: str, meta: dict[str, Any]) -> npt.NDArray[Any]:
    try:
        check = _file_check(folder / file)
    except OSError as error:
        raise _unreadable(file, error) from error
    if check != meta.get(file):
        raise DamagedError(f"{file} does not match its checksum")
    try:
        array: npt.NDArray[Any] = npy.open_memmap(folder / file, mode="r")  # which, unlike np.load, opens nothing else
    except Exception as error:  # numpy stumbles in many ways over what is no array
        raise _unreadable(file, error) from error
    return array


def _file_check(path: Path) -> int:
    check = 0
    with path.open("rb") as file:
        while part := file.read(_AT_ONCE):
            check = crc32(part, check)
    return check


def _bytes_of(meta: dict[str, Any]) -> int:
    size: int = meta["count"] * prod(meta["shape"])
    return size


def _head_of(folder: Path, length: int) -> list[int]:
    """What stands before the pictures is checked by itself: numpy stumbles over damage to it in many ways."""
    with (folder / "pictures.npy").open("rb") as file:
        return [length, crc32(file.read(length))]


def _unreadable(file: str, error: Exception) -> DamagedError:
    if isinstance(error, FileNotFoundError):
        return DamagedError(f"{file} is missing")
    reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return DamagedError(f"{file} cannot be read: {reason}")
