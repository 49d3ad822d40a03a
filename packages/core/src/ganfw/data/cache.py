"""Pictures prepared once, at the size that a run needs, so that an epoch costs no decoding.

``$GANFW_CACHE/data/<key>`` (by default under ``~/.cache/ganfw``) holds ``pictures.npy``, uint8 ``(N, C, H, W)``;
``labels.npy``, int64 ``(N,)``, where there are labels; ``checks.npy``, uint32 ``(N,)``, a checksum for each picture;
and ``meta.json``. The key follows from the source and the rules. A folder is written beside and renamed when whole; of
two processes that prepare at once, the later discards its own. One that is damaged is named and prepared anew.
"""

from __future__ import annotations

import logging
import os
import shutil
import tempfile
from dataclasses import astuple
from hashlib import blake2b
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ganfw.data.fitting import fit_all
from ganfw.data.labels import Labels
from ganfw.data.mapped import DamagedError, RowWriter
from ganfw.data.prepared import Prepared, open_prepared, read_prepared, write_meta
from ganfw.data.rules import BadPictureError, Rules, TooSmallError
from ganfw.errors import GanfwError

if TYPE_CHECKING:
    import numpy.typing as npt

    from ganfw.data.sources import Source

VERSION = 2

_NAMED_AT_MOST = 20
_log = logging.getLogger("ganfw")


def prepare(source: Source, rules: Rules) -> Prepared:
    """The source under the rules, from the cache where it is there.

    Raises:
        GanfwError: If no picture can be used, or the cache cannot be written.
    """
    folder = cache_root() / "data" / _key(source, rules)
    try:
        if (found := read_prepared(folder)) is not None:
            _remark(found.meta, source)
            return found
    except DamagedError as error:
        _log.warning(
            "the prepared pictures in %s are damaged: %s. They are prepared anew from %s", folder, error, source.title
        )
    return _prepare(source, rules, folder)


def prepare_again(damaged: Prepared, error: DamagedError, source: Source, rules: Rules) -> Prepared:
    """The same pictures anew, in place of those that have turned out to be damaged while they were read.

    Raises:
        GanfwError: If the source is not there any more, or holds something else.
    """
    folder = damaged.folder
    found = open_prepared(folder)
    if found is not None and found.pictures.file != damaged.pictures.file:
        return found  # another process was first
    what = f"the prepared pictures in {folder} are damaged: {error}"
    _log.warning("%s. They are prepared anew from %s", what, source.title)
    try:
        return _prepare(source, rules, folder, instead_of=damaged)
    except GanfwError as reason:
        raise GanfwError(
            f"{what}. They cannot be prepared anew: {reason}\nPut the source back as it was, and run the same command "
            "again."
        ) from reason


def _prepare(source: Source, rules: Rules, folder: Path, *, instead_of: Prepared | None = None) -> Prepared:
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        beside = Path(tempfile.mkdtemp(prefix=f"{folder.name}.", dir=folder.parent))
        try:
            meta = _write(source, rules, beside)
            if instead_of is not None and meta["content"] != instead_of.meta["content"]:
                raise GanfwError(f"{source.title} now holds other pictures than when the run began.")
            _settle(beside, folder, instead_of)
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


def _key(source: Source, rules: Rules) -> str:
    parts = (VERSION, source.identity, source.labels, *astuple(rules))
    return blake2b(repr(parts).encode(), digest_size=16).hexdigest()


def _write(source: Source, rules: Rules, folder: Path) -> dict[str, Any]:
    """Write all files, the meta last, and return it."""
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
    meta |= {"shape": [*writer.shape], "classes": 0, "names": [], "too_small": len(small), "skipped": skipped}
    _save(folder / "checks.npy", np.frombuffer(writer.checks, np.uint32))
    if labels is not None:
        values, names, count = labels.encoded()
        _save(folder / "labels.npy", values)
        digest.update(values.data)
        meta |= {"classes": count, "names": names}
    meta["content"] = digest.hexdigest()
    write_meta(folder, meta)
    return meta


def _save(path: Path, array: npt.NDArray[Any]) -> None:
    """`numpy.save`, which would not say that the disk is full."""
    content = BytesIO()
    np.save(content, array)
    path.write_bytes(content.getbuffer())


def _settle(beside: Path, folder: Path, instead_of: Prepared | None) -> None:
    """Give the written folder its name, unless another process was first."""

    def whole() -> bool:
        there = open_prepared(folder)
        return there is not None and (instead_of is None or there.pictures.file != instead_of.pictures.file)

    for file in beside.iterdir():
        with file.open("rb") as opened:
            os.fsync(opened.fileno())
    if folder.exists() and not whole():
        torn = Path(tempfile.mkdtemp(prefix=f"{folder.name}.torn.", dir=folder.parent))
        folder.rename(torn / "folder")
        shutil.rmtree(torn, ignore_errors=True)
    try:
        beside.rename(folder)
    except OSError:
        if not whole():
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
