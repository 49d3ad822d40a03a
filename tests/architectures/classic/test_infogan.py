"""InfoGAN's networks: published counts, the codes in the latents, and the head that finds them."""

from __future__ import annotations

import pytest
import torch
from torch import nn

import ganfw
from ganfw_classic import InfoGANDiscriminator, InfoGANGenerator
from ganfw_classic.configs_of_systems import InfoGANDiscriminatorConfig, InfoGANGeneratorConfig


def parameter_count(*networks):
    return sum(parameter.numel() for network in networks for parameter in network.parameters())


# Chen et al. 2016, appendix C.1, for MNIST: latents of 10 + 2 + 62; Q says 10 values and 2 means, or deviations too.
def test_parameter_counts_on_mnist():
    with torch.device("meta"):
        assert parameter_count(InfoGANGenerator(size=28)) == 6_652_481
        for code, count in ((12, 133_004), (14, 133_262)):
            network = InfoGANDiscriminator(size=28, code=code)
            assert parameter_count(network.trunk, network.judge) == 6_559_169
            assert parameter_count(network.code) == count


@pytest.mark.parametrize("norm", ["batch", "none"])
def test_width_and_norm_arrive_in_the_networks(norm):
    spec = ganfw.ImageSpec(8, channels=1)
    generator = InfoGANGeneratorConfig(width=2, noise=4).build(spec)
    assert [(n.in_features, n.out_features) for n in generator.stem if isinstance(n, nn.Linear)] == [(16, 32), (32, 16)]
    assert (generator.up[0].out_channels, generator.to_picture.in_channels) == (2, 2)
    discriminator = InfoGANDiscriminatorConfig(width=2, norm=norm).build(spec)
    assert (discriminator.judge.in_features, discriminator.code[-1].in_features) == (32, 4)
    normalised = [module for module in discriminator.modules() if isinstance(module, (nn.BatchNorm1d, nn.BatchNorm2d))]
    assert len(normalised) == (3 if norm == "batch" else 0)
    assert discriminator.uses_batch_statistics == (norm == "batch")


def test_latents_begin_with_codes():
    generator = InfoGANGenerator(size=8, categorical=(3, 2), continuous=2, noise=4)
    z = generator.prior(torch.randn(6000, generator.latent_dim, generator=torch.Generator().manual_seed(0)))
    assert z.shape == (6000, 11)
    first, second, continuous, noise = z.split([3, 2, 2, 4], 1)
    for code, count in ((first, 3), (second, 2)):
        assert set(code.unique().tolist()) == {0, 1}
        assert code.sum(1).eq(1).all()
        torch.testing.assert_close(code.mean(0), torch.full((count,), 1 / count), rtol=0, atol=0.03)
    assert continuous.abs().max() <= 1
    assert continuous.std().item() == pytest.approx(3**-0.5, abs=0.02)  # of the uniform distribution on (-1, 1)
    assert noise.std().item() == pytest.approx(1, abs=0.03)


@pytest.mark.parametrize(("size", "channels"), [(28, 1), (32, 3)])
def test_shapes(size, channels):
    generator = InfoGANGenerator(size=size, channels=channels)
    fake = generator(generator.prior(torch.randn(3, generator.latent_dim)))
    assert fake.shape == (3, channels, size, size)
    assert fake.abs().max() <= 1
    verdict = InfoGANDiscriminator(size=size, channels=channels, code=7)(fake, features=True)
    assert verdict.logits[0].shape == (3,)
    assert verdict.heads["code"].shape == (3, 7)
    assert [[tuple(f.shape) for f in judge] for judge in verdict.features] == [[(3, 1024)]]


@pytest.mark.parametrize("network", [InfoGANGenerator, InfoGANDiscriminator])
def test_a_size_that_cannot_be_halved_twice_is_explained(network):
    with pytest.raises(ganfw.GanfwError) as caught:
        network(size=30)
    assert str(caught.value) == "infogan doubles twice, so the size of its pictures is a multiple of 4, not 30"
