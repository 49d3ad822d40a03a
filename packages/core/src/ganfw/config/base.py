"""The base of every configuration class, and the schedules that a number may be replaced by."""

from __future__ import annotations

import math
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class Config(BaseModel):
    """A frozen, strict-keyed set of settings. Unknown keys are errors; attribute docstrings are the descriptions.

    A part's config has a method ``build(spec)`` that imports the network or term and makes it. Importing inside
    ``build`` keeps torch out of listing, schemas and checks.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True, defer_build=True)


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

    def at(self, images: int) -> float:
        """The value after ``images`` images shown."""
        span = max(self.to_kimg - self.from_kimg, 1e-9) * 1000
        t = min(max((images - self.from_kimg * 1000) / span, 0.0), 1.0)
        if self.shape == "exponential":
            return self.start * float((self.end / self.start) ** t)
        if self.shape == "cosine":
            t = (1 - math.cos(math.pi * t)) / 2
        return self.start + (self.end - self.start) * t


Scheduled = float | Schedule
"""A number, or a schedule that gives one."""


def value_at(scheduled: Scheduled, images: int) -> float:
    """The value of a number or schedule after ``images`` images shown."""
    return scheduled.at(images) if isinstance(scheduled, Schedule) else scheduled
