"""Standing statistics: what batch normalisation is to use in evaluation, measured on what is going to be made."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import nn

from ganfw.errors import GanfwError
from ganfw.training.samples import sample_of
from ganfw.training.step import key

if TYPE_CHECKING:
    from ganfw.gan import GAN

_NORMS = nn.BatchNorm1d | nn.BatchNorm2d | nn.BatchNorm3d | nn.SyncBatchNorm


@torch.no_grad()
def take_standing_statistics(
    gan: GAN, forwards: int, *, seed: int, batch_size: int, device: torch.device, truncation: float | None = None
) -> None:
    """Replace the running mean and variance of each batch normalisation by their means over fresh batches.

    Running averages belong to weights that the averaged ones have never been, and to latents that were not truncated.
    Everything but batch normalisation stays in evaluation mode, so that spectral norm does not move.

    Args:
        gan: Networks, which are left in evaluation mode.
        forwards: How many batches are made.
        seed: Of their latents.
        batch_size: Samples in each.
        device: Where the networks are.
        truncation: Of the latents.

    Raises:
        GanfwError: If no network has batch normalisation, or the GAN knows no truncation.

    References:
        Brock, Donahue and Simonyan 2019, Large Scale GAN Training, section 3.1 and appendix D.
    """
    norms = [module for module in gan.eval().modules() if isinstance(module, _NORMS) and module.track_running_stats]
    if not norms:
        raise GanfwError(
            f"standing statistics are those of batch normalisation, which no network of this {type(gan).__name__} has. "
            "Leave them out."
        )
    momenta = [norm.momentum for norm in norms]
    try:
        for norm in norms:
            norm.reset_running_stats()
            norm.momentum = None  # the mean over all batches, each counting the same
            norm.train()
        for index in range(forwards):
            rng = torch.Generator(device).manual_seed(key(seed, "standing statistics", index))
            sample_of(gan, batch_size, rng, truncation=truncation)
    finally:
        for norm, momentum in zip(norms, momenta, strict=True):
            norm.momentum = momentum
            norm.eval()
