"""Standard errors."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from collections.abc import Callable

    from torch import Tensor

RESAMPLES = 200


def standard_error(values: Tensor) -> float | None:
    """Of a mean over samples: what bootstraps of it tend to. None for a single one. Shape: ``(N,)``."""
    return (values.double().std() / len(values) ** 0.5).item() if len(values) > 1 else None


def bootstrap(statistic: Callable[..., float], *samples: Tensor, seed: int) -> float:
    """The standard error of a statistic of several independent sets of samples.

    Args:
        statistic: Takes as many tensors as there are sets.
        *samples: One set each, samples along the first axis.
        seed: Of the resampling.

    References:
        Efron 1979, Bootstrap Methods: Another Look at the Jackknife.
    """
    rng = torch.Generator().manual_seed(seed)
    again = [statistic(*(_resampled(x, rng) for x in samples)) for _ in range(RESAMPLES)]
    return torch.tensor(again, dtype=torch.float64).std().item()


def _resampled(x: Tensor, rng: torch.Generator) -> Tensor:
    return x[torch.randint(len(x), (len(x),), generator=rng).to(x.device)]
