"""A run's folder: what it was made with, and whether it is ours."""

from __future__ import annotations

import json
import os
import platform
import subprocess
from contextlib import contextmanager
from errno import EACCES, EEXIST, EROFS
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from ganfw.config.yaml import dumps, load_file
from ganfw.errors import GanfwError
from ganfw.training.files import write_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from ganfw.config.trainer import OptimizerConfig, TrainerConfig
    from ganfw.gan import GAN

# Changing these does not make it another run: they say how long, how often and where, not what is learned.
_FREE = {
    "steps", "kimg", "log_every", "sample_every", "sample_count", "checkpoint_every", "keep_checkpoints", "tracker",
    "workers", "data_on_device", "on_error", "on_not_finite", "roll_backs", "health", "evaluation",
    "cuda_graphs",
}  # fmt: skip

_FOLDERS = ("checkpoints", "logs", "model", "samples")


@contextmanager
def claimed(run: Path, document: Mapping[str, Any]) -> Iterator[None]:
    """Start a run folder, or make sure that an existing one belongs to this recipe; within the block it is ours alone.

    The claim ends with the process, however that ends.

    Raises:
        GanfwError: If another process trains into the folder, if it belongs to another recipe (the difference is
            shown), or if it cannot be written.
    """
    try:
        run.mkdir(parents=True, exist_ok=True)
        handle = os.open(run, os.O_RDONLY)
    except OSError as error:
        raise GanfwError(_cannot_write(run, error)) from error
    try:
        _lock(run, handle)
        _refuse_another_recipe(run, document)
        try:
            write_text(run / "recipe.yaml", dumps(dict(document)))
            write_text(run / "environment.json", json.dumps(environment(), indent=1))
        except OSError as error:
            raise GanfwError(_cannot_write(run, error)) from error
        for name in _FOLDERS:
            _check_writable(run / name)
        yield
    finally:
        os.close(handle)


def _cannot_write(run: Path, error: OSError) -> str:
    return (
        f"cannot write to the run folder {run}: {error.strerror or error}. Make it writable and run the same command "
        "again, or choose another folder with --run."
    )


def _check_writable(folder: Path) -> None:
    """Refuse before training what would be met at the first checkpoint only."""
    if not folder.exists():
        return
    number = EEXIST if not folder.is_dir() else 0 if os.access(folder, os.W_OK | os.X_OK) else EACCES
    if number == EACCES and hasattr(os, "statvfs") and os.statvfs(folder).f_flag & os.ST_RDONLY:
        number = EROFS
    if number:
        raise GanfwError(_cannot_write(folder, OSError(number, os.strerror(number))))


def _lock(run: Path, handle: int) -> None:
    """Lock the folder itself, so that no file has to be cleared away after a kill."""
    try:
        import fcntl
    except ImportError:  # there are no such locks on Windows
        return
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise GanfwError(
            f"another process is training into {run}. Wait until it has ended, or end it: the same command goes on "
            "from its last checkpoint. To train beside it, choose another folder with --run."
        ) from None
    except OSError:  # a file system without locks
        return


def _refuse_another_recipe(run: Path, document: Mapping[str, Any]) -> None:
    from ganfw.config.resolve import difference

    file = run / "recipe.yaml"
    if not file.exists():
        return
    there = load_file(file)
    if not isinstance(there, dict):
        raise GanfwError(f"{file} holds no recipe; remove it, or choose another folder with --run")
    ours, theirs = (_identity(_as_today(dict(each))) for each in (document, there))
    if lines := difference(ours, theirs):
        raise GanfwError(
            f"the folder {run} belongs to another recipe:\n"
            + "".join(f"\n  {line}" for line in lines)
            + "\n\nChoose another folder with --run, or give the settings that the run has."
        )


def _as_today(document: dict[str, Any]) -> dict[str, Any]:
    """A run's recipe with the settings that have come since it was written, at their defaults."""
    from ganfw.config.resolve import recipe_from_document

    try:
        return recipe_from_document(document).model_dump(mode="json")
    except ValueError:  # made in Python, or of parts that are not installed: then it is compared as it stands
        return document


def describe(
    gan: GAN, config: TrainerConfig, optimizers: Mapping[str, OptimizerConfig], seed: int
) -> dict[str, Any]:  # fmt: skip
    """What a trainer made in Python amounts to as a recipe: its parts as far as they came from settings."""
    from ganfw.config.slots import dump

    return {
        **(getattr(gan, "document", None) or {"gan": type(gan).__name__}),
        "optimizers": {name: dump(optimizer, "optimizer") for name, optimizer in optimizers.items()},
        "trainer": config.model_dump(mode="json"),
        "seed": seed,
    }


def environment() -> dict[str, Any]:
    """Versions of what made this run, and the state of the folder's git repository, if any."""
    from ganfw.plugins.registry import registry

    plugins = {s.distribution: s.version for s in registry().statuses if s.distribution}
    packages = {name: version(name) for name in ("ganfw-core", "torch", "accelerate", "safetensors", "numpy")}
    return {"python": platform.python_version(), "packages": packages, "plugins": plugins, "git": _git()}


def _git() -> str | None:
    try:
        done = subprocess.run(
            ["git", "describe", "--always", "--dirty"], capture_output=True, text=True, timeout=5, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip()


def _identity(document: Mapping[str, Any]) -> dict[str, Any]:
    trainer = {k: v for k, v in (document.get("trainer") or {}).items() if k not in _FREE}
    # What it needs, and what it is watched with, is not what it is.
    others = {key: value for key, value in document.items() if key not in {"requires", "held_out"}}
    return {**others, "trainer": trainer}


def stages_with(run: Path, file: str) -> list[Path]:
    """The folders of a run's stages that hold such a file, in their order: 10-fine comes after 9-coarse."""
    numbered = [(folder.name.partition("-")[0], folder) for folder in run.glob("[0-9]*-*") if (folder / file).is_file()]
    return [folder for _, folder in sorted((int(n), folder) for n, folder in numbered if n.isdecimal())]
