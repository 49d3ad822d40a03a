"""Latents, directions and projection, each against what is known."""

import math

import pytest
import torch
from torch import nn
from torch.nn.functional import normalize

import ganfw
from ganfw_demo import directions
from ganfw_demo.latents import between, from_seed
from ganfw_demo.projection import project


def test_latents_follow_from_the_seed():
    many = from_seed(3, 5, 4)
    assert many.shape == (5, 4)
    assert torch.equal(many[:2], from_seed(3, 2, 4))
    assert not torch.equal(many, from_seed(4, 5, 4))
    from_seed(-1, 1, 1)
    from_seed(10**30, 1, 1)


def test_a_walk_goes_along_the_circle():
    """Half-way between (1, 0) and (0, 3) lies at 45 degrees and length 2."""
    start, end = torch.tensor([1.0, 0.0]), torch.tensor([0.0, 3.0])
    walk = between(start, end, torch.tensor([0.0, 0.5, 1.0]))
    torch.testing.assert_close(walk, torch.stack([start, torch.tensor([math.sqrt(2), math.sqrt(2)]), end]))


def test_a_walk_between_parallel_latents_is_straight():
    start = torch.tensor([1.0, 2.0])
    torch.testing.assert_close(between(start, 3 * start, torch.tensor([0.5])), 2 * start[None])


def test_sefa_finds_planted_directions():
    """A = U diag(5, 3, 1) Vᵀ stretches the rows of V by 5, 3 and 1."""
    torch.manual_seed(0)
    left, right = torch.linalg.qr(torch.randn(7, 3)).Q, torch.linalg.qr(torch.randn(3, 3)).Q
    found = directions.sefa(left @ torch.diag(torch.tensor([5.0, 3.0, 1.0])) @ right.T, 2)
    torch.testing.assert_close((found @ right[:, :2]).abs(), torch.eye(2), atol=1e-5, rtol=0)


def test_ganspace_finds_planted_directions():
    torch.manual_seed(0)
    latents = torch.randn(500, 4)
    wanted = normalize(torch.tensor([[1.0, 1.0, 0.0, 0.0], [0.0, 0.0, 1.0, -1.0]]), dim=1)
    activations = latents @ wanted.T @ torch.tensor([[10.0, 0, 0, 0, 0], [0, 3.0, 0, 0, 0]])
    found, shares = directions.principal(activations, latents, 2)
    assert (found * wanted).sum(1).abs().min() > 0.99
    assert shares[0] > shares[1]
    assert shares.sum().item() == pytest.approx(1)


class Picture(ganfw.Generator):
    """A small network to pictures of 8 pixels."""

    latent_dim = 6

    def __init__(self):
        super().__init__()
        torch.manual_seed(0)
        self.stem = nn.ConvTranspose2d(6, 8, 4)
        self.net = nn.Sequential(nn.Tanh(), nn.ConvTranspose2d(8, 3, 4, 2, 1), nn.Tanh())

    def forward(self, z, condition=None):
        return self.net(self.stem(z[:, :, None, None]))


def test_the_weight_of_a_transposed_convolution():
    """Its rows are what it does to a latent: the layer's answer without bias is A z."""
    network = Picture()
    (layer,) = directions.first_layers(network, 6)
    z = torch.randn(1, 6)
    made = nn.functional.conv_transpose2d(z[:, :, None, None], layer.weight).flatten()
    torch.testing.assert_close(directions.weight_of([layer]) @ z[0], made)


def test_projection_finds_a_picture_that_the_generator_has_made():
    network = Picture()
    z = torch.randn(1, 6)
    told = []
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.mul_(3)
        target = network(z)[0]
    found, error = project(network, target, 6, steps=300, tell=told.append)
    assert error < 0.02 * target.var().item()
    assert (found - z[0]).norm() < 0.5 * z.norm()
    assert told[-1] == 1
