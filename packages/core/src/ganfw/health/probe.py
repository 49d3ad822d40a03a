"""Looks at a run from time to time: what its generator makes, beside the data."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from ganfw.data.stream import Stream, batches
from ganfw.health import measures
from ganfw.specs import SequenceSpec

if TYPE_CHECKING:
    from torch import Tensor

    from ganfw.data.dataset import Dataset
    from ganfw.training.step import Batch
    from ganfw.training.trainer import Trainer

_REAL, _FAKE, _BATCH = 512, 128, 128


class Probe:
    """Compares samples of a trainer with its data, and its discriminator on seen and on held-out data.

    It changes nothing: its randomness is its own, and networks are in evaluation mode.

    Args:
        trainer: Whose samples; they are not compared where a GAN makes none or tokens, or the data are one sample.
        held_out: Data that the discriminator has never seen; without them overfitting is not measured.
    """

    def __init__(self, trainer: Trainer, held_out: Dataset | None = None) -> None:
        self._trainer, self._held_out = trainer, held_out
        self._real: Tensor | None = None
        comparable = len(trainer.data) > 1 and not isinstance(trainer.data.spec, SequenceSpec)
        if trainer.gan.can_sample and comparable:
            rows = self._read(trainer.data, _REAL)
            self._real = measures.features(torch.cat([batch.real for batch in rows]))
            self._cells = measures.Cells(self._real)

    @torch.no_grad()
    def measure(self) -> dict[str, float]:
        """Figures by name; each needs one number to be read from the device."""
        found = {}
        if self._real is not None:
            fake = measures.features(self._trainer.sample(_FAKE)).to(self._real)
            found = {
                "health/distance": measures.remoteness(self._real, fake),
                "health/diversity": measures.diversity(self._real, fake),
                "health/nearest": measures.nearest(self._real, fake),
                "health/missing": self._cells.missing(fake),
            }
        if self._held_out is not None:
            seen = self._realness(self._trainer.data)
            unseen = None if seen is None else self._realness(self._held_out)
            if seen is not None and unseen is not None:
                found["health/overfitting"] = 2 * measures.separation(seen, unseen) - 1
        return {name: float(value) for name, value in found.items()}

    def _realness(self, data: Dataset) -> Tensor | None:
        """What the GAN says of samples, in evaluation mode. Shape: ``(_FAKE, judges)``."""
        gan = self._trainer.gan
        training = {module: module.training for module in gan.modules()}
        gan.eval()
        try:
            said = [gan.realness(batch.real, batch.get("condition")) for batch in self._read(data, _FAKE)]
        finally:
            for module, mode in training.items():
                module.training = mode
        known = [each for each in said if each is not None]
        return torch.cat(known) if known else None

    def _read(self, data: Dataset, count: int) -> list[Batch]:
        """The same rows each time."""
        size = min(_BATCH, len(data))
        stream = Stream(data, batch_size=size, seed=self._trainer.seed)
        return list(batches(stream, 0, min(count, len(data)) // size, device=self._trainer.device))
