"""Whole checkpoints or none: safetensors plus JSON, written beside, synced and renamed. Nothing is ever unpickled."""

from __future__ import annotations

import json
import logging
import os
import shutil
from errno import ENOSPC
from hashlib import file_digest
from typing import TYPE_CHECKING, Any

from safetensors import SafetensorError
from safetensors.torch import load_file, save_file

from ganfw.errors import GanfwError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import torch
    from torch import Tensor

log = logging.getLogger("ganfw")
_WRITING = ".writing-"


def sync_folder(folder: Path) -> None:
    """Make the names in a folder survive a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sync_file(path: Path) -> None:
    """Make a file's content survive a power cut."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def write_tensors(path: Path, tensors: Mapping[str, Tensor]) -> None:
    """Write tensors as safetensors. Names that share one storage are stored once and recorded as aliases."""
    seen: dict[tuple[int, torch.Size], str] = {}
    unique: dict[str, Tensor] = {}
    aliases: dict[str, str] = {}
    for name, tensor in tensors.items():
        identity = (tensor.data_ptr(), tensor.shape)
        if tensor.numel() and identity in seen:
            aliases[name] = seen[identity]
        else:
            seen[identity] = name
            unique[name] = tensor.detach().contiguous()
    save_file(unique, path, metadata={"aliases": json.dumps(aliases)})
    sync_file(path)


def read_tensors(path: Path) -> dict[str, Tensor]:
    """Read what `write_tensors` wrote, on the CPU."""
    from safetensors import safe_open

    tensors = load_file(path, device="cpu")
    with safe_open(path, "pt") as file:
        aliases = json.loads((file.metadata() or {}).get("aliases", "{}"))
    return tensors | {name: tensors[same] for name, same in aliases.items()}


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
        return sorted(self.folder.glob("step-*")) if self.folder.is_dir() else []

    def save(self, step: int, tensors: Mapping[str, Tensor], facts: Mapping[str, Any]) -> Path:
        """Write one checkpoint and remove those that are too old.

        Raises:
            GanfwError: If it cannot be written (disk full, no permission). Earlier checkpoints stay.
        """
        final = self.folder / f"step-{step:09d}"
        part = self.folder / f"{_WRITING}{step:09d}"
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            for leftover in self.folder.glob(f"{_WRITING}*"):
                shutil.rmtree(leftover)
            part.mkdir()
            write_tensors(part / "state.safetensors", tensors)
            with (part / "state.safetensors").open("rb") as file:
                digest = file_digest(file, "sha256").hexdigest()
            (part / "state.json").write_text(json.dumps({**facts, "step": step, "sha256": digest}, indent=1))
            sync_file(part / "state.json")
            if final.exists():  # torn: a whole one of this step would have been resumed from
                shutil.rmtree(final)
            part.rename(final)
            sync_folder(self.folder)
        except (OSError, SafetensorError) as error:
            shutil.rmtree(part, ignore_errors=True)
            raise GanfwError(self.cannot_save(final, error)) from error
        # What claims to be newer is torn: a whole one would have been resumed from.
        older, newer = [p for p in self.all() if p.name < final.name], [p for p in self.all() if p.name > final.name]
        for folder in older[: len(older) - self.keep + 1] + newer:
            shutil.rmtree(folder)
        return final

    def cannot_save(self, target: Path, error: Exception) -> str:
        """What to say when something of the run could not be written."""
        full = "No space left" in str(error) or "StorageFull" in str(error) or getattr(error, "errno", None) == ENOSPC
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
            GanfwError: If there are checkpoints, but all are torn.
        """
        for folder in reversed(self.all()):
            try:
                return _read(folder)
            except (OSError, ValueError, KeyError, SafetensorError) as error:
                log.warning("checkpoint %s is torn (%s); using the one before it", folder.name, error)
        if torn := self.all():
            raise GanfwError(
                f"every checkpoint in {self.folder} is torn ({', '.join(path.name for path in torn)}). "
                "Give another folder with --run, or remove this one to start anew."
            )
        return None


def _read(folder: Path) -> tuple[dict[str, Tensor], dict[str, Any]]:
    facts = json.loads((folder / "state.json").read_text())
    if not isinstance(facts, dict) or not isinstance(facts.get("step"), int) or facts["step"] < 0:
        raise ValueError("state.json does not say which step it is of")
    path = folder / "state.safetensors"
    with path.open("rb") as file:
        if file_digest(file, "sha256").hexdigest() != facts["sha256"]:
            raise ValueError("state.safetensors does not match its checksum")
    return read_tensors(path), facts
