"""The model folder, to hand on without the run."""

from __future__ import annotations

import copy
import shutil
from typing import TYPE_CHECKING

from ganfw.errors import GanfwError
from ganfw.export.exporter import Exported, Exporter
from ganfw.model import load

if TYPE_CHECKING:
    from pathlib import Path

    from ganfw.model import Model


class ModelFolder(Exporter):
    """Copies what ``ganfw.load`` opens: ``model.safetensors``, ``config.json`` and the card. Nothing is pickled."""

    def export(self, model: Model, folder: Path) -> Exported:
        """Copy the model's folder and open the copy; see `Exporter.export`."""
        if model.folder is None:
            raise GanfwError("this model was not opened from a folder, so there is none to copy")
        files = [folder / file.name for file in sorted(model.folder.iterdir()) if not file.name.startswith(".")]
        for file in files:
            shutil.copyfile(model.folder / file.name, file)
        copied = load(folder, gan=copy.deepcopy(model.gan), device=model.device)
        difference = (copied.sample(4) - model.sample(4)).abs().max().item() if model.gan.can_sample else None
        return Exported(tuple(files), difference)
