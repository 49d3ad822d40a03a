"""What a run writes while it trains: checkpoints, the model, and grids of samples."""

from __future__ import annotations

from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING, Any

import torch
from safetensors import SafetensorError

from ganfw.errors import GanfwError
from ganfw.model import images_of, save_model
from ganfw.specs import ImageSpec
from ganfw.training import trackers
from ganfw.training.averaging import gather
from ganfw.training.checkpoint import Checkpoints
from ganfw.training.samples import make_grid, save_picture
from ganfw.training.state import facts_of, restore, state_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from torch import Tensor

    from ganfw.training.trainer import Trainer


def open_run(trainer: Trainer) -> Outputs | None:
    """Go on from the run folder's newest checkpoint, if there is one; ``None`` without a run folder."""
    if trainer.run is None:
        return None
    trainer.accelerator.wait_for_everyone()
    outputs = Outputs(trainer, trainer.run)
    if (found := outputs.newest()) is not None:
        restore(trainer, *found)
        outputs.mend()
    trackers.start(trainer)
    return outputs


class Outputs:
    """Writes into a trainer's run folder, on the main process; the others wait where they have to.

    Every method raises `GanfwError` when the disk is full or a file cannot be written.
    """

    def __init__(self, trainer: Trainer, run: Path) -> None:
        self.trainer, self.run = trainer, run
        self.checkpoints = Checkpoints(run / "checkpoints", trainer.config.keep_checkpoints)
        self._main = trainer.accelerator.is_main_process

    def newest(self) -> tuple[dict[str, Tensor], dict[str, Any]] | None:
        """Tensors and facts of the checkpoint to go on from, if there is one.

        Raises:
            GanfwError: If not all processes find the same one, since they do not see the same folder.
        """
        found, trainer = self.checkpoints.newest(), self.trainer
        step = torch.tensor([-1 if found is None else int(found[1]["step"])], device=trainer.device)
        steps = gather(step, trainer.world).tolist()
        if min(steps) < max(steps):
            raise GanfwError(
                f"the processes do not see the same checkpoints in {self.run}: the first goes on from step "
                f"{max(steps[0], 0)}, another from step {max(next(s for s in steps if s != steps[0]), 0)}. Give a "
                "folder with --run that all machines see."
            )
        return found

    def checkpoint(self) -> None:
        """Write a checkpoint, and the model as it stands."""
        trainer = self.trainer
        if self._main:
            trainer.events.tell("before_checkpoint", trainer=trainer)
            path = self.checkpoints.save(trainer.step, state_of(trainer), facts_of(trainer))
            self._model()
            trainer.events.tell("after_checkpoint", trainer=trainer, path=path)
        trainer.accelerator.wait_for_everyone()

    def samples(self) -> None:
        """Write a grid of samples, and give it to the trackers."""
        trainer = self.trainer
        if not (self._main and isinstance(trainer.data.spec, ImageSpec) and trainer.gan.can_sample):
            return
        trainer.events.tell("before_samples", trainer=trainer)
        grid = make_grid(trainer.sample(trainer.config.sample_count))
        path = self.run / "samples" / f"step-{trainer.step:09d}.png"
        with self._guarded(path):
            save_picture(path, grid)
        trackers.log_grid(trainer, grid)
        trainer.events.tell("after_samples", trainer=trainer, grid=grid, path=path)

    def mend(self) -> None:
        """Do what a run that was broken off at a checkpoint had left: remove older ones, and write the model."""
        if self._main:
            self.checkpoints.keep_only(self.trainer.step)
        if self._main and images_of(self.run / "model") != self.trainer.images:
            self._model()
        self.trainer.accelerator.wait_for_everyone()

    def _model(self) -> None:
        trainer, folder = self.trainer, self.run / "model"
        with self._guarded(folder), trainer.ema.applied() if trainer.ema is not None else nullcontext():
            save_model(folder, trainer.gan, trainer.data.spec, trainer.document, images=trainer.images)

    @contextmanager
    def _guarded(self, target: Path) -> Iterator[None]:
        try:
            yield
        except (OSError, SafetensorError) as error:
            raise GanfwError(self.checkpoints.cannot_save(target, error)) from error
