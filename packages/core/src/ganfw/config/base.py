"""The base of every configuration class, and the schedules that a number may be replaced by."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Annotated, Any, Literal, overload

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

if TYPE_CHECKING:
    from collections.abc import Callable

    from torch import Tensor


class Config(BaseModel):
    """A frozen, strict-keyed set of settings. Unknown keys are errors; attribute docstrings are the descriptions.

    A part's config has a method ``build(spec)`` that imports the network or term and makes it. Importing inside
    ``build`` keeps torch out of listing, schemas and checks.
    """

    model_config = ConfigDict(
        extra="forbid", frozen=True, use_attribute_docstrings=True, defer_build=True, allow_inf_nan=False
    )


class Schedule(Config):
    """A number as a function of the images shown so far, so that resuming needs no scheduler state."""

    start: float
    """Value up to `from_kimg`."""
    end: float
    """Value from `to_kimg` on."""
    from_kimg: float = Field(default=0.0, ge=0)
    """Thousands of images after which it starts to move."""
    to_kimg: float = Field(gt=0)
    """Thousands of images at which it arrives."""
    shape: Literal["linear", "cosine", "exponential"] = "linear"
    """Path from start to end."""

    @model_validator(mode="after")
    def _has_a_path(self) -> Schedule:
        if self.to_kimg <= self.from_kimg:
            raise ValueError(f"to_kimg has to be more than from_kimg, got {self.to_kimg:g} and {self.from_kimg:g}")
        if self.shape == "exponential" and min(self.start, self.end) <= 0:
            raise ValueError(
                f"an exponential schedule needs start and end above 0, got {self.start:g} and {self.end:g}"
            )
        return self

    @overload
    def at(self, images: int) -> float: ...

    @overload
    def at(self, images: Tensor) -> Tensor: ...

    def at(self, images: Any) -> Any:
        """The value after ``images`` images shown.

        Args:
            images: A number; or, where a CUDA graph is recorded, a float64 scalar on the device. The value is then a
                float32 scalar there, worked out in float64.
        """
        t = (images - self.from_kimg * 1000) / ((self.to_kimg - self.from_kimg) * 1000)
        if isinstance(t, float):
            return self._along(min(max(t, 0.0), 1.0), math.cos)
        return self._along(t.clamp(0, 1), lambda angle: angle.cos()).float()

    def _along(self, t: Any, cos: Callable[[Any], Any]) -> Any:
        """The value at the part ``t`` of the way."""
        if self.shape == "exponential":
            return self.start * (self.end / self.start) ** t
        if self.shape == "cosine":
            t = (1 - cos(math.pi * t)) / 2
        return self.start + (self.end - self.start) * t


Scheduled = float | Schedule
"""A number, or a schedule that gives one."""


def _not_negative(scheduled: Scheduled) -> Scheduled:
    least = min(scheduled.start, scheduled.end) if isinstance(scheduled, Schedule) else scheduled
    if least < 0:
        raise ValueError(f"has to be at least 0, got {least:g}")
    return scheduled


NonNegativeScheduled = Annotated[Scheduled, AfterValidator(_not_negative)]
"""A number that is at least 0, or a schedule that stays there."""


@overload
def value_at(scheduled: Scheduled, images: int) -> float: ...


@overload
def value_at(scheduled: Scheduled, images: int | Tensor) -> float | Tensor: ...


def value_at(scheduled: Scheduled, images: Any) -> Any:
    """The value of a number or schedule after ``images`` images shown; see `Schedule.at`."""
    return scheduled.at(images) if isinstance(scheduled, Schedule) else scheduled
