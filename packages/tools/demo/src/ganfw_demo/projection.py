"""From a picture to the latent that makes it most nearly."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch.nn.functional import adaptive_avg_pool2d, mse_loss

if TYPE_CHECKING:
    from collections.abc import Callable

    from torch import Tensor

_STARTS, _SMALL = 64, 8


def project(
    make: Callable[[Tensor], Tensor], target: Tensor, length: int, *, steps: int = 200, lr: float = 0.05,
    tell: Callable[[float], object] | None = None,
) -> tuple[Tensor, float]:  # fmt: skip
    """Find a latent by gradient descent on the mean squared error, of the picture and of it at 8 pixels.

    It starts at the best of 64 random latents. This is rough: a picture unlike the data has no latent.

    Args:
        make: Latents ``(B, Z)`` to pictures.
        target: The picture.
        length: Z.
        steps: Of Adam.
        lr: Its learning rate.
        tell: Is told the share that is done.

    Returns:
        The latent ``(Z,)``, and the mean squared error of its picture.

    Shape:
        target: ``(C, S, S)`` in [-1, 1].

    References:
        Abdal, Qin and Wonka 2019, Image2StyleGAN, section 4: embedding by optimisation.
    """
    rng = torch.Generator().manual_seed(0)
    starts = torch.randn(_STARTS, length, generator=rng).to(target.device)
    with torch.no_grad():
        errors = torch.stack([_error(make(start[None]), target) for start in starts])
    latent = starts[errors.argmin()].clone().requires_grad_()
    optimizer = torch.optim.Adam([latent], lr=lr)
    best, least = latent.detach().clone(), errors.min()
    for step in range(steps):
        error = _error(make(latent[None]), target)
        if error < least:
            best, least = latent.detach().clone(), error.detach()
        (gradient,) = torch.autograd.grad(error, latent)
        latent.grad = gradient
        optimizer.step()
        if tell is not None:
            tell((step + 1) / steps)
    with torch.no_grad():
        return best, mse_loss(make(best[None])[0], target).item()


def _error(made: Tensor, target: Tensor) -> Tensor:
    target = target[None]
    return mse_loss(made, target) + mse_loss(adaptive_avg_pool2d(made, _SMALL), adaptive_avg_pool2d(target, _SMALL))
