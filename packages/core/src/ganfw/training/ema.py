"""Exponential moving average of weights, with its half-life in images."""

from __future__ import annotations

from contextlib import contextmanager
from copy import deepcopy
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn
from torch.nn.utils.parametrize import ParametrizationList

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ganfw.config.trainer import EMAConfig
    from ganfw.gan import GAN


class EMA(nn.Module):
    """A float32 shadow of each averaged network.

    After a batch that brings the images shown to n, with half-life h and ramp-up r (Karras et al. 2020, StyleGAN2-ADA,
    training setup)::

        beta = 0.5 ** (batch / min(h, r * n))
        shadow = beta * shadow + (1 - beta) * weights

    Float buffers (batch-norm statistics) follow the same rule, so that they fit the averaged weights. Integer buffers
    are copied, and so are those of a parametrization: a mean of the unit vectors by which spectral norm measures a
    weight is shorter than 1, and would make the weight larger.
    """

    def __init__(self, gan: GAN, config: EMAConfig) -> None:
        super().__init__()
        self.config = config
        self._gan = [gan]  # in a list: the GAN must not become a child of its own average
        self.shadows = nn.ModuleDict({name: _at_least_float32(deepcopy(getattr(gan, name))) for name in gan.averaged})
        self.shadows.eval().requires_grad_(False)
        pairs = [
            pair
            for name, shadow in self.shadows.items()
            for pair in zip(_tensors(shadow), _tensors(getattr(gan, name)), strict=True)
        ]
        kept = {id(buffer) for buffer in _of_parametrizations(self.shadows)}
        averaged = [pair for pair in pairs if pair[0].is_floating_point() and id(pair[0]) not in kept]
        self._shadow_floats = [shadow for shadow, _ in averaged]
        self._floats = [value for _, value in averaged]
        self._half = any(shadow.dtype != value.dtype for shadow, value in averaged)
        others = [pair for pair in pairs if not pair[0].is_floating_point() or id(pair[0]) in kept]
        self._shadow_others = [shadow for shadow, _ in others]
        self._others = [value for _, value in others]

    def decay(self, images: int, batch_size: int) -> float:
        """The factor beta for the batch that brought the images shown to ``images``."""
        half_life = self.config.half_life
        if self.config.ramp_up is not None:
            half_life = min(half_life, images * self.config.ramp_up)
        return float(0.5 ** (batch_size / max(half_life, 1e-8)))

    @torch.no_grad()
    def update(self, images: int, batch_size: int) -> None:
        """Move the shadows towards the weights, by one fused call; another copies what is copied."""
        weights = self._floats
        if self._half:
            weights = [w.to(s.dtype) for s, w in zip(self._shadow_floats, weights, strict=True)]
        torch._foreach_lerp_(self._shadow_floats, weights, 1 - self.decay(images, batch_size))
        if self._others:
            torch._foreach_copy_(self._shadow_others, self._others)

    @contextmanager
    def applied(self) -> Iterator[None]:
        """Put the shadows in the place of the GAN's networks, for sampling and saving."""
        (gan,) = self._gan
        raw = {name: getattr(gan, name) for name in self.shadows}
        try:
            for name, shadow in self.shadows.items():
                setattr(gan, name, shadow)
            yield
        finally:
            for name, network in raw.items():
                setattr(gan, name, network)


def _at_least_float32(network: nn.Module) -> nn.Module:
    """In half precision a small step towards the weights would be rounded away."""
    half = any(t.dtype in {torch.float16, torch.bfloat16} for t in _tensors(network))
    return network.float() if half else network


def _of_parametrizations(module: nn.Module) -> list[Tensor]:
    return [buffer for part in module.modules() if isinstance(part, ParametrizationList) for buffer in part.buffers()]


def _tensors(module: nn.Module) -> list[Tensor]:
    return [*module.parameters(), *module.buffers()]
