"""Whole checkpoints or none: safetensors plus JSON, written beside, synced and renamed. Nothing is ever unpickled."""

from __future__ import annotations

import json
import logging
import shutil
from contextlib import suppress
from errno import ENOSPC
from hashlib import file_digest
from typing import TYPE_CHECKING, Any

from safetensors import SafetensorError

from ganfw.errors import GanfwError
from ganfw.training.files import sync_file, sync_folder
from ganfw.training.tensors import read_metadata, read_tensors, write_tensors

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from torch import Tensor

log = logging.getLogger("ganfw")
_WRITING, _REMOVING = ".writing-", ".removing-"


class Checkpoints:
    """The checkpoints of one run, newest last.

    Args:
        folder: ``RUN/checkpoints``.
        keep: How many are kept.
    """

    def __init__(self, folder: Path, keep: int = 2) -> None:
        self.folder, self.keep = folder, keep

    def all(self) -> list[Path]:
        """Every checkpoint folder in order of steps, whole or torn."""
        return sorted(self.folder.glob("step-[0-9]*")) if self.folder.is_dir() else []

    def save(self, step: int, tensors: Mapping[str, Tensor], facts: Mapping[str, Any]) -> Path:
        """Write one checkpoint and remove those that are too old.

        Raises:
            GanfwError: If it cannot be written (disk full, no permission). Earlier checkpoints stay.
        """
        final = self.folder / f"step-{step:09d}"
        part = self.folder / f"{_WRITING}{step:09d}"
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            self._clear_away()
            part.mkdir()
            _write(part, tensors, {**facts, "step": step})
            if final.exists():  # torn: a whole one of this step would have been resumed from
                self._set_aside(final)
            part.rename(final)
            sync_folder(self.folder)
        except (OSError, SafetensorError) as error:
            shutil.rmtree(part, ignore_errors=True)
            raise GanfwError(self.cannot_save(final, error)) from error
        self.keep_only(step)
        return final

    def keep_only(self, step: int) -> None:
        """Remove what is not among the newest up to ``step``, and what a kill has left half written or half removed."""
        name = f"step-{step:09d}"
        # What claims to be newer is torn: a whole one would have been resumed from.
        older, newer = [p for p in self.all() if p.name < name], [p for p in self.all() if p.name > name]
        for folder in older[: max(0, len(older) - self.keep + 1)] + newer:
            try:
                self._set_aside(folder)
            except OSError as error:
                log.warning("the old checkpoint %s could not be removed: %s", folder, error.strerror or error)
        with suppress(OSError):  # the next checkpoint tries again, and says so
            self._clear_away()

    def _clear_away(self) -> None:
        for leftover in [*self.folder.glob(f"{_WRITING}*"), *self.folder.glob(f"{_REMOVING}*")]:
            _remove(leftover)

    def _set_aside(self, folder: Path) -> None:
        """Remove a checkpoint, so that a kill meanwhile leaves nothing that looks like one."""
        doomed = folder.rename(self.folder / f"{_REMOVING}{folder.name}")
        _remove(doomed)

    def cannot_save(self, target: Path, error: Exception) -> str:
        """What to say when something of the run could not be written."""
        number = getattr(error, "errno", None)
        # Errors of safetensors have no number, but the text of one.
        full = number == ENOSPC or any(text in str(error) for text in ("No space left", "StorageFull", "os error 28"))
        reason = "the disk is full" if full else str(error)
        kept = self.all()
        last = (
            f"The last good checkpoint, {kept[-1].name}, is untouched." if kept else "There is no earlier checkpoint."
        )
        return (
            f"could not save {target.name} in {target.parent}: {reason}. {last} "
            "Make room and run the same command again."
        )

    def newest(self) -> tuple[dict[str, Tensor], dict[str, Any]] | None:
        """Tensors and facts of the newest whole checkpoint; a torn one is named in the log and skipped.

        Raises:
            GanfwError: If there are checkpoints, but all are torn, or one may not be read: it may yet be whole.
        """
        for folder in reversed(self.all()):
            try:
                return _read(folder)
            except PermissionError as error:
                raise GanfwError(
                    f"the checkpoint {folder} cannot be read: {error.strerror}. Check who may read the run folder, and "
                    "run the same command again."
                ) from error
            except (OSError, ValueError, KeyError, TypeError, RecursionError, SafetensorError) as error:
                log.warning("checkpoint %s is torn (%s); using the one before it", folder.name, error)
        if torn := self.all():
            raise GanfwError(
                f"every checkpoint in {self.folder} is torn ({', '.join(path.name for path in torn)}). "
                "Give another folder with --run, or remove this one to start anew."
            )
        return None


def _write(folder: Path, tensors: Mapping[str, Tensor], facts: dict[str, Any]) -> None:
    """The facts stand in both files: beside the checksum to be read, and under it to be held to."""
    path = folder / "state.safetensors"
    write_tensors(path, tensors, facts=json.dumps(facts))
    with path.open("rb") as file:
        digest = file_digest(file, "sha256").hexdigest()
    (folder / "state.json").write_text(json.dumps({**facts, "sha256": digest}, indent=1))
    sync_file(folder / "state.json")
    sync_folder(folder)


def _read(folder: Path) -> tuple[dict[str, Tensor], dict[str, Any]]:
    facts = json.loads((folder / "state.json").read_text())
    if not isinstance(facts, dict) or not isinstance(facts.get("step"), int) or facts["step"] < 0:
        raise ValueError("state.json does not say which step it is of")
    path = folder / "state.safetensors"
    with path.open("rb") as file:
        if file_digest(file, "sha256").hexdigest() != facts["sha256"]:
            raise ValueError("state.safetensors does not match its checksum")
    written = read_metadata(path).get("facts")
    if written is not None and {**json.loads(written), "sha256": facts["sha256"]} != facts:
        raise ValueError("state.json does not match what was saved with the tensors")
    return read_tensors(path), facts


def _remove(folder: Path) -> None:
    """Remove a folder, or a link in its place but not what that leads to."""
    if folder.is_symlink() or not folder.is_dir():
        folder.unlink()
    else:
        shutil.rmtree(folder)
