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
        GanfwError: If it sees another number of processes than were launched, if fewer were launched than asked for,
            or for a sharded set-up.
    """
    # Accelerate's launcher starts several on GPUs alone. On a CPU it starts one, and leaves an address for the others.
    if "ACCELERATE_MIXED_PRECISION" in os.environ and "MASTER_ADDR" in os.environ and "WORLD_SIZE" not in os.environ:
        raise GanfwError(
            "`accelerate launch` was asked for several processes, but without GPUs it starts only one. Use "
            "`ganfw train ... --num-processes N`, or ACCELERATE_USE_CPU=true accelerate launch --multi_gpu "
            "--num_processes N -m ganfw train ..., or torchrun."
        )
    import torch
    from accelerate import Accelerator
    from accelerate.utils import DistributedType

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
