"""Start a command in several processes, on GPUs or on the CPU."""

from __future__ import annotations

import logging
import os
import sys
from typing import TYPE_CHECKING

from ganfw.cli.messages import complain
from ganfw.cli.partners import LAUNCHED, who_has_gone
from ganfw.errors import GanfwError

if TYPE_CHECKING:
    from collections.abc import Sequence


def launch(arguments: Sequence[str], processes: int) -> int:
    """Run ``ganfw ARGUMENTS`` in several processes; the exit code of the first to fail, or 0.

    Args:
        arguments: Of each process.
        processes: How many, all on this machine.

    Raises:
        GanfwError: If there are GPUs, but fewer than processes.
    """
    import torch
    from torch.distributed.elastic.multiprocessing.api import SignalException
    from torch.distributed.elastic.multiprocessing.errors import ChildFailedError
    from torch.distributed.launcher.api import LaunchConfig, elastic_launch

    if 0 < (gpus := torch.accelerator.device_count()) < processes:
        raise GanfwError(f"--num-processes {processes}: each process needs a GPU of its own, and there are {gpus}")
    os.environ.setdefault("OMP_NUM_THREADS", str(max(1, (os.cpu_count() or 1) // processes)))
    os.environ[LAUNCHED] = "1"
    # The processes say themselves what went wrong; the launcher would add a traceback of its own.
    for name in ("torch.distributed.elastic", "torch.distributed.elastic.agent.server.api"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    config = LaunchConfig(
        min_nodes=1, max_nodes=1, nproc_per_node=processes, max_restarts=0, monitor_interval=0.1,
        rdzv_backend="c10d", rdzv_endpoint="localhost:0", run_id="ganfw",
    )  # fmt: skip
    try:
        elastic_launch(config, sys.executable)("-m", "ganfw", *arguments)
    except ChildFailedError as error:
        number, first = error.get_first_failure()
        if first.exitcode < 0:
            complain(who_has_gone(number, processes, first.exitcode))
        return first.exitcode if first.exitcode > 0 else 128 - first.exitcode
    except SignalException as interruption:
        return 128 + interruption.sigval
    return 0
