"""Batch normalisation whose statistics are those of the whole batch, over all processes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from ganfw.training.averaging import gather_differentiably

_LAYERS = (nn.BatchNorm1d, nn.BatchNorm2d, nn.BatchNorm3d)


def synchronise_batch_statistics(module: nn.Module) -> None:
    """Let every batch normalisation in ``module`` see the batches of all processes while it trains.

    Taken are ``nn.BatchNorm1d``, ``2d`` and ``3d``, and subclasses whose ``forward`` calls that of these; state dicts,
    hooks and parameters stay as they are. Each process has to run the same layers in the same order on equally many
    rows. Derivatives of any order are exact, unlike those of ``nn.SyncBatchNorm``, which also needs a GPU.
    """
    for part in module.modules():
        layer = next((layer for layer in _LAYERS if isinstance(part, layer)), None)
        if layer is not None and not isinstance(part, _OverProcesses):
            kind, ours = type(part), _OF_LAYER[layer]
            # Behind a subclass's own class, so that its super().forward() finds ours in place of PyTorch's.
            bases = (ours,) if kind is layer else (kind, ours)
            part.__class__ = type(kind.__name__, bases, {"__module__": kind.__module__})


class _OverProcesses(nn.BatchNorm2d if TYPE_CHECKING else nn.Module):  # type: ignore[misc]
    """Normalises by the mean and variance over all processes.

    Shape:
        x, result: ``(B, C, ...)``.
    """

    def forward(self, x: Tensor) -> Tensor:
        """The same as of one process that has the rows of all."""
        if not self.training:
            unchanged: Tensor = super().forward(x)
            return unchanged
        wide = x.to(torch.promote_types(x.dtype, torch.float32))
        mean, var, count = _moments(wide)
        if self.running_mean is not None:
            self._remember(mean, var * (count / (count - 1)))
        shape = (1, -1, *[1] * (x.ndim - 2))
        centred, scale = wide - mean.view(shape), (var + self.eps).rsqrt()
        if self.weight is None:
            normalised: Tensor = centred * scale.view(shape)
            return normalised.to(x.dtype)
        return torch.addcmul(self.bias.view(shape), centred, (scale * self.weight).view(shape)).to(x.dtype)

    @torch.no_grad()
    def _remember(self, mean: Tensor, var: Tensor) -> None:
        assert self.running_mean is not None  # who calls has looked
        assert self.running_var is not None
        assert self.num_batches_tracked is not None
        self.num_batches_tracked.add_(1)
        share = 1 / self.num_batches_tracked if self.momentum is None else self.momentum
        for buffer, value in ((self.running_mean, mean), (self.running_var, var)):
            buffer.lerp_(value.to(buffer.dtype), share)


class _BatchNorm1d(_OverProcesses, nn.BatchNorm1d):
    pass


class _BatchNorm2d(_OverProcesses, nn.BatchNorm2d):
    pass


class _BatchNorm3d(_OverProcesses, nn.BatchNorm3d):
    pass


_OF_LAYER: dict[type[nn.Module], type[nn.Module]] = dict(
    zip(_LAYERS, (_BatchNorm1d, _BatchNorm2d, _BatchNorm3d), strict=True)
)


@torch.compiler.disable  # type: ignore[untyped-decorator]
def _moments(x: Tensor) -> tuple[Tensor, Tensor, int]:
    """Mean and variance (without correction) by channel over all processes, and how many values each is taken of."""
    over = [axis for axis in range(x.ndim) if axis != 1]
    var, mean = torch.var_mean(x, over, correction=0)
    parts = gather_differentiably(torch.stack([mean, var]))
    means, variances = parts.unbind(1)
    total = means.mean(0)
    # Chan et al. 1983, for equal parts: the mean variance within them, and the variance between them.
    return total, variances.mean(0) + (means - total).square().mean(0), len(parts) * (x.numel() // x.shape[1])
