"""Scores while a run goes on, within a budget of its time."""

from __future__ import annotations

import time
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING, cast

from ganfw import scores
from ganfw.errors import GanfwError
from ganfw.evaluation import Evaluation, Metric, measured
from ganfw.model import Model

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ganfw.config.trainer import EvaluationConfig
    from ganfw.training.trainer import Trainer


class Evaluator:
    """Measures the averaged model as it stands. Training goes on as if it had not.

    Args:
        trainer: Whose model.
        config: What to measure, and when.

    Raises:
        GanfwError: If the GAN makes no samples from latents alone, or a metric does not fit the data.
    """

    def __init__(self, trainer: Trainer, config: EvaluationConfig) -> None:
        if not trainer.gan.can_sample:
            raise GanfwError(
                f"trainer.evaluation: {type(trainer.gan).__name__} makes no samples from latents alone, so there is "
                "nothing to measure; set trainer.evaluation=null"
            )
        self._trainer, self._config = trainer, config
        spec = trainer.data.spec
        self._metrics = {name: cast("Metric", metric.build(spec)) for name, metric in config.metrics.items()}
        self._data = trainer.data.plain()
        self._done, self._measured_at = self._due, -1
        self._begun, self._spent, self._longest = time.perf_counter(), 0.0, 0.0

    def measure(self, say: Callable[[str], None], *, last: bool) -> dict[str, float]:
        """Scores by name under ``score/``, if it is time for them and there is time for them; else nothing."""
        if self._due == self._done and not (last and self._trainer.images != self._measured_at):
            return {}
        share, elapsed = self._config.budget, time.perf_counter() - self._begun
        if not last and self._spent and share < 1 and self._spent + self._longest > share * elapsed:
            return {}  # put off: it is asked again at the next logging boundary
        started = time.perf_counter()
        found = self._scores()
        took = time.perf_counter() - started
        self._spent, self._longest, self._done = self._spent + took, max(self._longest, took), self._due
        say("  ".join([f"evaluated in {took:.1f} s:", *(f"{name} {value:.4g}" for name, value in found.items())]))
        return {f"score/{name}": value for name, value in found.items()}

    @property
    def _due(self) -> int:
        return int(self._trainer.images // (1000 * self._config.every_kimg))

    def _scores(self) -> dict[str, float]:
        trainer, config = self._trainer, self._config
        self._measured_at = trainer.images
        with as_model(trainer) as model:
            evaluation = Evaluation(model, self._data, count=config.count, seed=config.seed)
            trainer.events.tell("before_evaluation", evaluation=evaluation)
            found = [score for name, metric in self._metrics.items() for score in measured(name, metric, evaluation)]
            trainer.events.tell("after_evaluation", evaluation=evaluation, scores=found)
        if trainer.run is not None:
            scores.append(trainer.run / "scores.jsonl", found, trainer.images)
        return {score.name: score.value for score in found}


@contextmanager
def as_model(trainer: Trainer) -> Iterator[Model]:
    """The averaged model as it stands; afterwards the GAN learns on as before."""
    with trainer.ema.applied() if trainer.ema is not None else nullcontext():
        modes = {module: module.training for module in trainer.gan.modules()}
        learning = {parameter: parameter.requires_grad for parameter in trainer.gan.parameters()}
        try:
            yield Model(trainer.gan, trainer.data.spec, trainer.images, document=trainer.document)
        finally:
            for module, mode in modes.items():
                module.training = mode
            for parameter, learns in learning.items():
                parameter.requires_grad_(learns)
