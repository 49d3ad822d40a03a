"""Processes and devices, by Accelerate: the one place that makes an Accelerator."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from ganfw.errors import GanfwError

if TYPE_CHECKING:
    from accelerate import Accelerator


def make_accelerator(**settings: Any) -> Accelerator:
    """An Accelerator that cannot silently drop processes.

    Without a GPU a plain ``Accelerator()`` leaves each launched process alone as "0 of 1"; here it is told to use the
    CPU. Networks, optimizers and loaders are never given to it.

    Raises:
        GanfwError: If the tracker is unknown or not installed, if it sees another number of processes than were
            launched, or a sharded set-up.
    """
    import torch
    from accelerate import Accelerator
    from accelerate.utils import DistributedType

    if settings.get("log_with") is not None:
        check_tracker(settings["log_with"])
    settings.setdefault("cpu", not torch.accelerator.is_available())
    accelerator = Accelerator(**settings)
    launched = int(os.environ.get("WORLD_SIZE", "1"))
    if accelerator.num_processes != launched:
        raise GanfwError(
            f"{launched} processes were launched, but Accelerate sees {accelerator.num_processes}. "
            "Start them with `ganfw train ... --num-processes N` or torchrun."
        )
    whole = {
        DistributedType.NO, DistributedType.MULTI_GPU, DistributedType.MULTI_CPU,
        DistributedType.MULTI_XPU, DistributedType.MULTI_NPU,
    }  # fmt: skip
    if accelerator.distributed_type not in whole:
        raise GanfwError(
            f"ganfw keeps every network whole on each device; {accelerator.distributed_type.value} shards networks. "
            "Choose multi-GPU without FSDP or DeepSpeed in `accelerate config`."
        )
    return accelerator


def check_tracker(name: str) -> None:
    """Refuse what Accelerate would refuse with a traceback, and what it would leave out without a word."""
    from accelerate.tracking import get_available_trackers
    from accelerate.utils import LoggerType

    known = [str(tracker) for tracker in LoggerType.list() if tracker != "all"]
    if name not in known:
        raise GanfwError(f"trainer.tracker={name}: choose one of {', '.join(known)}, or null")
    if LoggerType(name) not in get_available_trackers():
        raise GanfwError(f"trainer.tracker={name} is not installed; try `pip install {name}`, or trainer.tracker=null")
