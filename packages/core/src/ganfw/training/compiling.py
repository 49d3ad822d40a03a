"""torch.compile as an option: tried before training starts, and left out where it fails."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import torch

from ganfw.data.stream import batches
from ganfw.errors import GanfwError
from ganfw.training.modes import autocast, phase_mode
from ganfw.training.summing import summed

if TYPE_CHECKING:
    from ganfw.data.stream import Stream
    from ganfw.gan import Phase
    from ganfw.training.step import Batch
    from ganfw.training.trainer import Trainer

log = logging.getLogger("ganfw")


def compile_networks(trainer: Trainer, stream: Stream) -> None:
    """Compile the networks in place, and run every phase once on a batch; what the trial changed is put back.

    If one fails, all networks of this process run as they are from then on, and a warning says why.

    Args:
        trainer: Before its first step.
        stream: What it will train on.

    Raises:
        GanfwError: If a phase could not train in any case.
    """
    gan, config = trainer.gan, trainer.config
    reading = batches(stream, trainer.step, trainer.step + 1, device=trainer.device, channels_last=config.channels_last)
    batch = next(reading)
    before = {name: value.clone() for name, value in gan.state_dict().items()}
    for network in gan.networks().values():
        network.compile(dynamic=False)  # a graph for each shape: two alike networks of one class crash otherwise
    try:
        with trainer.meter.apart():  # else the first step's means would have the trial in them
            for phase in trainer.phases:
                _try(trainer, phase, batch)
    except GanfwError:
        raise
    except Exception as error:
        torch.compiler.set_stance("force_eager")
        reason = " ".join(str(error).split("\n", 2)[:2]) or type(error).__name__
        log.warning("torch.compile does not work here, so the networks run as they are: %s", reason)
    finally:
        trainer.freezer.release()
        gan.load_state_dict(before)
        gan.zero_grad()  # to None: a parameter that a phase does not reach must have no gradient


def _try(trainer: Trainer, phase: Phase, batch: Batch) -> None:
    trainer.freezer.only(phase.network_names)
    step = trainer._micro_batches(batch)[0]
    step.enter(phase.name)
    with phase_mode(phase, compiled=True, device=trainer.device):
        with autocast(trainer.device, trainer.precision):
            _, loss = summed(phase, step)
        loss.backward()
