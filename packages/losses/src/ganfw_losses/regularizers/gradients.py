"""The gradient that all penalties here are made of."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor

if TYPE_CHECKING:
    from collections.abc import Sequence


def input_gradient(logits: Tensor, x: Tensor) -> Tensor:
    """∇ₓD(x) of each sample, flat, in float32 or wider, and differentiable again.

    Summing the logits gives each sample its own gradient as long as the discriminator does not mix samples.

    Args:
        logits: One judge's logits; several per sample (patches) are summed.
        x: The samples that they were computed from, with ``requires_grad``.

    Shape:
        logits: ``(B, ...)``; x: ``(B, ...)``; result: ``(B, N)``, N elements per sample.
    """
    (gradient,) = torch.autograd.grad(logits.sum(), x, create_graph=True)
    return gradient.flatten(1).to(torch.promote_types(gradient.dtype, torch.float32))


def gradient_norms(logits: Sequence[Tensor], x: Tensor) -> Tensor:
    """‖∇ₓD(x)‖ over all axes but the batch, for each judge; its own gradient at exactly zero is zero, not nan.

    Shape:
        logits: J tensors ``(B, ...)``; x: ``(B, ...)`` with ``requires_grad``; result: ``(J, B)``.
    """
    return torch.stack([torch.linalg.vector_norm(input_gradient(judged, x), dim=1) for judged in logits])
