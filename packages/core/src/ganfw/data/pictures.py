"""The data set of prepared pictures that the trainer reads."""

from __future__ import annotations

import os
from math import prod
from typing import TYPE_CHECKING

import numpy as np

from ganfw.data.cache import prepare, prepare_again
from ganfw.data.dataset import Dataset
from ganfw.data.mapped import DamagedError
from ganfw.data.prepared import Prepared, read_prepared
from ganfw.data.rules import Rules
from ganfw.errors import GanfwError
from ganfw.specs import Condition, ImageSpec

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import torch
    from torch import Tensor

    from ganfw.data.dataset import Integers, Rows
    from ganfw.data.rules import Background, Bytes, Fit
    from ganfw.data.sources import Source
    from ganfw.specs import Spec
    from ganfw.training.step import Batch

_AT_ONCE = 4096


class PictureData(Dataset):
    """Prepared pictures, with their classes where the source has labels.

    Args:
        prepared: The opened cache.
        flip: Mirror half of the pictures, each time anew.
        origin: What they were prepared from, to prepare them anew where they turn out to be damaged.
    """

    def __init__(
        self, prepared: Prepared, *, flip: bool = False, origin: tuple[Source, Rules] | None = None
    ) -> None:  # fmt: skip
        meta = prepared.meta
        channels, size, _ = prepared.pictures.shape
        condition = Condition("class", meta["classes"], tuple(meta["names"])) if meta["classes"] else None
        self.spec = ImageSpec(size=size, channels=channels, condition=condition)
        self.fingerprint = meta["content"] + ("-flip" if flip else "")
        self.prepared, self.flip = prepared, flip
        self._origin, self._opened_by = origin, os.getpid()

    def __len__(self) -> int:
        return len(self.prepared.pictures)

    def rows(self, indices: Integers, keys: Integers) -> Rows:
        """Pictures as uint8 under ``real``, classes as int64 under ``condition``; the lowest bit of a key mirrors."""
        real = self._take(indices)
        if self.flip:
            mirrored = (keys & 1).astype(bool)
            real[mirrored] = real[mirrored][..., ::-1]
        if self.prepared.labels is None:
            return {"real": real}
        return {"real": real, "condition": self.prepared.labels[indices]}

    def _take(self, indices: Integers) -> Bytes:
        try:
            return self.prepared.pictures.take(indices)
        except DamagedError as error:
            # A worker that was forked shares open files with its parent, and leaves it to that.
            if self._origin is None or self._opened_by != os.getpid():
                raise GanfwError(_damaged(self.prepared.folder, error)) from error
            self.prepared = prepare_again(self.prepared, error, *self._origin)
        try:
            return self.prepared.pictures.take(indices)
        except DamagedError as error:
            raise GanfwError(
                f"{_damaged(self.prepared.folder, error)} It has just been prepared anew: this machine's memory or "
                "disk is at fault."
            ) from error

    @property
    def stored_bytes(self) -> int:
        """One byte for each value, and eight for each label."""
        each = prod(self.prepared.pictures.shape) + (0 if self.prepared.labels is None else 8)
        return len(self) * each

    def keep_on(self, device: torch.device) -> Callable[[Tensor, Tensor], dict[str, Tensor]]:
        """Copy the pictures to a device, some thousand at a time; mirroring is done there too."""
        import torch

        count = len(self)
        real = torch.empty(count, *self.prepared.pictures.shape, dtype=torch.uint8, device=device)
        for start in range(0, count, _AT_ONCE):
            rows = np.arange(start, min(start + _AT_ONCE, count))
            real[start : start + len(rows)] = torch.from_numpy(self._take(rows)).to(device)
        labels = None if self.prepared.labels is None else torch.from_numpy(np.array(self.prepared.labels)).to(device)

        def rows_of(indices: Tensor, keys: Tensor) -> dict[str, Tensor]:
            chosen = real[indices]
            if self.flip:
                chosen = torch.where((keys & 1).bool().view(-1, 1, 1, 1), chosen.flip(-1), chosen)
            return {"real": chosen} if labels is None else {"real": chosen, "condition": labels[indices]}

        return rows_of

    def plain(self) -> PictureData:
        """The same pictures, none of them mirrored."""
        return PictureData(self.prepared, origin=self._origin) if self.flip else self

    def decode(self, batch: Batch) -> Batch:
        """uint8 to float in [-1, 1]."""
        from ganfw.data.decoding import decode_pictures

        return decode_pictures(batch)

    def __reduce__(self) -> tuple[object, ...]:
        return (_reopened, (self.prepared.folder, self.flip))  # A worker opens the map itself; it cannot be sent.


def _reopened(folder: Path, flip: bool) -> PictureData:
    try:
        prepared = read_prepared(folder)
    except DamagedError as error:
        raise GanfwError(_damaged(folder, error)) from error
    if prepared is None:
        raise GanfwError(f"the prepared pictures in {folder} are gone. Run the same command again to prepare them.")
    return PictureData(prepared, flip=flip)


def _damaged(folder: Path, error: DamagedError) -> str:
    return (
        f"the prepared pictures in {folder} are damaged: {error}. Remove that folder and run the same command again: "
        "they are prepared anew."
    )


def rules_for(spec: Spec, *, fit: Fit = "crop", background: Background = "white") -> Rules:
    """The rules that bring pictures to a spec.

    Raises:
        GanfwError: If the spec is not one of pictures.
    """
    if not isinstance(spec, ImageSpec):
        raise GanfwError(
            f"this data source holds pictures, but the recipe wants {type(spec).__name__.removesuffix('Spec').lower()} "
            "data. Give another data.type; `ganfw plugins` lists them."
        )
    if spec.channels not in {1, 3, 4}:
        raise GanfwError(
            f"pictures have 1 (luminance), 3 (RGB) or 4 (RGB with alpha) channels, but image.channels={spec.channels}."
        )
    return Rules(spec.size, spec.channels, fit, background)


def open_pictures(
    source: Source, spec: Spec, *, fit: Fit = "crop", background: Background = "white", flip: bool = False
) -> PictureData:
    """A source as the data set of a run, prepared where it is not yet.

    Args:
        source: Where the pictures are.
        spec: Size and channels wanted.
        fit: How a picture that is not square becomes one.
        background: What shows through transparency and around a padded picture.
        flip: Mirror half of the pictures, each time anew.
    """
    rules = rules_for(spec, fit=fit, background=background)
    return PictureData(prepare(source, rules), flip=flip, origin=(source, rules))
