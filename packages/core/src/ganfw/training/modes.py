"""How a phase runs: precision, attention kernels, compiled or eager, and the global random generators."""

from __future__ import annotations

import os
import random
from contextlib import AbstractContextManager, ExitStack, nullcontext
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor
from torch.nn.attention import SDPBackend, sdpa_kernel

from ganfw.networks import Verdict
from ganfw.training.convolution import FastSecondDerivatives

if TYPE_CHECKING:
    from collections.abc import Iterable

    from torch import nn

    from ganfw.config.trainer import TrainerConfig
    from ganfw.gan import Phase


def precision_of(config: TrainerConfig, device: torch.device) -> torch.dtype:
    """The dtype of autocast; float32 means none. bf16 is the default on CUDA only: CPUs emulate it slowly."""
    auto = "bf16" if device.type == "cuda" else "float32"
    chosen = auto if config.precision == "auto" else config.precision
    return {"float32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}[chosen]


def autocast(device: torch.device, precision: torch.dtype) -> AbstractContextManager[Any]:
    """One region around each phase's loss: the cache of cast weights must not outlive an optimizer step."""
    return nullcontext() if precision is torch.float32 else torch.autocast(device.type, precision)


def phase_mode(phase: Phase, *, compiled: bool, device: torch.device) -> AbstractContextManager[Any]:
    """Compiled networks and fused attention have no second derivative, and convolutions on CUDA a slow one."""
    if not phase.second_order:
        return nullcontext()
    stack = ExitStack()
    stack.enter_context(sdpa_kernel(SDPBackend.MATH))
    if device.type == "cuda":
        stack.enter_context(FastSecondDerivatives())
    if compiled:
        stack.enter_context(torch.compiler.set_stance("force_eager"))
    return stack


def seed_globally(seed: int, device: torch.device) -> None:
    """Key the global generators too, for dropout and whatever else a network draws."""
    random.seed(seed)
    np.random.seed(seed % 2**32)
    torch.default_generator.manual_seed(seed)
    if device.type == "cuda":
        torch.cuda.manual_seed(seed)


def use_deterministic_kernels() -> None:
    """Ask for kernels that give the same bits each time. It holds for the whole process, as PyTorch has it."""
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")  # else cuBLAS refuses
    torch.backends.cudnn.benchmark = False
    torch.use_deterministic_algorithms(True)


def lay_out(gan: nn.Module, *, channels_last: bool) -> None:
    """Keep weights of four axes in channels-last order, or as they are. What they make has the same order."""
    if channels_last:
        gan.to(memory_format=torch.channels_last)  # type: ignore[call-overload]


def hand_back_float32(networks: Iterable[nn.Module]) -> None:
    """Make the networks' outputs float32, so that losses, penalties and controllers never see half precision."""
    for network in networks:
        network.register_forward_hook(lambda _module, _args, output: _to_float32(output))


def _to_float32(output: Any) -> Any:
    if isinstance(output, Tensor):
        return output.float() if output.is_floating_point() else output
    if isinstance(output, Verdict):
        return Verdict(_to_float32(output.logits), _to_float32(output.features), _to_float32(output.heads))
    if isinstance(output, dict):
        return {name: _to_float32(value) for name, value in output.items()}
    if isinstance(output, tuple) and hasattr(output, "_fields"):
        return type(output)(*map(_to_float32, output))
    if isinstance(output, (list, tuple)):
        return type(output)(_to_float32(value) for value in output)
    return output
