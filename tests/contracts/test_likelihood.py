"""Toy 2: no discriminator. An invertible generator learns by negative log-likelihood (as WaveGlow and Glow do)."""

import math

import pytest
import torch
from torch import nn

import ganfw

# x0 ~ N(0, 1) and x1 = x0^2 / 2 + 0.4 N(0, 1): the entropy in nats is that of the two Gaussians.
ENTROPY = math.log(2 * math.pi * math.e) + math.log(0.4)


class Coupling(nn.Module):
    """One coordinate is scaled and shifted by functions of the other (Dinh et al. 2017, RealNVP, eq. 7)."""

    def __init__(self, moved, width=32):
        super().__init__()
        self.moved = moved
        self.net = nn.Sequential(
            nn.Linear(1, width), nn.Tanh(), nn.Linear(width, width), nn.Tanh(), nn.Linear(width, 2)
        )

    def forward(self, x, *, inverse=False):
        kept, moved = x[:, 1 - self.moved], x[:, self.moved]
        scale, shift = self.net(kept[:, None]).unbind(1)
        scale = 2 * torch.tanh(scale)
        moved = (moved - shift) * (-scale).exp() if inverse else moved * scale.exp() + shift
        parts = [kept, moved] if self.moved else [moved, kept]
        return torch.stack(parts, 1), scale


class Flow(ganfw.Generator):
    latent_dim = 2

    def __init__(self, layers=4):
        super().__init__()
        self.layers = nn.ModuleList(Coupling(index % 2) for index in range(layers))

    def forward(self, z, condition=None):
        for layer in self.layers:
            z, _ = layer(z)
        return z

    def log_density(self, x):
        total = torch.zeros(len(x))
        for layer in reversed(self.layers):
            x, scale = layer(x, inverse=True)
            total = total - scale
        return total - x.square().sum(1) / 2 - math.log(2 * math.pi)


class LikelihoodModel(ganfw.GAN):
    def __init__(self):
        super().__init__()
        self.generator = Flow()
        self.phases = [ganfw.Phase("generator", "generator", self.loss)]

    def loss(self, step):
        return {"nll": -self.generator.log_density(step.batch.real).mean()}

    def sample(self, count, *, rng, condition=None):
        return self.generator(torch.randn(count, 2, generator=rng))


def banana(count, seed=0):
    rng = torch.Generator().manual_seed(seed)
    x, noise = torch.randn(2, count, generator=rng)
    return torch.stack([x, x.square() / 2 + 0.4 * noise], 1)


def model():
    torch.manual_seed(0)
    return LikelihoodModel()


@torch.no_grad()
def cross_entropy(gan):
    """In nats, on points never trained on: never below the entropy but by chance."""
    return -gan.generator.log_density(banana(20_000, seed=1)).mean().item()


def test_the_likelihood_reaches_the_entropy(make_trainer, energy_distance):
    gan, data = model(), ganfw.ArrayData(banana(20_000))
    trainer = make_trainer(gan, data, steps=600, batch_size=128, lr=ganfw.Schedule(start=5e-3, end=1e-4, to_kimg=77))
    fresh = banana(2000, seed=2)
    assert cross_entropy(gan) > ENTROPY + 0.8
    assert energy_distance(trainer.sample(2000), fresh) > 0.1
    trainer.fit()
    assert cross_entropy(gan) == pytest.approx(ENTROPY, abs=0.08)
    assert energy_distance(trainer.sample(2000), fresh) < 0.01


def test_resumes(make_trainer, assert_resumes):
    data = ganfw.ArrayData(banana(1000))
    assert_resumes(lambda run, steps: make_trainer(model(), data, run=run, steps=steps))
