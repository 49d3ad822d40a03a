"""From a path that a user typed to the source it stands for."""

from __future__ import annotations

import re
from pathlib import Path
from zipfile import is_zipfile

from ganfw.config.problems import closest
from ganfw.data.sources import (
    LOOKED_FOR,
    TABLE_SUFFIXES,
    FolderSource,
    Source,
    ZipSource,
    files_in,
    is_picture,
    no_split,
)  # fmt: skip
from ganfw.data.tables import TableFiles
from ganfw.errors import GanfwError


def open_path(path: str, *, split: str | None = None, column: str | None = None, labels: str = "none") -> Source:
    """The pictures at a path: a folder of pictures or tables, a zip, or one table.

    Args:
        path: What the user typed.
        split: A folder in it, or the tables in it whose names begin so.
        column: The column with the pictures, for tables.
        labels: ``"none"``, ``"folders"``, or a column of a table.

    Raises:
        GanfwError: If nothing is there, or what is there holds no pictures.
    """
    place = Path(path).expanduser()
    try:
        return _open(place, split, column, labels)
    except OSError as error:
        raise GanfwError(f"{place} cannot be read: {error.strerror or error}. Check who may read it.") from error


def _open(place: Path, split: str | None, column: str | None, labels: str) -> Source:
    if not place.exists():
        raise _missing(place)
    if place.is_dir():
        return _open_folder(place, split, column, labels)
    table = place.suffix.lower() in TABLE_SUFFIXES  # the last picture in it may end as a zip does
    if place.suffix.lower() == ".zip" or (not table and is_zipfile(place)):
        return ZipSource(place, split=split, labels=labels)
    if not table:
        raise GanfwError(
            f"{place} is one file, and neither a .zip nor a .parquet or .arrow table. "
            f"Give the folder that holds the pictures: data.path={place.parent}"
        )
    if split is not None:
        raise GanfwError(f"data.split={split} chooses among files, but {place} is one file. Leave data.split out.")
    return TableFiles([place], str(place), column=column, labels=labels)


def _open_folder(root: Path, split: str | None, column: str | None, labels: str) -> Source:
    if split is not None and (root / split).is_dir():
        root, split = root / split, None
    files = files_in(root)
    pictures = [file for file in files if is_picture(file)]
    tables = [file for file in files if file.lower().endswith(TABLE_SUFFIXES)]
    if pictures and tables and split is None:
        raise GanfwError(
            f"{root} holds both pictures ({len(pictures):,}) and tables ({len(tables):,}). "
            f"Give a folder with the pictures alone, or a table such as data.path={root / tables[0]}"
        )
    if split is not None:
        known = sorted(
            {_split_of(table) for table in tables} | {child.name for child in root.iterdir() if child.is_dir()}
        )
        tables = [table for table in tables if _split_of(table) == split]
        if not tables:
            raise no_split(split, str(root), known)
    if tables:
        return _open_tables(root, tables, column, labels)
    if not pictures:
        raise _no_pictures(root, files)
    return FolderSource(root, pictures, labels)


def _open_tables(root: Path, tables: list[str], column: str | None, labels: str) -> Source:
    if len({Path(table).suffix for table in tables}) > 1:
        raise GanfwError(f"{root} holds both Parquet and Arrow tables. Give the folder or the file of one kind.")
    return TableFiles([root / table for table in tables], str(root), column=column, labels=labels)


def _split_of(table: str) -> str:
    return re.split(r"[-._]", Path(table).name, maxsplit=1)[0]


def _missing(place: Path) -> GanfwError:
    above = next(parent for parent in place.absolute().parents if parent.is_dir())
    step = place.absolute().relative_to(above).parts[0]
    near = closest(step, [child.name for child in above.iterdir()])
    if near:
        meant = above / near / place.absolute().relative_to(above / step)
        if not place.is_absolute() and meant.is_relative_to(Path.cwd()):
            meant = meant.relative_to(Path.cwd())
        return GanfwError(f"{place} does not exist; did you mean data.path={meant}?")
    return GanfwError(f"{place} does not exist. The nearest folder that does is {above}: is the name after it right?")


def _no_pictures(root: Path, files: list[str]) -> GanfwError:
    if not files:
        return GanfwError(f"{root} is empty. Put pictures into it, or give another folder as data.path.")
    zips = next((file for file in files if file.lower().endswith(".zip")), None)
    if zips:
        return GanfwError(f"{root} holds no pictures, but a zip: give data.path={root / zips}")
    return GanfwError(f"{root} holds files (the first is {files[0]}) but no pictures. {LOOKED_FOR}")
