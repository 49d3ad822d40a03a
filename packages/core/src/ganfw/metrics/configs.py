"""The settings of core's metric. Torch loads only inside ``build``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from ganfw.config.base import Config
from ganfw.errors import GanfwError
from ganfw.specs import SequenceSpec

if TYPE_CHECKING:
    from ganfw.evaluation import Metric
    from ganfw.specs import Spec


class SlicedWassersteinConfig(Config):
    """A distance between the two sets of samples, on raw values."""

    size: int = Field(default=8, ge=1)
    """Pictures are averaged down to at most this many pixels, so that detail which no eye sees does not count."""
    directions: int = Field(default=512, ge=1)
    """Random directions that the samples are projected on."""

    def build(self, spec: Spec) -> Metric:
        """Make the metric.

        Raises:
            GanfwError: If the samples are tokens, between which there is no distance.
        """
        from ganfw.metrics.sliced_wasserstein import SlicedWasserstein

        if isinstance(spec, SequenceSpec):
            raise GanfwError("sliced-wasserstein compares numbers, but the samples are tokens; use another metric")
        return SlicedWasserstein(self.size, self.directions)
