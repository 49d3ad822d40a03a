"""What metrics see and say: real and made samples in the same order for all of them, and scores with their protocol."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

import torch

from ganfw.data.stream import Stream, batches
from ganfw.errors import GanfwError
from ganfw.training.step import Batch

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Iterator, Mapping

    from torch import Tensor

    from ganfw.data.dataset import Dataset
    from ganfw.model import Model
    from ganfw.specs import Condition

Fact = str | int | float | bool | None
"""A value in a protocol."""


@dataclass(frozen=True)
class Score:
    """One figure, and all that it depends on.

    Args:
        name: What was measured: ``fid``, ``precision``.
        value: The figure.
        better: Which direction is good.
        standard_error: Of the value, where the metric can say.
        protocol: Everything that has to be equal before two scores may be compared.
        warning: What a reader has to know before trusting it.
    """

    name: str
    value: float
    better: Literal["lower", "higher"]
    standard_error: float | None = None
    protocol: Mapping[str, Fact] = field(default_factory=dict)
    warning: str = ""


class Evaluation:
    """One model against one data set, as metrics see it.

    Args:
        model: What makes the samples.
        data: The real samples.
        count: Samples on each side; of the real ones, all when there are fewer.
        seed: Of the latents and of the choice of real samples.
        batch_size: Samples at a time.

    Attributes:
        shared: What metrics compute once and hand on to each other (features), by any key.

    Raises:
        GanfwError: If the data are of another kind, size or condition than what the model makes, or if ``count`` is
            below 1.
    """

    def __init__(
        self, model: Model, data: Dataset, *, count: int = 1000, seed: int = 0, batch_size: int = 64
    ) -> None:  # fmt: skip
        self.model, self.data = model, data
        self.count, self.seed, self.batch_size = count, seed, batch_size
        self.shared: dict[Hashable, Any] = {}
        self._refuse_what_cannot_be_compared()

    def _refuse_what_cannot_be_compared(self) -> None:
        made, real = self.model.spec, self.data.spec
        if replace(made, condition=None) != replace(real, condition=None):
            raise GanfwError(
                f"the model makes {replace(made, condition=None)}, but the data are {replace(real, condition=None)}; "
                "compare with data that were prepared as those that it learned from"
            )
        if made.condition is not None and made.condition != real.condition:
            raise GanfwError(
                f"the model is conditioned on {_told(made.condition)}, but the data have {_told(real.condition)}; "
                "compare with data that have the same labels"
            )
        if self.count < 1:
            raise GanfwError(f"count={self.count}: give the number of samples to compare, 1 or more")

    @property
    def real_count(self) -> int:
        """How many real samples there are to compare with: ``count``, or all."""
        return min(self.count, len(self.data))

    @property
    def protocol(self) -> dict[str, Fact]:
        """What every score of this evaluation depends on."""
        return {
            "data": self.data.fingerprint, "real_count": self.real_count, "fake_count": self.count, "seed": self.seed,
        }  # fmt: skip

    def real(self) -> Iterator[Batch]:
        """Real samples without repetition, the same ones each time: ``x`` and, where there is one, ``condition``.

        Shape:
            x: ``(B, *spec.shape)`` in the spec's range; condition: ``(B, ...)``.
        """
        for batch in self._read(self.real_count):
            named = {"x": batch.real} | ({"condition": batch.condition} if "condition" in batch else {})
            yield Batch(named)

    def fake(self) -> Iterator[Batch]:
        """Samples of the model, the same ones each time: ``x`` and, where there is one, ``condition``.

        A conditional model gets the conditions of real samples, so that both sides have them equally often.

        Shape:
            x: ``(B, *spec.shape)`` in the spec's range; condition: ``(B, ...)``.
        """
        condition = self._conditions if self.model.spec.condition is not None else None
        made = 0
        for x in self.model.batches(self.count, seed=self.seed, condition=condition, batch_size=self.batch_size):
            given = {} if condition is None else {"condition": condition[made : made + len(x)].to(x.device)}
            made += len(x)
            yield Batch({"x": x, **given})

    @cached_property
    def _conditions(self) -> Tensor:
        return torch.cat([batch.condition.cpu() for batch in self._read(self.count)])

    def _read(self, count: int) -> Iterator[Batch]:
        """The first ``count`` rows in the order that the seed names; each row once before any comes again."""
        stream = Stream(self.data, batch_size=self.batch_size, seed=self.seed)
        steps = -(-count // self.batch_size)
        for step, batch in enumerate(batches(stream, 0, steps, device=self.model.device)):
            yield batch.rows(0, count - step * self.batch_size)


def _told(condition: Condition | None) -> str:
    if condition is None:
        return "none"
    names = ", ".join(condition.names[:3]) + (", ..." if len(condition.names) > 3 else "")
    return f"{condition.count} {condition.kind} values" + (f" ({names})" if names else "")


class Metric(ABC):
    """A measure of what a model makes."""

    @abstractmethod
    def measure(self, evaluation: Evaluation) -> Iterable[Score]:
        """Measure.

        Args:
            evaluation: The model, the samples of both sides, and what other metrics have computed already.

        Returns:
            One score or several. Each score's protocol holds ``evaluation.protocol`` and whatever else it depends on.

        Raises:
            GanfwError: If there are too few samples, or something that it needs is missing.
        """


def measured(name: str, metric: Metric, evaluation: Evaluation) -> list[Score]:
    """The scores of the metric of that name.

    Raises:
        GanfwError: Also where the metric fails otherwise: then its distribution and the line are named.
    """
    from ganfw.plugins.checking import where
    from ganfw.plugins.registry import registry

    try:
        return list(metric.measure(evaluation))
    except GanfwError:
        raise
    except Exception as error:
        try:
            owner = f" of {registry().owner('metric', name).owner}"
        except KeyError:
            owner = ""
        raise GanfwError(f"the metric {name!r}{owner} failed: {type(error).__name__}: {error}{where(error)}") from error
