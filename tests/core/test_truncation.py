"""Truncated latents, and standing statistics of batch normalisation."""

import pytest
import torch
from torch import nn

import ganfw
from ganfw.model import Model
from ganfw.truncation import truncated_normal


@pytest.mark.parametrize(("truncation", "std"), [(1.0, 0.53956009), (0.5, 0.28388229)])
def test_truncated_latents_have_the_deviation_of_drawing_anew(truncation, std):
    # std² = 1 − 2 t φ(t) / (2 Φ(t) − 1); noise at the quantiles of the normal distribution integrates it.
    u = (torch.arange(200_000, dtype=torch.float64) + 0.5) / 200_000
    z = truncated_normal(torch.special.ndtri(u), truncation)
    assert z.abs().max() <= truncation
    assert z.std().item() == pytest.approx(std, abs=1e-5)


def test_truncation_keeps_the_order_and_far_away_keeps_everything():
    noise = torch.linspace(-4, 4, 101)
    assert (truncated_normal(noise, 0.5).diff() > 0).all()
    assert torch.allclose(truncated_normal(noise, 9.0), noise, atol=1e-2)
    with pytest.raises(ganfw.GanfwError) as error:
        truncated_normal(noise, 0)
    assert str(error.value) == (
        "truncation=0 leaves no latents: they are cut off at that distance from 0. Give more than 0; 0.5 is typical, 2 "
        "nearly everything."
    )


class Echo(ganfw.Generator):
    """Shows its latents, through batch normalisation where asked."""

    latent_dim = 2

    def __init__(self, norm):
        super().__init__()
        self.scale = nn.Parameter(torch.ones(()))
        self.norm = nn.BatchNorm1d(2, affine=False) if norm else nn.Identity()

    def forward(self, z, condition=None):
        return self.norm(z * self.scale)


class Untruncated(ganfw.GAN):
    """Knows no truncation."""

    def __init__(self):
        super().__init__()
        self.generator = Echo(False)

    def sample(self, count, *, rng, condition=None):
        return self.generator(torch.randn(count, 2, generator=rng))


def model(generator):
    from toys import ToyDiscriminator

    return Model(ganfw.TwoPlayerGAN(generator, ToyDiscriminator(), _Loss()), ganfw.VectorSpec(2), 0)


class _Loss(ganfw.Loss):
    def discriminator(self, real, fake):
        return fake.mean() - real.mean()

    def generator(self, fake, real=None):
        return -fake.mean()


def test_a_model_samples_with_truncation_by_its_generator():
    echo = model(Echo(False))
    plain, near = echo.sample(50, seed=3), echo.sample(50, seed=3, truncation=0.5)
    assert torch.allclose(near, truncated_normal(plain, 0.5))
    with pytest.raises(ganfw.GanfwError) as error:
        Model(Untruncated(), ganfw.VectorSpec(2), 0).sample(2, truncation=0.5)
    assert str(error.value) == (
        "truncation=0.5: Untruncated knows no truncation. Leave it out, or give it a sample_truncated()."
    )


def test_standing_statistics_are_those_of_what_is_made():
    normal = model(Echo(True))
    norm = normal.gan.generator.norm
    norm.running_mean.fill_(7.0)
    normal.use_standing_statistics(20, batch_size=500, truncation=0.5)
    assert norm.running_mean.abs().max() < 0.02
    assert torch.allclose(norm.running_var.sqrt(), torch.tensor(0.28388229), atol=5e-3)
    assert not norm.training
    assert norm.momentum == 0.1
    with pytest.raises(ganfw.GanfwError) as error:
        model(Echo(False)).use_standing_statistics()
    assert str(error.value) == (
        "standing statistics are those of batch normalisation, which no network of this TwoPlayerGAN has. Leave them "
        "out."
    )
