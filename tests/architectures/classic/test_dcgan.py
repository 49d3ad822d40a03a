"""DCGAN's networks: published counts, parity with its public PyTorch version, and what each promises."""

from __future__ import annotations

import pytest
import torch
from torch import nn

import ganfw
from ganfw.testing import check_part
from ganfw.testing.toys import toy_data
from ganfw_classic import DCGANDiscriminator, DCGANDiscriminatorConfig, DCGANGenerator
from ganfw_losses import Wasserstein, WeightClip


def parameter_count(network):
    return sum(parameter.numel() for parameter in network.parameters())


def copy_by_order(network, reference):
    """Give the reference the network's state; both list the same layers in the same order."""
    ours, theirs = network.state_dict(), reference.state_dict()
    assert [tensor.shape for tensor in ours.values()] == [tensor.shape for tensor in theirs.values()]
    reference.load_state_dict(dict(zip(theirs, ours.values(), strict=True)))


# The first two are the published totals of pytorch/examples' DCGAN; width 128 is the paper's.
@pytest.mark.parametrize(
    ("width", "channels", "generator", "discriminator"),
    [(64, 3, 3_576_704, 2_765_568), (64, 1, 3_574_656, 2_763_520), (128, 3, 12_658_432, 11_036_160)],
)
def test_parameter_counts_at_64_pixels(width, channels, generator, discriminator):
    with torch.device("meta"):
        assert parameter_count(DCGANGenerator(size=64, width=width, channels=channels)) == generator
        assert parameter_count(DCGANDiscriminator(size=64, width=width, channels=channels)) == discriminator


def test_generator_equals_the_layer_list_of_pytorch_examples():
    n = 4
    layers = [nn.ConvTranspose2d(10, 8 * n, 4, 1, 0, bias=False), nn.BatchNorm2d(8 * n), nn.ReLU()]
    for coarse, fine in ((8 * n, 4 * n), (4 * n, 2 * n), (2 * n, n)):
        layers += [nn.ConvTranspose2d(coarse, fine, 4, 2, 1, bias=False), nn.BatchNorm2d(fine), nn.ReLU()]
    reference = nn.Sequential(*layers, nn.ConvTranspose2d(n, 3, 4, 2, 1, bias=False), nn.Tanh())
    network = DCGANGenerator(size=64, width=n, latent_dim=10)
    copy_by_order(network, reference)
    z = torch.randn(5, 10)
    torch.testing.assert_close(network(z), reference(z[:, :, None, None]), rtol=0, atol=0)
    torch.testing.assert_close(network.eval()(z), reference.eval()(z[:, :, None, None]), rtol=0, atol=0)


def test_discriminator_equals_the_layer_list_of_pytorch_examples():
    n = 4
    layers = [nn.Conv2d(3, n, 4, 2, 1, bias=False), nn.LeakyReLU(0.2)]
    for fine, coarse in ((n, 2 * n), (2 * n, 4 * n), (4 * n, 8 * n)):
        layers += [nn.Conv2d(fine, coarse, 4, 2, 1, bias=False), nn.BatchNorm2d(coarse), nn.LeakyReLU(0.2)]
    reference = nn.Sequential(*layers, nn.Conv2d(8 * n, 1, 4, 1, 0, bias=False))
    network = DCGANDiscriminator(size=64, width=n)
    copy_by_order(network, reference)
    x = torch.randn(5, 3, 64, 64)
    torch.testing.assert_close(network(x).logits[0], reference(x).flatten(), rtol=0, atol=0)


@pytest.mark.parametrize("size", [8, 16, 32, 64, 128])
@pytest.mark.parametrize("channels", [1, 3, 4])
def test_shapes_and_range(size, channels):
    fake = DCGANGenerator(size=size, channels=channels, width=2, latent_dim=6)(torch.randn(3, 6))
    assert fake.shape == (3, channels, size, size)
    assert fake.abs().max() <= 1
    verdict = DCGANDiscriminator(size=size, channels=channels, width=2)(fake)
    assert [logits.shape for logits in verdict.logits] == [(3,)]
    assert verdict.features == ()


@pytest.mark.parametrize(("size", "stem"), [(8, 64), (64, 512), (128, 1024), (1024, 1024)])
def test_channels_double_at_each_halving_up_to_the_cap(size, stem):
    with torch.device("meta"):
        assert DCGANGenerator(size=size).stem[0].out_channels == stem
        assert DCGANDiscriminator(size=size).judge.in_channels == stem


def test_a_width_above_the_cap_is_kept():
    with torch.device("meta"):
        assert DCGANGenerator(size=64, width=96, max_channels=64).stem[0].out_channels == 96


@pytest.mark.parametrize(
    ("size", "advice"), [(48, "32 or 64"), (7, "8"), (4, "8"), (0, "8 or 16"), (1500, "1024"), (1023, "512 or 1024")]
)
def test_a_size_that_doubling_never_reaches_is_refused(size, advice):
    for network in (DCGANGenerator, DCGANDiscriminator):
        with pytest.raises(ganfw.GanfwError) as caught:
            network(size=size)
        assert str(caught.value) == (
            f"image.size={size} cannot be made by DCGAN: it doubles from 4 x 4, so the size is a power of two from 8 "
            f"to 1024. Use image.size={advice}."
        )


@pytest.mark.parametrize("network", [DCGANGenerator(size=64, width=16), DCGANDiscriminator(size=64, width=16)])
def test_weights_start_as_in_the_paper(network):
    for module in network.modules():
        if isinstance(module, nn.Conv2d | nn.ConvTranspose2d):
            assert abs(module.weight.mean().item()) < 0.003
            assert module.weight.std().item() == pytest.approx(0.02, rel=0.15)
        elif isinstance(module, nn.BatchNorm2d):
            assert module.weight.mean().item() == pytest.approx(1, abs=0.02)
            assert module.weight.std().item() == pytest.approx(0.02, rel=0.5)
            assert not module.bias.any()


@pytest.mark.parametrize("norm", ["batch", "layer", "instance", "none"])
def test_gradients_reach_every_parameter(norm):
    generator = DCGANGenerator(size=16, width=4, latent_dim=6)
    discriminator = DCGANDiscriminator(size=16, width=4, norm=norm)
    discriminator(generator(torch.randn(4, 6))).logits[0].square().sum().backward()
    for network in (generator, discriminator):
        for name, parameter in network.named_parameters():
            assert parameter.grad is not None, name
            assert parameter.grad.any(), name


@pytest.mark.parametrize("norm", ["batch", "layer", "instance", "none"])
def test_only_batch_normalisation_mixes_samples(norm):
    network = DCGANDiscriminator(size=32, width=4, norm=norm)
    x = torch.randn(4, 3, 32, 32)
    alone, together = network(x[:2]).logits[0], network(x).logits[0][:2]
    assert network.uses_batch_statistics == (norm == "batch")
    assert torch.allclose(alone, together, rtol=1e-4, atol=1e-6) == (norm != "batch")


def test_a_discriminator_too_small_for_normalisation_mixes_nothing():
    assert not DCGANDiscriminator(size=8, width=4, norm="batch").uses_batch_statistics


def test_features_are_the_activations_of_each_resolution():
    network = DCGANDiscriminator(size=32, width=4)
    verdict = network(torch.randn(2, 3, 32, 32), features=True)
    assert [[tuple(f.shape) for f in judge] for judge in verdict.features] == [
        [(2, 4, 16, 16), (2, 8, 8, 8), (2, 16, 4, 4)]
    ]
    torch.testing.assert_close(network.judge(verdict.features[0][-1]).flatten(), verdict.logits[0])


def test_dropout_is_for_training_alone_and_leaves_features_whole():
    network, x = DCGANDiscriminator(size=16, width=8, norm="none", dropout=0.5), torch.randn(3, 3, 16, 16)
    first, second = network(x, features=True), network(x, features=True)
    assert not torch.equal(first.logits[0], second.logits[0])
    assert torch.equal(first.features[0][0], second.features[0][0])
    assert not torch.equal(first.features[0][1], second.features[0][1])  # of what the layer before it let through
    network.eval()
    assert torch.equal(network(x).logits[0], network(x).logits[0])


def test_settings_tell_the_discriminator_its_dropout():
    spec = ganfw.ImageSpec(16)
    assert DCGANDiscriminatorConfig(dropout=0.4).build(spec).dropout.p == 0.4
    assert DCGANDiscriminatorConfig().build(spec).dropout.p == 0


def test_state_dict_round_trip():
    first, second = (DCGANGenerator(size=16, width=4, latent_dim=6) for _ in range(2))
    z = torch.randn(3, 6)
    first(z)  # moves the running statistics, which are part of the state
    second.load_state_dict(first.state_dict())
    assert torch.equal(first.eval()(z), second.eval()(z))


def test_the_result_is_float32_under_autocast():
    generator, discriminator = DCGANGenerator(size=8, width=4, latent_dim=6), DCGANDiscriminator(size=8, width=4)
    with torch.autocast("cpu", torch.bfloat16):
        fake = generator(torch.randn(2, 6))
        assert fake.dtype == torch.float32
        assert discriminator(fake).logits[0].dtype == torch.float32


def test_the_prior_is_normal_or_uniform():
    noise = torch.randn(20_000, 2, generator=torch.Generator().manual_seed(0))
    assert DCGANGenerator(size=8, width=1).prior(noise) is noise
    uniform = DCGANGenerator(size=8, width=1, prior="uniform").prior(noise)
    quantiles = torch.quantile(uniform[:, 0], torch.tensor([0.0, 0.25, 0.5, 0.75, 1.0]))
    torch.testing.assert_close(quantiles, torch.tensor([-1.0, -0.5, 0.0, 0.5, 1.0]), rtol=0, atol=0.02)


def test_a_condition_is_left_unused():
    network, z = DCGANGenerator(size=8, width=4, latent_dim=6), torch.randn(2, 6)
    assert torch.equal(network(z, torch.tensor([0, 1])), network(z))


# Dynamo looks at the gradient of the fakes, which are no leaf, when they enter the second network.
@pytest.mark.filterwarnings("ignore:The .grad attribute")
@pytest.mark.slow
def test_both_networks_compile_in_one_process():
    generator, discriminator = DCGANGenerator(size=16, width=2, latent_dim=6), DCGANDiscriminator(size=16, width=2)
    z = torch.randn(4, 6)
    expected = discriminator(generator(z)).logits[0]
    generator.compile(backend="aot_eager")
    discriminator.compile(backend="aot_eager")
    logits = discriminator(generator(z)).logits[0]
    torch.testing.assert_close(logits, expected)
    logits.sum().backward()


@pytest.mark.parametrize("minibatch", ["stddev", "discrimination"])
def test_a_comparison_within_the_batch_tells_fakes_that_are_alike(minibatch):
    network = DCGANDiscriminator(size=16, width=4, norm="none", minibatch=minibatch)
    x = torch.randn(4, 3, 16, 16)
    alike, varied = network(x[:1].repeat(4, 1, 1, 1)).logits[0], network(x).logits[0]
    assert network.uses_batch_statistics
    assert alike.unique().numel() == 1
    assert not torch.allclose(alike[0], varied[0], rtol=1e-4, atol=1e-6)


def test_minibatch_discrimination_counts_those_that_are_alike():
    # Salimans et al. 2016, section 3.2: o is the sum of exp(-distance) over the batch, B with B samples all alike.
    network = DCGANDiscriminator(size=8, width=4, norm="none", minibatch="discrimination")
    told = network.minibatch(torch.randn(1, 4, 4, 4).repeat(6, 1, 1, 1))[:, 4:]
    torch.testing.assert_close(told, torch.full((6, 32, 4, 4), 6.0))


@pytest.mark.parametrize("classes", [0, 3])
def test_with_virtual_normalisation_a_sample_does_not_depend_on_its_batch(classes):
    network = DCGANGenerator(size=16, width=4, latent_dim=6, classes=classes, norm="virtual")
    z, condition = torch.randn(5, 6), torch.arange(5) % 3
    torch.testing.assert_close(network(z[:2], condition[:2]), network(z, condition)[:2], rtol=1e-4, atol=1e-6)
    torch.testing.assert_close(network.eval()(z, condition), network.train()(z, condition), rtol=0, atol=0)
    again = DCGANGenerator(size=16, width=4, latent_dim=6, classes=classes, norm="virtual")
    again.load_state_dict(network.state_dict())  # the reference is part of it
    torch.testing.assert_close(again(z, condition), network(z, condition), rtol=0, atol=0)


@pytest.mark.parametrize(
    ("kind", "settings"),
    [
        ("generator", {"norm": "virtual", "latent_dim": 8}),
        ("discriminator", {"minibatch": "stddev"}),
        ("discriminator", {"minibatch": "discrimination"}),
    ],
    ids=["virtual", "stddev", "discrimination"],
)
def test_layers_that_see_a_batch_keep_the_promises_of_a_part(kind, settings):
    check_part(kind, {"type": "dcgan", "width": 4, **settings}, spec=ganfw.ImageSpec(8))


def test_virtual_normalisation_can_be_exported_for_any_number_of_samples():
    network = DCGANGenerator(size=8, width=4, latent_dim=6, norm="virtual").eval()
    exported = torch.export.export(network, (torch.randn(3, 6),), dynamic_shapes=({0: torch.export.Dim("B")},))
    z = torch.randn(5, 6)
    torch.testing.assert_close(exported.module()(z), network(z))


def test_as_the_critic_of_wgan_it_is_clipped_in_its_normalisation_too_and_gives_any_number():
    # Arjovsky et al. 2017, algorithm 1, line 7, which clips w, all of the critic's parameters: those of batch
    # normalisation too, which start at 1. No sigmoid: the opposite weights give the opposite scores.
    critic, spec = DCGANDiscriminator(size=16, width=4), ganfw.ImageSpec(16)
    gan = ganfw.TwoPlayerGAN(
        DCGANGenerator(size=16, width=4, latent_dim=6), critic, Wasserstein(), regularizers={"clip": WeightClip(0.01)}
    )
    rate = dict.fromkeys(("generator", "discriminator"), ganfw.RMSPropConfig(lr=5e-5))
    ganfw.Trainer(gan, toy_data(spec), steps=1, batch_size=8, ema=None, tracker=None, optimizers=rate).fit()
    critic.cpu()
    largest = {name: parameter.abs().max().item() for name, parameter in critic.named_parameters()}
    norms = [name for name, module in critic.named_modules() if isinstance(module, nn.BatchNorm2d)]
    assert max(largest.values()) == pytest.approx(0.01, abs=1e-9)
    assert [largest[f"{name}.weight"] for name in norms] == [pytest.approx(0.01, abs=1e-9)]
    assert all(critic.get_buffer(f"{name}.running_var").min() > 0.01 for name in norms)  # these are no parameters
    x = torch.randn(4, 3, 16, 16)
    scores = critic(x).logits[0]
    critic.judge.weight.data.neg_()
    torch.testing.assert_close(critic(x).logits[0], -scores, rtol=0, atol=0)
