"""Directions in which a generator's latents mean something, found without labels.

Legend: N latents, Z latent length, K directions, F features.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn
from torch.nn.functional import normalize

if TYPE_CHECKING:
    from ganfw.networks import Generator


def first_layers(network: nn.Module, length: int) -> list[nn.Module]:
    """The layers that take a latent of this length: linear ones, or convolutions on a map of one pixel."""
    return [
        layer
        for layer in network.modules()
        if (isinstance(layer, nn.Linear) and layer.in_features == length)
        or (isinstance(layer, nn.ConvTranspose2d) and layer.in_channels == length)
    ]


def sefa(weight: Tensor, count: int) -> Tensor:
    """Semantic factorisation: the unit vectors n that maximise ‖A n‖², the eigenvectors of AᵀA, largest first.

    Shape:
        weight: A, ``(F, Z)``; result: ``(K, Z)``.

    References:
        Shen and Zhou 2021, Closed-Form Factorization of Latent Semantics in GANs, equations 4 to 6.
    """
    vectors: Tensor = torch.linalg.eigh(weight.T @ weight).eigenvectors
    return vectors.T.flip(0)[:count]


def weight_of(layers: list[nn.Module]) -> Tensor:
    """The layers' weights as one matrix. Shape: ``(F, Z)``."""
    rows = []
    for layer in layers:
        weight = layer.weight
        assert isinstance(weight, Tensor)
        # A transposed convolution's weight is (Z, out, height, width), a linear layer's (out, Z).
        rows.append(weight.flatten(1).T if isinstance(layer, nn.ConvTranspose2d) else weight)
    return torch.cat(rows).detach().float()


def principal(activations: Tensor, latents: Tensor, count: int) -> tuple[Tensor, Tensor]:
    """GANSpace: the principal axes of activations, carried back to latents by least squares.

    Shape:
        activations: ``(N, F)``; latents: ``(N, Z)``; result: unit directions ``(K, Z)`` and the shares of the variance
        that their axes explain ``(K,)``, largest first.

    References:
        Härkönen et al. 2020, GANSpace: Discovering Interpretable GAN Controls, section 3.2, equation 2.
    """
    centred = activations - activations.mean(0)
    _, scales, axes = torch.linalg.svd(centred, full_matrices=False)
    coordinates = centred @ axes[:count].T
    solved = torch.linalg.lstsq(coordinates, latents - latents.mean(0)).solution
    shares = scales.square() / scales.square().sum()
    return normalize(solved, dim=1), shares[:count]


@torch.no_grad()
def ganspace(generator: Generator, layer: nn.Module, count: int, *, samples: int = 1000) -> Tensor:
    """The principal directions of what ``layer`` gives for random latents. Shape: ``(K, Z)``."""
    found: list[Tensor] = []
    handle = layer.register_forward_hook(lambda _module, _given, made: found.append(made.flatten(1).float().cpu()))
    rng = torch.Generator().manual_seed(0)
    noise = torch.randn(samples, generator.latent_dim, generator=rng)
    device = next(generator.parameters()).device
    try:
        for part in noise.split(100):
            generator(generator.prior(part.to(device)))
    finally:
        handle.remove()
    return principal(torch.cat(found), noise, count)[0]
