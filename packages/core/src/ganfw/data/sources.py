"""Where encoded pictures come from: a folder or a zip here, tables and the Hugging Face hub in `ganfw.data.tables`."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from functools import partial
from os import walk
from os.path import commonpath
from pathlib import Path, PurePosixPath
from stat import S_ISREG
from typing import TYPE_CHECKING
from zipfile import ZipFile, ZipInfo

from ganfw.config.problems import closest
from ganfw.data.rules import BadPictureError
from ganfw.errors import GanfwError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

PICTURE_SUFFIXES = (
    ".avif", ".bmp", ".gif", ".jp2", ".jpeg", ".jpg", ".pbm", ".pgm", ".png", ".pnm", ".ppm", ".tga", ".tif", ".tiff",
    ".webp",
)  # fmt: skip
TABLE_SUFFIXES = (".parquet", ".arrow")

_LARGEST_BYTES = 1 << 30


@dataclass(frozen=True)
class Item:
    """One stored picture.

    Args:
        name: What messages call it.
        read: Its encoded bytes; raises `BadPictureError` or OSError.
        label: Its class, as stored.
    """

    name: str
    read: Callable[[], bytes]
    label: str | int | None = None


class Source(ABC):
    """Encoded pictures in a fixed order.

    Attributes:
        title: What messages call it.
        identity: Changes whenever the content does, as far as can be told without reading it.
        labels: ``"none"``, ``"folders"``, or the column with the classes.
    """

    title: str
    identity: str
    labels: str

    @property
    def labelled(self) -> bool:
        """Whether its items have labels."""
        return self.labels != "none"

    @abstractmethod
    def items(self) -> Iterator[Item]:
        """Every picture once, in the same order each time."""

    def class_names(self) -> tuple[str, ...]:
        """The classes in order where the source states them; empty where they follow from the labels."""
        return ()


class FolderSource(Source):
    """The pictures under a folder, in the order of their names.

    Args:
        root: The folder.
        files: The pictures in it, as `pictures_in` finds them.
        labels: ``"none"``, or ``"folders"`` for the first folder under the root.
    """

    def __init__(self, root: Path, files: Sequence[str], labels: str) -> None:
        self.root, self.files, self.title = root, files, str(root)
        self.labels = _by_folder(labels, self.title)
        self._classes = _classes(files, self.title) if self.labelled else ()
        self.identity = identity_of(root / file for file in files)

    def items(self) -> Iterator[Item]:
        """Every picture; its bytes are read when asked for."""
        for file in self.files:
            yield Item(file, partial(read_file, self.root / file), _top(file) if self.labelled else None)

    def class_names(self) -> tuple[str, ...]:
        """The names of the folders."""
        return self._classes


class ZipSource(Source):
    """The pictures in a zip, read in memory and never unpacked. A folder that all share is left out of the names.

    Args:
        path: The zip.
        split: Only pictures in this folder of the zip.
        labels: ``"none"``, or ``"folders"`` for the first folder in the zip.
    """

    def __init__(self, path: Path, *, split: str | None, labels: str) -> None:
        self.title = str(path)
        try:
            self._zip = ZipFile(path)
        except PermissionError:
            raise
        except Exception as error:  # A broken list of entries shows as BadZipFile, ValueError, NotImplementedError, ...
            raise GanfwError(
                f"{path} is not a whole zip: {error}. Download it again, or give the unpacked folder as data.path."
            ) from error
        entries = {info.filename: info for info in self._zip.infolist() if is_picture(info.filename)}
        if not entries:
            raise GanfwError(f"{path} holds no pictures. {LOOKED_FOR}")
        shared = _shared_folder(entries)
        self._entries = {name[len(shared) :]: info for name, info in sorted(entries.items())}
        if split is not None and split != PurePosixPath(shared).name:
            self._entries = _only(split, self._entries, self.title)
        self.labels = _by_folder(labels, self.title)
        self._classes = _classes(self._entries, self.title) if self.labelled else ()
        self.identity = identity_of([path])

    def items(self) -> Iterator[Item]:
        """Every picture; its bytes are read when asked for."""
        for name, info in self._entries.items():
            yield Item(name, partial(self._read, info), _top(name) if self.labelled else None)

    def class_names(self) -> tuple[str, ...]:
        """The names of the folders."""
        return self._classes

    def _read(self, info: ZipInfo) -> bytes:
        if info.file_size > _LARGEST_BYTES:
            raise BadPictureError(f"unpacks to {info.file_size:,} bytes, more than the limit of {_LARGEST_BYTES:,}")
        try:
            return self._zip.read(info)
        except Exception as error:  # A broken entry shows as BadZipFile, zlib.error, EOFError, NotImplementedError, ...
            raise BadPictureError(f"the zip entry is broken: {error}") from error


def read_file(path: Path) -> bytes:
    """The bytes of a stored picture.

    Raises:
        BadPictureError: If it would never end, being a pipe or a device, or is too large.
        OSError: If it cannot be read.
    """
    status = path.stat()
    if not S_ISREG(status.st_mode):
        raise BadPictureError("not a regular file")
    if status.st_size > _LARGEST_BYTES:
        raise BadPictureError(f"is {status.st_size:,} bytes long, more than the limit of {_LARGEST_BYTES:,}")
    return path.read_bytes()


LOOKED_FOR = f"Files ending in {', '.join(suffix[1:] for suffix in PICTURE_SUFFIXES)} are pictures."


def is_picture(name: str) -> bool:
    """Whether a file of this name is read as a picture; hidden files are not."""
    path = PurePosixPath(name)
    hidden = any((part.startswith(".") and part != "..") or part == "__MACOSX" for part in path.parts)
    return path.suffix.lower() in PICTURE_SUFFIXES and not hidden


def files_in(root: Path) -> list[str]:
    """Every file under a folder, relative to it, in the order of the names.

    Links to folders are followed. A folder that several paths lead to is read once, under its own place if that is
    below the root, so that a link back up ends there.
    """
    found: list[str] = []
    seen: set[tuple[int, int]] = set()
    starts = [root]
    for start in starts:  # Grows by the links that are met: they wait until the folders themselves have their names.
        for folder, below, names in walk(start):
            place = Path(folder)
            status = place.stat()
            if (status.st_dev, status.st_ino) in seen:
                below.clear()
                continue
            seen.add((status.st_dev, status.st_ino))
            below.sort()
            starts += [place / name for name in below if (place / name).is_symlink()]
            found += [(place / name).relative_to(root).as_posix() for name in names]
    return sorted(found)


def identity_of(files: Iterable[Path]) -> str:
    """The files' places, sizes and times."""
    lines = []
    for file in files:
        try:
            stat = file.stat()
        except OSError:  # A link to nowhere is named when it is read.
            lines.append(f"{file} is not there")
        else:
            lines.append(f"{file.resolve()} {stat.st_size} {stat.st_mtime_ns}")
    return "\n".join(lines)


def _by_folder(labels: str, title: str) -> str:
    if labels not in {"none", "folders"}:
        raise GanfwError(
            f"data.labels={labels} names a column, but {title} holds picture files. "
            "Give data.labels=folders if each folder in it is a class, or data.labels=none."
        )
    return labels


def _top(name: str) -> str:
    return name.partition("/")[0]


def _classes(names: Iterable[str], title: str) -> tuple[str, ...]:
    loose = next((name for name in names if "/" not in name), None)
    if loose is not None:
        raise GanfwError(
            f"data.labels=folders takes the folders in {title} as classes, but {loose} lies in none. "
            "Move it into the folder of its class, or give data.labels=none."
        )
    return tuple(sorted({_top(name) for name in names}))


def _shared_folder(names: dict[str, ZipInfo]) -> str:
    folders = {str(PurePosixPath(name).parent) for name in names}
    absolute = any(folder.startswith("/") for folder in folders)
    shared = "" if absolute or "." in folders else commonpath(folders)
    return f"{shared}/" if shared and len(folders) > 1 else ""


def _only(split: str, entries: dict[str, ZipInfo], title: str) -> dict[str, ZipInfo]:
    chosen = {name.partition("/")[2]: info for name, info in entries.items() if name.startswith(f"{split}/")}
    if not chosen:
        raise no_split(split, title, sorted({_top(name) for name in entries if "/" in name}))
    return chosen


def no_split(split: str, title: str, known: Sequence[str]) -> GanfwError:
    """The error for a split that is not there."""
    near = closest(split, known)
    there = f"It has {', '.join(known)}" if known else "It has none"
    hint = f"; did you mean {near}?" if near else "." if known else ": leave data.split out."
    return GanfwError(f"{title} has no split {split!r}. {there}{hint}")
