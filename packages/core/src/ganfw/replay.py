"""A pool of earlier fakes (Shrivastava et al. 2017, section 2.3; CycleGAN's 50-image history)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

if TYPE_CHECKING:
    from ganfw.training.step import Step


class ReplayBuffer(nn.Module):
    """Mixes earlier fakes into what a discriminator sees.

    Once the pool is full, a sample passes through or, with probability one half, is exchanged for a random member. It
    holds the fakes of all processes and its choices are keyed by the step, so it is equal everywhere, it is part of
    the state dict, and any number of processes gives the same run.

    Args:
        size: Samples in the pool.
        shape: Shape of one sample.
    """

    equal_on_all_processes = True

    def __init__(self, size: int, shape: tuple[int, ...]) -> None:
        super().__init__()
        self.register_buffer("pool", torch.zeros(size, *shape))
        self.register_buffer("filled", torch.zeros((), dtype=torch.int64))
        self.pool: Tensor
        self.filled: Tensor

    @torch.no_grad()
    def forward(self, fake: Tensor, step: Step) -> Tensor:
        """Exchange some of the fakes, and remember new ones.

        Shape:
            fake, result: ``(B, *shape)``; the result carries no gradient.
        """
        size, count = len(self.pool), len(fake)
        exchange = (step.uniform(count) < 0.5) & (self.filled >= size)
        place = (step.uniform(count) * size).long()
        chosen = torch.where(exchange.view(-1, *[1] * (fake.ndim - 1)), self.pool[place], fake)
        # While the pool fills, every fake is kept; then an exchanged fake takes the place of what it was exchanged for.
        everyone, swapped, places = step.gather(fake), step.gather(exchange), step.gather(place)
        free = torch.arange(len(everyone), device=fake.device) + self.filled
        target = torch.where(free < size, free, torch.where(swapped, places, size))
        # Several fakes may go for one place: the last of them has it, on every device and without a host copy.
        writer = torch.full((size + 1,), -1, device=fake.device)
        writer = writer.scatter_reduce(0, target, torch.arange(len(everyone), device=fake.device), "amax")[:size]
        written = (writer >= 0).view(-1, *[1] * (fake.ndim - 1))
        self.pool.copy_(torch.where(written, everyone[writer.clamp(min=0)].to(self.pool.dtype), self.pool))
        self.filled.add_(len(everyone)).clamp_(max=size)
        return chosen
