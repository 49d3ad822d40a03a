"""Standard errors."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor


def standard_error(values: Tensor) -> float | None:
    """Of a mean over samples: what bootstraps of it tend to. None for a single one. Shape: ``(N,)``."""
    return (values.double().std() / len(values) ** 0.5).item() if len(values) > 1 else None
