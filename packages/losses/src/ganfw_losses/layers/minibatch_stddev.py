"""Minibatch standard deviation: a further channel that says how much the samples of a group differ."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from ganfw.errors import GanfwError


class MinibatchStdDev(nn.Module):
    """Appends the standard deviation over a group of samples, averaged over channels and places.

    Sample i is in a group with i + N/G, i + 2N/G, ...: groups are strided, not blocks of neighbours, unless it is said
    so. They never reach beyond one micro-batch on one process: N is its samples. The standard deviation is the
    population's, with 1e-8 within the root.

    Args:
        group_size: G, the samples of a group; with fewer samples in the batch, these.
        channels: F, how many channels are appended, each the mean over its share of the input's channels.
        strided: False takes neighbours. Then the groups are the same on any number of processes and micro-batches.

    Raises:
        GanfwError: If the batch does not divide into groups, or the channels into shares.

    References:
        Karras et al. 2018, Progressive Growing of GANs, section 3; groups: its public code and Karras et al. 2020.
    """

    def __init__(self, group_size: int = 4, channels: int = 1, *, strided: bool = True) -> None:
        super().__init__()
        self.group_size, self.channels, self.strided = group_size, channels, strided

    def forward(self, x: Tensor) -> Tensor:
        """Shape: x ``(N, C, H, W)``; result ``(N, C + F, H, W)``."""
        count, channels, height, width = x.shape
        group = min(self.group_size, count)
        if count % group:
            raise GanfwError(
                f"minibatch standard deviation takes groups of {group}, but {count} samples do not divide into them. "
                f"Give each micro-batch on each process a multiple of {group}: change trainer.batch_size or "
                "trainer.micro_batches."
            )
        if channels % self.channels:
            raise GanfwError(
                f"minibatch standard deviation appends {self.channels} channels, but {channels} do not divide into as "
                "many shares. Give it a divisor of them."
            )
        rest = (self.channels, channels // self.channels, height, width)
        members = x.reshape(group, -1, *rest) if self.strided else x.reshape(-1, group, *rest).transpose(0, 1)
        deviation = (members.var(0, correction=0) + 1e-8).sqrt().mean((2, 3, 4))
        each = deviation.repeat(group, 1) if self.strided else deviation.repeat_interleave(group, 0)
        plane = each[:, :, None, None].expand(-1, -1, height, width)
        return torch.cat([x, plane], 1)
