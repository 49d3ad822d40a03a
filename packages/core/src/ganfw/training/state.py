"""The whole state of a training run as tensors by name, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch

from ganfw.errors import GanfwError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from torch import Tensor

    from ganfw.training.trainer import Trainer


def state_of(trainer: Trainer) -> dict[str, Tensor]:
    """Networks, buffers, averages and moments, under ``gan.``, ``ema.`` and ``optimizer.``.

    Raises:
        GanfwError: If a weight is not finite: such a state is never written over a good one.
    """
    state = {f"gan.{name}": tensor for name, tensor in trainer.gan.state_dict().items()}
    for name, tensor in state.items():
        if tensor.is_floating_point() and not torch.isfinite(tensor).all():
            network = name.split(".")[1]
            raise GanfwError(not_finite(network, name.removeprefix("gan."), float("nan"), trainer.step, trainer.run))
    if trainer.ema is not None:
        state |= {f"ema.{name}": tensor for name, tensor in trainer.ema.shadows.state_dict().items()}
    for name, updater in trainer.updaters.items():
        state |= {f"optimizer.{name}|{key}": tensor for key, tensor in updater.state().items()}
    return state


def restore(trainer: Trainer, state: Mapping[str, Tensor], facts: Mapping[str, Any]) -> None:
    """Put back what `state_of` gave, and the one integer.

    Raises:
        GanfwError: If the data are not those that the run has seen, or the state is of another GAN.
    """
    if facts.get("data") != trainer.data.fingerprint:
        raise GanfwError(_changed(trainer, facts))
    try:
        _put_back(trainer, state, facts)
    except torch.OutOfMemoryError:
        raise
    except (AttributeError, KeyError, RuntimeError, TypeError, ValueError) as error:
        raise GanfwError(
            f"the checkpoint of step {facts['step']} in {trainer.run} does not fit this GAN: "
            f"{type(error).__name__}: {error}. Choose another folder with --run, or give the settings that the run has."
        ) from error


def _put_back(trainer: Trainer, state: Mapping[str, Tensor], facts: Mapping[str, Any]) -> None:
    trainer.gan.load_state_dict(_under(state, "gan."))
    if trainer.ema is not None:
        trainer.ema.shadows.load_state_dict(_under(state, "ema."))
    for name, updater in trainer.updaters.items():
        updater.load(_under(state, f"optimizer.{name}|"))
    trainer.step, trainer.rolled_back = int(facts["step"]), int(facts.get("rolled_back", 0))


def facts_of(trainer: Trainer) -> dict[str, Any]:
    """What else belongs to the state: what the data were, and how large a step is."""
    data = trainer.data
    facts = {"batch_size": trainer.config.batch_size, "data": data.fingerprint, "samples": len(data)}
    return facts | ({"rolled_back": trainer.rolled_back} if trainer.rolled_back else {})


def _changed(trainer: Trainer, facts: Mapping[str, Any]) -> str:
    settings, data = trainer.document.get("data"), trainer.data
    settings = settings if isinstance(settings, dict) else {}
    key = next((key for key in ("path", "name", "type") if settings.get(key)), None)
    which = f"data.{key}={settings[key]}" if key is not None else f"{type(data).__name__} in Python"
    then = f" ({samples:,} samples)" if isinstance(samples := facts.get("samples"), int) else ""
    return (
        f"the data have changed since {trainer.run} was last saved, at step {facts['step']}: {which} has "
        f"{data.fingerprint} ({len(data):,} samples) and had {facts.get('data')}{then}, so the run cannot go on as if "
        "they had not. Put the data back, or train into another folder with --run and take the weights along with "
        f"start_from={trainer.run}."
    )


def not_finite(phase: str, term: str, value: float, step: int, run: Path | None) -> str:
    """What to say when training has broken down numerically."""
    saved = run is not None and any((run / "checkpoints").glob("step-*"))
    kept = f"The last good checkpoint in {run}/checkpoints is untouched." if saved else "There is no checkpoint yet."
    return (
        f"training stopped at step {step}: {phase!r} has a term {term!r} that is {value}. {kept} "
        "A smaller learning rate (optimizers.<name>.lr), another weight of a gradient penalty (regularizers.r1.gamma) "
        "or float32 (trainer.precision=float32) usually helps; "
        "the same command with trainer.on_not_finite=skip leaves out single updates that go wrong."
    )


def _under(state: Mapping[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {name.removeprefix(prefix): tensor for name, tensor in state.items() if name.startswith(prefix)}
