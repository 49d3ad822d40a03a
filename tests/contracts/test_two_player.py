"""Toy 1: the plain game on a ring of eight Gaussians, made of parts by name."""

import math

import torch

import ganfw

MODES, RADIUS, SIGMA = 8, 2.0, 0.16
ANGLES = torch.arange(MODES) * (2 * math.pi / MODES)
CENTRES = RADIUS * torch.stack([ANGLES.cos(), ANGLES.sin()], 1)


def ring(count=4096):
    rng = torch.Generator().manual_seed(0)
    mode = torch.randint(MODES, (count,), generator=rng)
    return ganfw.ArrayData(CENTRES[mode] + SIGMA * torch.randn(count, 2, generator=rng))


def plain(data):
    torch.manual_seed(0)
    return ganfw.compose(
        generator={"type": "mlp", "hidden": [64, 64, 64], "latent_dim": 2, "norm": "none"},
        discriminator={"type": "mlp", "hidden": [64, 64, 64]},
        loss="non-saturating",
        regularizers={"r1": {"gamma": 0.02}},
        data=data,
    )


def quality(x):
    """Modes with at least a quarter of their share, and the fraction of samples within 4 sigma of a centre.

    A two-dimensional Gaussian has 1 - exp(-8) = 99.97% of its mass there; a ring without modes would have 82%.
    """
    distance, mode = torch.cdist(x, CENTRES).min(1)
    close = distance < 4 * SIGMA
    shares = torch.bincount(mode[close], minlength=MODES) / len(x)
    return int((shares > 0.25 / MODES).sum()), close.float().mean().item()


def test_all_modes_of_the_ring_are_found(make_trainer):
    data = ring()
    decay = ganfw.Schedule(start=2e-3, end=1e-4, from_kimg=64, to_kimg=128)
    trainer = make_trainer(plain(data), data, steps=1000, batch_size=128, lr=decay, betas=(0.5, 0.99))
    modes, close = quality(trainer.sample(5000))
    assert modes == 0
    assert close < 0.1
    trainer.fit()
    modes, close = quality(trainer.sample(5000))
    assert modes == MODES
    assert close > 0.9


def test_resumes(make_trainer, assert_resumes):
    data = ring()
    assert_resumes(lambda run, steps: make_trainer(plain(data), data, run=run, steps=steps))
