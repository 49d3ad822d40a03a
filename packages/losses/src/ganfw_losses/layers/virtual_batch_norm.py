"""Virtual batch normalisation: by a fixed reference batch and the sample itself, never by its neighbours."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from ganfw.errors import GanfwError


class VirtualBatchNorm(nn.Module):
    """Normalises each sample by the statistics of the reference batch and of that sample together.

    The first R rows of its input are the reference batch, in every call: the network puts its fixed reference samples
    in front of those that it is given, and drops their rows at the end. They are normalised by themselves. So the layer
    keeps no activations between calls, and gradients reach the reference too.

    Args:
        channels: C.
        reference: R, the rows of the reference batch.
        eps: Added to the variance.

    Shape:
        x, result: ``(R + B, C, ...)``.

    Raises:
        GanfwError: If there are fewer than R rows.

    References:
        Salimans et al. 2016, Improved Techniques for Training GANs, section 3.5.
    """

    def __init__(self, channels: int, reference: int, eps: float = 1e-5) -> None:
        super().__init__()
        self.reference, self.eps = reference, eps
        self.weight = nn.Parameter(torch.ones(channels))
        self.bias = nn.Parameter(torch.zeros(channels))

    def forward(self, x: Tensor) -> Tensor:
        """Shape: x, result ``(R + B, C, ...)``."""
        rows = x.shape[0]  # not len(x), which an export would keep as a constant
        if rows < self.reference:
            raise GanfwError(
                f"virtual batch normalisation expects its {self.reference} reference rows in front, but there are "
                f"{rows} rows in all. Concatenate the reference batch with the samples: torch.cat([reference, x])."
            )
        wide = x.to(torch.promote_types(x.dtype, torch.float32)).reshape(*x.shape[:2], -1)
        mean, var = wide.mean(2), wide.var(2, correction=0)  # of each row, (R + B, C)
        first = slice(self.reference)
        mean_r, var_r = mean[first].mean(0), var[first].mean(0) + mean[first].var(0, correction=0)
        # A sample has one share of R + 1 in the statistics; a row of the reference has none beside its own.
        share = torch.full((rows, 1), 1 / (self.reference + 1), dtype=wide.dtype, device=x.device)
        share[first] = 0
        var = torch.lerp(var_r, var, share) + share * (1 - share) * (mean - mean_r).square()
        mean = torch.lerp(mean_r, mean, share)
        scale = self.weight * (var + self.eps).rsqrt()
        result = (wide - mean[:, :, None]) * scale[:, :, None] + self.bias[:, None]
        return result.view_as(x).to(x.dtype)
