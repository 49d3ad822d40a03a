"""The part under test, with what every check asks of it."""

from __future__ import annotations

import random
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from ganfw.testing.report import Unmet
from ganfw.testing.toys import COUNT, random_samples, toy_condition, toy_data
from ganfw.training.step import Batch, Step

if TYPE_CHECKING:
    from collections.abc import Iterator

    from torch import Tensor

    from ganfw.config.base import Config
    from ganfw.specs import Spec


@dataclass(frozen=True)
class Subject:
    """One part.

    Args:
        kind: Its kind.
        name: Its name.
        config: Its settings.
        spec: What it is built for.
    """

    kind: str
    name: str
    config: Config
    spec: Spec

    def build(self, seed: int = 0) -> Any:
        """Make the part, its weights drawn from this seed."""
        torch.manual_seed(seed)
        return self.config.build(self.spec)  # type: ignore[attr-defined]

    def samples(self, count: int = COUNT) -> Tensor:
        """Samples within the spec's range. Shape: ``(count, *spec.shape)``."""
        return random_samples(self.spec, count, torch.Generator().manual_seed(1))

    def conditions(self, count: int = COUNT) -> Tensor | None:
        """A condition for each sample, where the spec has one. Shape: ``(count, ...)``."""
        made = toy_condition(self.spec, count, np.random.default_rng(1))
        return None if made is None else torch.from_numpy(made)

    def step(self) -> Step:
        """A step as the trainer would make it; the same each time."""
        data = toy_data(self.spec)
        rows = data.rows(np.arange(COUNT), np.arange(COUNT))
        step = Step(data.decode(Batch({name: torch.from_numpy(row) for name, row in rows.items()})), seed=3)
        step.enter("check")
        return step


def global_state() -> dict[str, Any]:
    """Everything global that a part might change, but for PyTorch's random generator."""
    return {
        "Python's random generator": random.getstate(),
        "numpy's random generator": repr(np.random.get_state(legacy=False)["state"]),
        "the default dtype": torch.get_default_dtype(),
        "the number of threads": torch.get_num_threads(),
        "deterministic algorithms": torch.are_deterministic_algorithms_enabled(),
        "gradients being on": torch.is_grad_enabled(),
        "cudnn.benchmark": torch.backends.cudnn.benchmark,
        "cudnn.deterministic": torch.backends.cudnn.deterministic,
    }  # fmt: skip


@contextmanager
def restored() -> Iterator[None]:
    """Put back whatever global state changes within the block."""
    python, numpy = random.getstate(), np.random.get_state()
    dtype, threads = torch.get_default_dtype(), torch.get_num_threads()
    deterministic, grad = torch.are_deterministic_algorithms_enabled(), torch.is_grad_enabled()
    cudnn = torch.backends.cudnn.benchmark, torch.backends.cudnn.deterministic
    try:
        with torch.random.fork_rng(devices=[]):
            yield
    finally:
        random.setstate(python)
        np.random.set_state(numpy)
        torch.set_default_dtype(dtype)
        torch.set_num_threads(threads)
        torch.use_deterministic_algorithms(deterministic)
        torch.set_grad_enabled(grad)
        torch.backends.cudnn.benchmark, torch.backends.cudnn.deterministic = cudnn


def require(condition: object, what: str, mend: str = "") -> None:
    """Raise `Unmet` unless the condition holds."""
    if not condition:
        raise Unmet(what, mend)


def close(found: Tensor, expected: Tensor, atol: float = 1e-4) -> bool:
    """Whether two tensors have one shape and nearly the same values."""
    return found.shape == expected.shape and torch.allclose(found.float(), expected.float(), rtol=1e-3, atol=atol)
