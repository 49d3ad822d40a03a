"""Keeps an eye on a run: logs what is measured, looks at it by rules, and says what they find."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ganfw.health.diagnosis import Diagnosis
from ganfw.health.probe import Probe
from ganfw.training import trackers
from ganfw.training.evaluating import Evaluator
from ganfw.training.logbook import Logbook

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ganfw.training.trainer import Trainer

_LOOK_EVERY_IMAGES = 2048


class Watch:
    """What happens at each logging boundary beside the line of losses.

    Args:
        trainer: What it watches; a resumed run's earlier entries are read, and what was said of them is not repeated.
    """

    def __init__(self, trainer: Trainer) -> None:
        self._trainer = trainer
        main = trainer.accelerator.is_main_process
        file = trainer.run / "logs" / "metrics.jsonl" if trainer.run is not None and main else None
        self.logbook = Logbook(file, trainer.step)
        self._watching = trainer.config.health and main
        self._diagnosis = Diagnosis(trainer.document)
        if self._watching:
            self._diagnosis.catch_up(self.logbook.entries)
        evaluation = trainer.config.evaluation if main else None
        self._evaluator = Evaluator(trainer, evaluation) if evaluation is not None else None
        self._probe: Probe | None = None
        self._looked = trainer.images // _LOOK_EVERY_IMAGES

    def log(self, values: Mapping[str, float], say: Callable[[str], None]) -> None:
        """Log the means of a window, with what a look at the samples adds, and say what the rules find.

        Args:
            values: Means by name.
            say: Shows a line to the user.
        """
        trainer = self._trainer
        if self._watching:
            values = {**values, **self._look()}
        if self._evaluator is not None:
            last = trainer.step == trainer.config.total_steps
            values = {**values, **self._evaluator.measure(say, last=last)}
        self.logbook.add(trainer.step, trainer.images, values)
        trackers.log(trainer, values)
        if self._watching:
            for line in self._diagnosis.examine(self.logbook.entries):
                say(line)

    def _look(self) -> dict[str, float]:
        """At most one look per 2,048 images, so that it costs about a hundredth of the training."""
        now = self._trainer.images // _LOOK_EVERY_IMAGES
        if now == self._looked:
            return {}
        self._looked = now
        self._probe = self._probe or Probe(self._trainer, self._trainer.held_out)
        return self._probe.measure()
