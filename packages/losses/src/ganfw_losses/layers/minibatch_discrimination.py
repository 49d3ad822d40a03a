"""Minibatch discrimination: each sample is told how near the others of its batch are."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class MinibatchDiscrimination(nn.Module):
    """o(x_i)_b = Σ_j exp(−‖M_{i,b} − M_{j,b}‖₁), M_i = f(x_i) · T; the result is f with o behind it.

    The sum is over all samples of the batch, x_i included, which adds 1.

    Args:
        features: A, the length of f.
        kernels: B, the number of values that are added.
        dimension: C, the length of each row of M_i.

    Shape:
        f: ``(N, A)``; T: ``(A, B, C)``; result: ``(N, A + B)``.

    References:
        Salimans et al. 2016, Improved Techniques for Training GANs, section 3.2.
    """

    def __init__(self, features: int, kernels: int = 100, dimension: int = 5) -> None:
        super().__init__()
        self.T = nn.Parameter(0.05 * torch.randn(features, kernels, dimension))

    def forward(self, f: Tensor) -> Tensor:
        """Shape: f ``(N, A)``; result ``(N, A + B)``."""
        m = torch.einsum("na,abc->nbc", f, self.T)
        distance = (m[:, None] - m[None]).abs().sum(3)
        return torch.cat([f, torch.exp(-distance).sum(1)], 1)
