"""Averages and rows over processes: one flat all-reduce for a whole list of tensors."""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING, Any

import torch
import torch.distributed as dist

from ganfw.errors import GanfwError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor, nn


@torch.no_grad()
def average(tensors: Sequence[Tensor], world: int) -> None:
    """Replace each tensor by its mean over all processes, in place and by one collective call.

    A single flat call is as fast as DistributedDataParallel here, and right where that is not: under penalties on
    gradients, calls of sub-modules and parameters that a phase does not reach.
    """
    if world == 1 or not tensors:
        return
    flat = torch.cat([tensor.reshape(-1) for tensor in tensors])
    dist.all_reduce(flat)
    flat /= world
    torch._foreach_copy_(
        list(tensors),
        [part.view_as(tensor) for part, tensor in zip(flat.split([t.numel() for t in tensors]), tensors, strict=True)],
    )


def float_buffers(gan: nn.Module) -> list[Tensor]:
    """Batch-norm statistics and the like; what is equal everywhere by construction needs no averaging."""
    modules = [m for m in gan.modules() if not getattr(m, "equal_on_all_processes", False)]
    return [buffer for m in modules for buffer in m.buffers(recurse=False) if buffer.is_floating_point()]


@torch.no_grad()
def take_from_first(tensors: Sequence[Tensor], world: int) -> None:
    """Replace each tensor by the first process's, in place: weights drawn without a seed differ between processes."""
    if world > 1:
        for tensor in tensors:
            dist.broadcast(tensor, 0)


@torch.no_grad()
def gather(x: Tensor, world: int) -> Tensor:
    """The rows of ``x`` from all processes, in their order. Shape: ``(B, ...)`` to ``(world * B, ...)``."""
    if world == 1:
        return x
    parts = [torch.empty_like(x) for _ in range(world)]
    dist.all_gather(parts, x.contiguous())
    return torch.cat(parts)


def gather_differentiably(x: Tensor) -> Tensor:
    """``x`` of all processes, stacked, with its derivatives of any order: ``(...)`` to ``(world, ...)``.

    The derivative is that of the sum of all processes' losses. Every process has to take it at the same place.
    """
    if not (dist.is_available() and dist.is_initialized() and dist.get_world_size() > 1):
        return x[None]
    stacked: Tensor = _Gather.apply(x)  # type: ignore[no-untyped-call]
    return stacked


class _Gather(torch.autograd.Function):
    """Its derivative is its adjoint: `_Scatter`."""

    @staticmethod
    def forward(_ctx: Any, x: Tensor) -> Tensor:
        parts = [torch.empty_like(x) for _ in range(dist.get_world_size())]
        dist.all_gather(parts, x.contiguous())
        return torch.stack(parts)

    @staticmethod
    def backward(_ctx: Any, *gradients: Tensor) -> Tensor:
        scattered: Tensor = _Scatter.apply(gradients[0])  # type: ignore[no-untyped-call]
        return scattered


class _Scatter(torch.autograd.Function):
    """This process's slice of the sum over processes. Its derivative is `_Gather`."""

    @staticmethod
    def forward(_ctx: Any, x: Tensor) -> Tensor:
        total = x.clone(memory_format=torch.contiguous_format)
        dist.all_reduce(total)
        return total[dist.get_rank()]

    @staticmethod
    def backward(_ctx: Any, *gradients: Tensor) -> Tensor:
        gathered: Tensor = _Gather.apply(gradients[0])  # type: ignore[no-untyped-call]
        return gathered


def check_same_gradients(phase: str, named: Sequence[tuple[str, nn.Parameter]], world: int) -> None:
    """Refuse to average when the processes disagree on which parameters have a gradient.

    Raises:
        GanfwError: On every process, naming the phase.
    """
    if world == 1:
        return
    layout = [(name, parameter.numel()) for name, parameter in named if parameter.grad is not None]
    digest = int.from_bytes(blake2b(repr(layout).encode(), digest_size=7).digest(), "little")
    mine = torch.tensor([digest], device=named[0][1].device if named else None)
    if len(gather(mine, world).unique()) > 1:
        raise GanfwError(
            f"phase {phase!r}: the processes disagree on which parameters have a gradient, so these cannot be "
            "averaged. A loss must reach the same parameters whatever its part of the batch holds."
        )
