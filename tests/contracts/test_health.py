"""Runs broken on purpose, of which the rules say what is wrong, and healthy ones, of which they say nothing."""

import math

import numpy as np
import pytest
import torch

import ganfw
from ganfw.health.diagnosis import diagnose
from ganfw.training.logbook import read

pytestmark = pytest.mark.slow


def ring(sigma=0.16):
    """Eight Gaussians on a circle of radius 2."""
    rng = torch.Generator().manual_seed(0)
    angle = torch.randint(8, (4096,), generator=rng) * (math.pi / 4)
    noise = sigma * torch.randn(4096, 2, generator=rng)
    return ganfw.ArrayData(2 * torch.stack([angle.cos(), angle.sin()], 1) + noise)


def points(data, *, loss="non-saturating", width=64, judge=64, layers=3, **regularizers):
    torch.manual_seed(0)
    return ganfw.compose(
        generator={"type": "mlp", "hidden": [width] * layers, "latent_dim": 2, "norm": "none"},
        discriminator={"type": "mlp", "hidden": [judge] * layers},
        loss=loss,
        regularizers=regularizers,
        data=data,
    )


def pictures(data, *, loss="non-saturating", norm="batch", regularizers=(), **settings):
    torch.manual_seed(0)
    return ganfw.compose(
        generator={"type": "dcgan", "width": 16, "latent_dim": 32},
        discriminator={"type": "dcgan", "width": 16, "norm": norm},
        loss=loss, regularizers=regularizers, data=data, **settings,
    )  # fmt: skip


def emoji(split="train", count=None):
    data = ganfw.open_data("emoji64", size=16, split=split)
    if count is None:
        return data
    indices = np.arange(count)
    return ganfw.ArrayData(data.rows(indices, indices)["real"])


@pytest.fixture
def told(make_trainer, tmp_path):
    """What the rules say of a run: names of what they found, in order."""

    def train(gan, data, *, generator, discriminator, betas=(0.5, 0.99), **settings):
        rates = {"generator": generator, "discriminator": discriminator}
        trainer = make_trainer(
            gan, data, run=tmp_path / "run", log_every=50, checkpoint_every=10**6,
            optimizers={name: ganfw.AdamConfig(lr=lr, betas=betas) for name, lr in rates.items()}, **settings,
        )  # fmt: skip
        trainer.fit()
        return [line for _, line in diagnose(read(tmp_path / "run" / "logs" / "metrics.jsonl"), {})]

    return train


def test_a_huge_learning_rate_makes_the_generator_collapse(told, capsys):
    data = ring()
    lines = told(points(data, layers=2), data, generator=0.02, discriminator=1e-3, batch_size=128, steps=1000)
    assert any("the generator learns too fast" in line for line in lines)
    assert any("the generator has collapsed" in line for line in lines)
    assert "health: probably, the generator learns too fast" in capsys.readouterr().err


def test_a_generator_that_has_died(told):
    """Its last layer saturates at the first step, so that no gradient comes through."""
    torch.manual_seed(0)
    gan = ganfw.compose(
        generator={"type": "mlp", "hidden": [64, 64], "norm": "none"},
        discriminator={"type": "mlp", "hidden": [64]}, loss="hinge", data=emoji(),
    )  # fmt: skip
    lines = told(gan, emoji(), generator=10.0, discriminator=1e-4, batch_size=64, steps=300)
    assert any("the generator has died" in line for line in lines)


def test_modes_that_are_missing(told):
    data = ring(sigma=0.05)
    gan = points(data, width=32, judge=32)
    lines = told(gan, data, generator=2e-3, discriminator=5e-4, batch_size=128, steps=400)
    assert any("modes are missing" in line for line in lines)


def test_a_gradient_that_vanishes(told):
    data = ring()
    gan = points(data, loss="minimax", judge=128)
    lines = told(gan, data, generator=1e-4, discriminator=3e-3, batch_size=128, steps=400)
    assert any("the discriminator has won" in line for line in lines)


def test_a_penalty_that_explodes(told):
    data = ring()
    gan = points(data, loss="wasserstein", **{"gradient-penalty": {}})
    lines = told(gan, data, generator=1e-3, discriminator=1.0, batch_size=128, steps=200)
    assert any("the gradient of discriminator explodes" in line for line in lines)


def test_a_discriminator_that_learns_by_heart(told):
    lines = told(
        pictures(emoji(count=64)), emoji(count=64), held_out=emoji("test"), generator=4e-4, discriminator=1e-3,
        batch_size=32, steps=400,
    )  # fmt: skip
    assert any("the discriminator overfits" in line for line in lines)


def test_silence_on_a_ring(told):
    data = ring()
    assert (
        told(points(data, r1={"gamma": 0.02}), data, generator=1e-3, discriminator=1e-3, batch_size=128, steps=800)
        == []
    )


def test_silence_on_dcgan(told):
    augmentation = {"type": "diffaugment", "policy": ["translation", "flip"], "fill": "edge"}
    gan = pictures(emoji(), augmentation=augmentation)
    assert (
        told(gan, emoji(), held_out=emoji("test"), generator=8e-4, discriminator=8e-4, batch_size=32, steps=800) == []
    )


def test_silence_on_wgan_gp(told):
    gan = pictures(
        emoji(), loss="wasserstein", norm="layer", regularizers={"gradient-penalty": {}}, generator_every=3
    )  # fmt: skip
    rates = {"generator": 4e-4, "discriminator": 4e-4, "betas": (0.0, 0.9)}
    assert told(gan, emoji(), held_out=emoji("test"), **rates, batch_size=32, steps=800) == []
