"""What becomes of a run whose loss is not finite: stop, leave the update out, or go back to a checkpoint."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from ganfw.errors import GanfwError
from ganfw.training.state import not_finite, restore

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ganfw.training.outputs import Outputs
    from ganfw.training.trainer import Trainer

_HOPELESS_AFTER = 10


class NotFiniteError(GanfwError):
    """A term, a gradient or a weight is not finite."""


def read_finite(trainer: Trainer, *, saving: bool) -> dict[str, float]:
    """The means since the last logging boundary, with what was left out or gone back over so far.

    Raises:
        NotFiniteError: On all processes alike, if a term is not finite; where such updates are left out, if all were.
    """
    values, culprit = trainer.meter.read()
    policy = trainer.config.on_not_finite
    if policy != "skip" and culprit is not None:
        phase, _, term = culprit[0].rpartition("/")
        raise NotFiniteError(not_finite(phase, term, culprit[1], trainer.step, trainer.run))
    if policy == "roll-back" and saving:
        for name, tensor in trainer.gan.state_dict().items():
            if tensor.is_floating_point() and not torch.isfinite(tensor).all():
                network = name.partition(".")[0]
                raise NotFiniteError(not_finite(network, name, float("nan"), trainer.step, trainer.run))
    told = {"rolled_back": float(trainer.rolled_back)} if trainer.rolled_back else {}
    return {**values, **told, **_skipped(trainer)}


def _skipped(trainer: Trainer) -> Mapping[str, float]:
    found = {name: int(count) for guard in trainer.guards for name, count in guard.skipped.items()}
    in_a_row = {name: int(count) for guard in trainer.guards for name, count in guard.in_a_row.items()}
    window = range(max(0, trainer.step - trainer.config.log_every), trainer.step)
    for phase in trainer.phases:
        count = in_a_row.get(phase.name, 0)
        if count >= _HOPELESS_AFTER and count >= sum(map(phase.due, window)):
            raise NotFiniteError(
                f"training stopped at step {trainer.step}: each of the last {count} updates of {phase.name!r} was "
                "skipped, because its loss or gradient was not finite, so it learns nothing. A smaller learning rate "
                "(optimizers.<name>.lr) or float32 (trainer.precision=float32) usually helps."
            )
    return {f"skipped/{phase}": float(count) for phase, count in found.items() if count}


def begin(trainer: Trainer, outputs: Outputs | None) -> None:
    """Make sure that a run that may go back has something to go back to.

    Raises:
        GanfwError: If it has no folder.
    """
    if trainer.config.on_not_finite != "roll-back":
        return
    if outputs is None:
        raise GanfwError(
            "trainer.on_not_finite=roll-back goes back to a checkpoint, and without a run folder there is none. Give "
            "the trainer run=FOLDER, or trainer.on_not_finite=skip."
        )
    if trainer.step == 0:
        outputs.checkpoint()


def roll_back(trainer: Trainer, outputs: Outputs | None, error: NotFiniteError) -> str:
    """Go back to the newest whole checkpoint, with other randomness from there on; what to tell the user.

    How often that was done is part of the state, and all randomness derives from it and the seed. So a run that is
    broken off between comes the same way again.

    Raises:
        NotFiniteError: If the policy is another, or it has been done as often as it may be.
    """
    config, count = trainer.config, trainer.rolled_back + 1
    if config.on_not_finite != "roll-back" or outputs is None:
        raise error
    if count > config.roll_backs:
        raise NotFiniteError(
            f"{error} It has gone back {trainer.rolled_back} times, as often as trainer.roll_backs={config.roll_backs} "
            "lets it."
        ) from None
    found = outputs.newest()
    assert found is not None, "a run that may roll back begins with a checkpoint"
    at = trainer.step
    restore(trainer, *found)
    trainer.rolled_back = count
    return (
        f"a loss was not finite at step {at} or before: back to the checkpoint of step {trainer.step}, with other "
        f"randomness ({count} of at most {config.roll_backs} times)"
    )
