"""Pictures prepared once, at the size that a run needs, so that an epoch costs no decoding.

``$GANFW_CACHE/data/<key>`` (by default under ``~/.cache/ganfw``) holds ``pictures.npy``, uint8 ``(N, C, H, W)``;
``labels.npy``, int64 ``(N,)``, where there are labels; and ``meta.json``. The key follows from the source and the
rules. A folder is written beside and renamed when whole; of two processes that prepare at once, the later discards its
own.
"""

from __future__ import annotations

import json
import logging
import os
import shutil
import tempfile
from dataclasses import astuple, dataclass
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ganfw.data.fitting import fit_all
from ganfw.data.labels import Labels
from ganfw.data.mapped import MappedRows, RowWriter
from ganfw.data.rules import BadPictureError, Rules, TooSmallError
from ganfw.errors import GanfwError

if TYPE_CHECKING:
    from ganfw.data.dataset import Integers
    from ganfw.data.sources import Source

VERSION = 1

_NAMED_AT_MOST = 20
_log = logging.getLogger("ganfw")


@dataclass(frozen=True)
class Prepared:
    """A whole cache folder, opened.

    Args:
        folder: Where it is.
        pictures: uint8 ``(N, C, H, W)``.
        labels: int64 ``(N,)``, if there are any.
        meta: ``count``, ``total``, ``content`` (a hash), ``classes``, ``names``, ``skipped``.
    """

    folder: Path
    pictures: MappedRows
    labels: Integers | None
    meta: dict[str, Any]


def prepare(source: Source, rules: Rules) -> Prepared:
    """The source under the rules, from the cache where it is there.

    Raises:
        GanfwError: If no picture can be used, or the cache cannot be written.
    """
    folder = cache_root() / "data" / _key(source, rules)
    found = open_prepared(folder)
    if found is not None:
        _remark(found.meta, source)
        return found
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        beside = Path(tempfile.mkdtemp(prefix=f"{folder.name}.", dir=folder.parent))
        try:
            meta = _write(source, rules, beside)
            _settle(beside, folder)
        finally:
            shutil.rmtree(beside, ignore_errors=True)
    except OSError as error:
        raise GanfwError(
            f"cannot write the prepared pictures to {folder.parent}: {error.strerror or error}. "
            "Make room or give another folder: GANFW_CACHE=/path/with/room"
        ) from error
    _remark(meta, source, by_name=True)
    whole = open_prepared(folder)
    assert whole is not None, folder
    return whole


def cache_root() -> Path:
    """``$GANFW_CACHE``, by default ``~/.cache/ganfw``."""
    return Path(os.environ.get("GANFW_CACHE") or "~/.cache/ganfw").expanduser()


def open_prepared(folder: Path) -> Prepared | None:
    """A cache folder, or None if it is not there or not whole."""
    try:
        meta = json.loads((folder / "meta.json").read_text(encoding="utf-8"))
        pictures = MappedRows(folder / "pictures.npy")
        labels = np.load(folder / "labels.npy", mmap_mode="r") if meta["classes"] else None
    except (OSError, ValueError, KeyError, EOFError):
        return None
    if len(pictures) != meta["count"] or (labels is not None and len(labels) != meta["count"]):
        return None
    return Prepared(folder, pictures, labels, meta)


def _key(source: Source, rules: Rules) -> str:
    parts = (VERSION, source.identity, source.labels, *astuple(rules))
    return blake2b(repr(parts).encode(), digest_size=16).hexdigest()


def _write(source: Source, rules: Rules, folder: Path) -> dict[str, Any]:
    """Write all three files, the meta last, and return it."""
    digest = blake2b(digest_size=16)
    labels = Labels(source.class_names()) if source.labelled else None
    skipped: list[tuple[str, str]] = []
    small: list[TooSmallError] = []
    with RowWriter(folder / "pictures.npy", (rules.channels, rules.size, rules.size)) as writer:
        for item, picture in fit_all(source, rules):
            if isinstance(picture, BadPictureError):
                skipped.append((item.name, str(picture)))
                small += [picture] if isinstance(picture, TooSmallError) else []
            elif labels is not None and not labels.add(item.label):
                skipped.append((item.name, f"has no usable label: {item.label!r}"))
            else:
                writer.append(picture.pixels)
                digest.update(picture.pixels.data)
    if writer.count == 0:
        raise _none_left(source, rules, skipped, small)
    meta = {"version": VERSION, "count": writer.count, "total": writer.count + len(skipped), "source": source.title}
    meta |= {"classes": 0, "names": [], "too_small": len(small), "skipped": skipped}
    if labels is not None:
        values, names, count = labels.encoded()
        np.save(folder / "labels.npy", values)
        digest.update(values.data)
        meta |= {"classes": count, "names": names}
    meta["content"] = digest.hexdigest()
    (folder / "meta.json").write_text(json.dumps(meta, ensure_ascii=False), encoding="utf-8")
    return meta


def _settle(beside: Path, folder: Path) -> None:
    """Give the written folder its name, unless another process was first."""
    for file in beside.iterdir():
        with file.open("rb") as opened:
            os.fsync(opened.fileno())
    if folder.exists() and open_prepared(folder) is None:
        torn = Path(tempfile.mkdtemp(prefix=f"{folder.name}.torn.", dir=folder.parent))
        folder.rename(torn / "folder")
        shutil.rmtree(torn, ignore_errors=True)
    try:
        beside.rename(folder)
    except OSError:
        if open_prepared(folder) is None:
            raise


def _none_left(
    source: Source, rules: Rules, skipped: list[tuple[str, str]], small: list[TooSmallError]
) -> GanfwError:  # fmt: skip
    if not skipped:
        return GanfwError(f"{source.title} has no rows. Give another data set.")
    if len(small) == len(skipped):
        sides = sorted(small, key=lambda error: error.side)
        which = "longer" if rules.fit == "pad" else "shorter"
        works = 1 << (sides[0].side.bit_length() - 1)
        return GanfwError(
            f"all {len(small):,} pictures in {source.title} are too small for image.size={rules.size}: their {which} "
            f"side is {_range(sides[0].side, sides[-1].side)} pixels. image.size={works} would take all of them."
        )
    name, reason = next((name, reason) for name, reason in skipped if not reason.startswith("too small"))
    return GanfwError(
        f"none of the {len(skipped):,} pictures in {source.title} can be used: {len(skipped) - len(small):,} are "
        f"broken, {len(small):,} too small. The first broken one is {name}: {reason}. "
        "`ganfw data check` lists all."
    )


def _range(low: int, high: int) -> str:
    return f"{low}" if low == high else f"{low} to {high}"


def _remark(meta: dict[str, Any], source: Source, *, by_name: bool = False) -> None:
    """Name what was skipped when it is prepared, and count it each time."""
    if not meta["skipped"]:
        return
    broken = [(name, reason) for name, reason in meta["skipped"] if not reason.startswith("too small")]
    for name, reason in broken[:_NAMED_AT_MOST] if by_name else ():
        _log.warning("skipped %s: %s", name, reason)
    _log.warning(
        "%s: %s of %s pictures are skipped (%s broken, %s too small); `ganfw data check` names them",
        source.title, *(f"{n:,}" for n in (len(meta["skipped"]), meta["total"], len(broken), meta["too_small"])),
    )  # fmt: skip
