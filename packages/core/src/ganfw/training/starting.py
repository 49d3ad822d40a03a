"""What must hold before the first step, and weights to start from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from safetensors import SafetensorError

from ganfw.errors import GanfwError
from ganfw.training.averaging import take_from_first
from ganfw.training.batch_statistics import synchronise_batch_statistics
from ganfw.training.checkpoint import Checkpoints
from ganfw.training.tensors import read_tensors

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from torch import Tensor

    from ganfw.config.trainer import TrainerConfig
    from ganfw.data.dataset import Dataset
    from ganfw.gan import GAN
    from ganfw.specs import Condition, Spec


def config_of(config: TrainerConfig | None, settings: dict[str, Any]) -> TrainerConfig:
    """The trainer's settings, given whole or by keyword.

    Raises:
        GanfwError: If they are given both ways, there is no setting of a name, or one has a value that it cannot have.
    """
    from pydantic import ValidationError

    from ganfw.config.problems import RecipeError, closest, problems_of
    from ganfw.config.trainer import TrainerConfig

    for name in settings:
        if name not in TrainerConfig.model_fields:
            nearest = closest(name, TrainerConfig.model_fields)
            hint = f"did you mean {nearest}?" if nearest else f"there are {', '.join(TrainerConfig.model_fields)}"
            raise GanfwError(f"Trainer has no setting {name!r}; {hint}")
    if config is not None and settings:
        raise GanfwError(f"give the trainer a config or {', '.join(settings)} by keyword, not both")
    try:
        return config or TrainerConfig(**settings)
    except ValidationError as error:
        raise RecipeError(problems_of(error, settings), "Trainer") from error


def check_before_training(
    gan: GAN, data: Dataset, config: TrainerConfig, freeze: Iterable[str], world: int, *,
    held_out: Dataset | None = None,
) -> None:  # fmt: skip
    """Refuse what cannot train.

    Raises:
        GanfwError: Saying what to change.
    """
    if len(data) == 0:
        raise GanfwError("the data is empty")
    if held_out is not None:
        _check_held_out(held_out.spec, data.spec)
    _check_names(gan, freeze)
    parts = world * config.micro_batches
    if config.batch_size % parts:
        near = max(parts, config.batch_size // parts * parts)
        raise GanfwError(
            f"trainer.batch_size={config.batch_size} does not divide into {world} process(es) times "
            f"{config.micro_batches} micro-batch(es); trainer.batch_size={near} would"
        )


def _check_names(gan: GAN, freeze: Iterable[str]) -> None:
    networks, names = gan.networks(), [phase.name for phase in gan.phases]
    if twice := [name for name in names if names.count(name) > 1]:
        raise GanfwError(
            f"two phases are called {twice[0]!r}. A phase's random numbers and its log go by its name, so both would "
            f"draw the same: give each a name of its own, for example ganfw.Phase('{twice[0]}/2', ...)."
        )
    for phase in gan.phases:
        for name in phase.network_names:
            if name not in networks:
                raise GanfwError(f"phase {phase.name!r} optimises {name!r}, but the networks are {', '.join(networks)}")
    for name in gan.averaged:
        if name not in networks:
            raise GanfwError(
                f"{type(gan).__name__}.averaged names {name!r}, but the networks are {', '.join(networks)}. Set it to "
                f"those that sample() needs: averaged = ({next(iter(networks))!r},)"
            )
    for name in freeze:
        if name not in networks:
            raise GanfwError(f"freeze: there is no network {name!r}; the networks are {', '.join(networks)}")
    if all(set(phase.network_names) <= set(freeze) for phase in gan.phases):
        raise GanfwError("freeze: every phase's networks are frozen, so nothing would learn")


def _check_held_out(held_out: Spec, data: Spec) -> None:
    """The discriminator, which was made for the data, is shown both."""
    if held_out.shape != data.shape or not _answers(held_out.condition, data.condition):
        raise GanfwError(
            f"held_out: the held-out data do not fit the data: they are {_told(held_out)}, and the data are "
            f"{_told(data)}. The discriminator is shown both. Open both alike (held_out.labels=folders where "
            "data.labels=folders is), or leave it out."
        )


def _answers(given: Condition | None, asked: Condition | None) -> bool:
    """Whether networks that ask for one condition can take another: classes may be fewer."""
    if given is None or asked is None:
        return asked is None
    fewer = given.kind == "class" and given.count < asked.count
    return given.kind == asked.kind and (given.count == asked.count or fewer)


def _told(spec: Spec) -> str:
    shape, condition = " x ".join(map(str, spec.shape)), spec.condition
    if condition is None:
        return f"{shape} without a condition"
    if condition.kind == "class":
        return f"{shape} with {condition.count} classes"
    return f"{shape} with a vector of {condition.count}"


def join_processes(gan: GAN, config: TrainerConfig, world: int) -> None:
    """Make one job of several processes: they start from the first one's weights, and may share batch statistics."""
    take_from_first([*gan.parameters(), *gan.buffers()], world)
    if config.sync_batch_stats and world > 1:
        synchronise_batch_statistics(gan)


def start_from(gan: GAN, path: Path) -> None:
    """Load the networks that ``path`` has under the same names; the others keep their fresh weights.

    Args:
        gan: Its networks are filled.
        path: A run folder (its newest whole checkpoint is used) or a model folder.

    Raises:
        GanfwError: If there is nothing to load, or a network has other shapes.
    """
    if (path / "model.safetensors").is_file():
        found = _read(path / "model.safetensors")
    elif (checkpoint := Checkpoints(path / "checkpoints").newest()) is not None:
        found = {name.removeprefix("gan."): t for name, t in checkpoint[0].items() if name.startswith("gan.")}
    else:
        raise GanfwError(f"start_from: {path} is neither a run folder with a checkpoint nor a model folder")
    matched = False
    for name, network in gan.networks().items():
        weights = {key.removeprefix(f"{name}."): t for key, t in found.items() if key.startswith(f"{name}.")}
        if weights:
            _load(name, network.state_dict(), weights, path)
            network.load_state_dict(weights)
            matched = True
    if not matched:
        there = sorted({name.split(".")[0] for name in found})
        raise GanfwError(f"start_from: {path} has {', '.join(there)}; this GAN has {', '.join(gan.networks())}")


def _load(name: str, wanted: dict[str, Tensor], weights: dict[str, Tensor], path: Path) -> None:
    for key in sorted(wanted.keys() | weights.keys()):
        here, there = (tuple(t[key].shape) if key in t else "missing" for t in (wanted, weights))
        if here != there:
            raise GanfwError(
                f"start_from: {name}.{key} is {there} in {path}, but {here} here. Give the same network settings."
            )


def _read(file: Path) -> dict[str, Tensor]:
    try:
        return read_tensors(file)
    except (OSError, ValueError, SafetensorError) as error:
        raise GanfwError(f"start_from: {file} cannot be read: {error}") from error
