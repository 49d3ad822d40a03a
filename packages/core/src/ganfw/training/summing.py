"""What a phase's loss returns, held to what it has to be, and its sum."""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce
from operator import add
from typing import TYPE_CHECKING, Any

from torch import Tensor

from ganfw.errors import GanfwError

if TYPE_CHECKING:
    from ganfw.gan import Phase
    from ganfw.training.step import Step


def summed(phase: Phase, step: Step) -> tuple[Mapping[str, Tensor], Tensor]:
    """A phase's terms by name, and their sum. Nothing is read from the device.

    Raises:
        GanfwError: If they are not scalar tensors by name, none has a gradient, or one sample is to be normalised.
    """
    try:
        terms = phase.loss(step)
    except ValueError as error:
        # PyTorch's words; whether a layer says them depends on the shapes inside of a network.
        if "more than 1 value per channel" in str(error) and len(step.batch) == 1:
            raise GanfwError(_one_sample(phase, step.parts)) from error
        raise
    problem = _problem(terms)
    total = reduce(add, terms.values()) if problem is None else None
    if total is not None and not total.requires_grad:
        problem = f"none of its terms ({', '.join(terms)}) has a gradient"
    if problem is not None or total is None:
        raise GanfwError(
            f"phase {phase.name!r}: {problem}. A phase's loss returns scalar tensors by name, of which one or more "
            f"depend on {' or '.join(phase.network_names)}: return {{'adversarial': loss.mean()}}, for example."
        )
    return terms, total


def _problem(terms: Any) -> str | None:
    if not isinstance(terms, Mapping):
        return f"it has returned a {type(terms).__name__}"
    for name, term in terms.items():
        if not isinstance(term, Tensor):
            return f"its term {name!r} is a {type(term).__name__}"
        if term.ndim:
            return f"its term {name!r} is a tensor of shape {tuple(term.shape)}"
    return None if terms else "it has returned no terms"


def _one_sample(phase: Phase, parts: int) -> str:
    return (
        f"phase {phase.name!r}: batch normalisation needs two samples or more, and trainer.batch_size={parts} in "
        f"{parts} part(s) leaves it one. Give trainer.batch_size={2 * parts} or more, fewer trainer.micro_batches, or "
        "networks without it (generator.norm=none, where they have that)."
    )
