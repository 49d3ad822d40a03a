"""Encoded pictures in a column of a table: Parquet and Arrow files, and data sets of the Hugging Face hub."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from functools import partial
from os.path import commonpath
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ganfw.config.problems import closest
from ganfw.data.rules import BadPictureError
from ganfw.data.sources import Item, Source, identity_of, read_file
from ganfw.errors import GanfwError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_LARGEST_GROUP, _LARGEST_RATIO = 1 << 26, 100


class TableSource(Source):
    """One column of a table. The table is opened only when its pictures are read.

    Args:
        title: What messages call it.
        identity: Changes whenever the content does.
        column: The column with the pictures; None takes the first that holds any.
        labels: ``"none"``, or the column with the classes.
    """

    def __init__(self, title: str, identity: str, *, column: str | None, labels: str) -> None:
        self.title, self.column, self.labels = title, column, labels
        self.identity = f"{identity}\n{column}"
        self._opened: Any = None

    def open(self) -> Any:
        """The table as `datasets` opens it."""
        raise NotImplementedError

    def items(self) -> Iterator[Item]:
        """Every row of the column, streamed: one batch of rows is held at a time."""
        import datasets

        table, features = self._table()
        column = self._picture_column(features)
        wanted = [column, *([self._label_column(features)] if self.labelled else [])]
        table = table.select_columns(wanted)
        if isinstance(features[column], datasets.Image):
            table = table.cast_column(column, datasets.Image(decode=False))
        for number, row in enumerate(self._rows(table)):
            cell = row[column]
            place = cell.get("path") if isinstance(cell, dict) else None
            name = f"row {number}" + (f" ({place})" if place else "")
            yield Item(name, partial(self._bytes_of, cell), row[self.labels] if self.labelled else None)

    def class_names(self) -> tuple[str, ...]:
        """The names that the label column states."""
        if not self.labelled:
            return ()
        _, features = self._table()
        return tuple(getattr(features[self._label_column(features)], "names", ()))

    def places(self) -> tuple[Path, ...]:
        """The folders below which a cell may name a file; a relative name counts from the first."""
        raise NotImplementedError

    def _bytes_of(self, cell: Any) -> bytes:
        data = cell.get("bytes") if isinstance(cell, dict) else cell
        if isinstance(data, bytes):
            return data
        named = cell.get("path") if isinstance(cell, dict) else None
        if not isinstance(named, str) or not named:
            raise BadPictureError("the cell is empty" if cell is None else "the cell holds no encoded picture")
        places = [place.resolve() for place in self.places()]
        file = (places[0] / named.replace("\0", "")).resolve()
        if not any(file.is_relative_to(place) for place in places):
            raise BadPictureError(f"the cell holds no picture, but names a file outside {places[0]}")
        return read_file(file)

    def _table(self) -> tuple[Any, dict[str, Any]]:
        if self._opened is None:
            self._opened = self.open()
        return self._opened, dict(self._opened.features)

    def _rows(self, table: Any) -> Iterator[dict[str, Any]]:
        try:
            with _only_our_message():
                yield from table
        except Exception as error:
            raise GanfwError(f"{self.title} is damaged: {_first_line(error)}. Download or write it again.") from error

    def _picture_column(self, features: dict[str, Any]) -> str:
        if self.column is not None:
            return self._known(self.column, features, "column")
        column = next((name for name, feature in features.items() if _holds_pictures(feature)), None)
        if column is None:
            raise GanfwError(
                f"{self.title} has no column of pictures: it has {', '.join(features)}. "
                "Pictures are an Image column, or the encoded files as bytes."
            )
        return column

    def _label_column(self, features: dict[str, Any]) -> str:
        return self._known(self.labels, features, "labels")

    def _known(self, name: str, features: dict[str, Any], key: str) -> str:
        if name in features:
            return name
        near = closest(name, features)
        hint = f"; did you mean data.{key}={near}?" if near else "."
        raise GanfwError(f"{self.title} has no column {name!r} (data.{key}). It has {', '.join(features)}{hint}")


class TableFiles(TableSource):
    """Parquet or Arrow files on this machine. Nothing is looked up on the network.

    Args:
        files: All of one kind.
        title: What messages call them.
        column: The column with the pictures; None takes the first that holds any.
        labels: ``"none"``, or the column with the classes.
    """

    def __init__(
        self, files: Sequence[Path], title: str, *, column: str | None = None, labels: str = "none"
    ) -> None:  # fmt: skip
        if labels == "folders":
            raise GanfwError(
                f"data.labels=folders takes folders as classes, but {title} is a table. "
                "Give the name of the column with the classes, or data.labels=none."
            )
        super().__init__(title, identity_of(files), column=column, labels=labels)
        self.files = files

    def open(self) -> Any:
        """The files as one streamed table."""
        import datasets

        kind = self.files[0].suffix[1:].lower()
        files = list(map(str, self.files))
        try:
            if kind == "parquet":
                for file in self.files:
                    _refuse_bomb(file)
            with _only_our_message(), _unasked_hub():
                table = datasets.load_dataset(kind, data_files=files, split="train", streaming=True)
            if table.features is None:
                raise OSError("its columns have no types")
        except GanfwError:
            raise
        except Exception as error:
            raise GanfwError(
                f"{self.title} cannot be read as {kind.capitalize()}: {_first_line(error)}. Download or write it again."
            ) from error
        return table

    def places(self) -> tuple[Path, ...]:
        """The folder of the tables."""
        return (Path(commonpath([file.absolute().parent for file in self.files])),)


class HubSource(TableSource):
    """A data set of the Hugging Face hub, downloaded by `datasets` or taken from its cache.

    Once prepared it is not asked for again, so that a run works offline; another ``revision`` is another data set.

    Args:
        name: ``owner/name``.
        subset: Its configuration, where it has several.
        split: Which part of it.
        revision: A branch, tag or commit.
        column: The column with the pictures; None takes the first that holds any.
        labels: ``"none"``, or the column with the classes.
    """

    def __init__(
        self, name: str, *, subset: str | None, split: str, revision: str | None, column: str | None, labels: str
    ) -> None:
        super().__init__(name, f"hub {name} {subset} {split} {revision}", column=column, labels=labels)
        self.name, self.subset, self.split, self.revision = name, subset, split, revision

    def open(self) -> Any:
        """The data set, downloaded where it is not yet here."""
        import datasets

        try:
            return datasets.load_dataset(self.name, self.subset, split=self.split, revision=self.revision)
        except Exception as error:
            raise GanfwError(
                f"the data set {self.name!r} cannot be loaded from the Hugging Face hub: {_first_line(error)}. "
                f"Check data.name and data.split={self.split}, and that this machine is online; "
                "or give files of your own: data.type=files data.path=FOLDER."
            ) from error

    def places(self) -> tuple[Path, ...]:
        """Where `datasets` keeps what it has downloaded."""
        from datasets import config
        from huggingface_hub.constants import HF_HUB_CACHE

        kept = (config.HF_DATASETS_CACHE, config.DOWNLOADED_DATASETS_PATH, config.EXTRACTED_DATASETS_PATH, HF_HUB_CACHE)
        return tuple(Path(place).expanduser() for place in kept)


@contextmanager
def _only_our_message() -> Iterator[None]:
    """No log lines of the readers in `datasets`: what they say before they raise stands in our own error."""
    logger = logging.getLogger("datasets.packaged_modules")
    level = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        logger.setLevel(level)


@contextmanager
def _unasked_hub() -> Iterator[None]:
    """`datasets` counts each load at the Hub, even of files of this machine, and waits where there is no network."""
    from datasets import config

    counts = config.HF_UPDATE_DOWNLOAD_COUNTS
    config.HF_UPDATE_DOWNLOAD_COUNTS = False
    try:
        yield
    finally:
        config.HF_UPDATE_DOWNLOAD_COUNTS = counts


def _refuse_bomb(file: Path) -> None:
    """A group of rows is unpacked whole. Pictures are packed already: those of a group hardly get smaller."""
    from pyarrow.parquet import read_metadata

    facts = read_metadata(file)
    unpacked = max((facts.row_group(group).total_byte_size for group in range(facts.num_row_groups)), default=0)
    stored = file.stat().st_size
    if unpacked > _LARGEST_GROUP and unpacked > _LARGEST_RATIO * stored:
        raise GanfwError(
            f"{file} has {stored:,} bytes, but a group of its rows unpacks to {unpacked:,}: pictures do not shrink so "
            "much, so it is refused. Write the table again with smaller groups of rows, if it is yours."
        )


def _holds_pictures(feature: Any) -> bool:
    import datasets

    if isinstance(feature, datasets.Image):
        return True
    cell = feature.get("bytes") if isinstance(feature, dict) else feature
    return getattr(cell, "dtype", "") in {"binary", "large_binary"}


def _first_line(error: Exception) -> str:
    return (str(error).strip().partition("\n")[0] or type(error).__name__).rstrip(".")
