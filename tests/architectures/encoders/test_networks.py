"""Encoders, discriminators of pairs, priors, and what is computed of normal distributions."""

import math

import pytest
import torch

import ganfw
from ganfw_encoders import NormalEncoder, PartsDiscriminator, PointEncoder, conv_trunk, mlp_trunk
from ganfw_encoders.configs import ConvEncoderConfig, JointConvConfig, JointMLPConfig, MLPEncoderConfig
from ganfw_encoders.gaussian import drawn_code, kl_to_standard_normal, reparametrised
from ganfw_encoders.priors import Gaussian, Labelled, Mixture, SwissRoll
from ganfw_encoders.vae import negative_log_likelihood

PAIRS = ganfw.ImageSpec(16, 1, ganfw.Condition("vector", 5))


@pytest.mark.parametrize("size", [8, 28, 32])
def test_convolutions_halve_any_size_to_at_most_four_pixels(size):
    trunk = conv_trunk(size, 1, 4, max_channels=8)
    activations = trunk.activations(torch.zeros(2, 1, size, size))
    assert activations[-1].shape[2:] == {8: (4, 4), 28: (3, 3), 32: (4, 4)}[size]
    assert trunk(torch.zeros(2, 1, size, size)).shape == (2, trunk.length)


def test_noise_on_the_sample_is_for_training_alone():
    x = torch.randn(4000, 1, 2, 2)
    trunk = mlp_trunk((1, 2, 2), (4,), noise=0.5)
    with torch.no_grad():
        trunk.blocks[0][2].weight.copy_(torch.eye(4))
        trunk.blocks[0][2].bias.fill_(10)  # rectifiers let all of it through
    assert (trunk(x) - 10 - x.flatten(1)).std().item() == pytest.approx(0.5, abs=0.02)
    trunk.eval()
    torch.testing.assert_close(trunk(x) - 10, x.flatten(1), atol=1e-5, rtol=0)
    encoder = MLPEncoderConfig(hidden=(4,), noise=0.3).build(ganfw.ImageSpec(16, 1))
    assert [module.std for module in encoder.modules() if hasattr(module, "std")] == [0.3]


def test_the_vae_of_784_400_20_has_652_824_parameters():
    # 784·400 + 400, 400·40 + 40; 20·400 + 400, 400·784 + 784
    from ganfw_classic import MLPGenerator

    encoder = MLPEncoderConfig(hidden=(400,), code_dim=20, head="gaussian").build(ganfw.ImageSpec(28, 1))
    decoder = MLPGenerator(shape=(1, 28, 28), hidden=(400,), latent_dim=20, norm="none", activation="relu")
    assert sum(p.numel() for network in (encoder, decoder) for p in network.parameters()) == 652_824


def test_kl_is_that_of_the_closed_form():
    # ½ Σ (σ² + μ² − 1 − log σ²): ½ (1 + .25 − 1) + ½ (.25 + 1 − 1 + log 4) = .125 + .81814718
    found = kl_to_standard_normal(torch.tensor([[0.5, -1.0], [0.0, 0.0]]), torch.tensor([[0, math.log(0.25)], [0, 0]]))
    torch.testing.assert_close(found, torch.tensor([0.94314718, 0.0]))


def test_kl_is_the_mean_log_ratio_of_draws():
    mean, log_variance = torch.tensor([[0.5, -1.0]]), torch.tensor([[0.3, math.log(0.25)]])
    noise = torch.randn(200_000, 2, generator=torch.Generator().manual_seed(0))
    z = reparametrised(mean, log_variance, noise)
    log_ratio = (-0.5 * noise.square() - 0.5 * log_variance + 0.5 * z.square()).sum(1)
    assert log_ratio.mean().item() == pytest.approx(kl_to_standard_normal(mean, log_variance).item(), abs=0.01)


def test_the_gradient_of_a_draw_reaches_mean_and_variance():
    # E[z²] = μ² + σ²: its gradient is 2 μ for the mean and σ² for log σ²
    mean, log_variance = (torch.tensor([[v]], requires_grad=True) for v in (0.7, math.log(0.5)))
    noise = torch.randn(400_000, 1, generator=torch.Generator().manual_seed(0))
    reparametrised(mean, log_variance, noise).square().mean().backward()
    assert mean.grad.item() == pytest.approx(1.4, abs=0.01)
    assert log_variance.grad.item() == pytest.approx(0.5, abs=0.01)


def test_likelihoods_are_sums_over_the_elements_in_nats():
    made, x = torch.tensor([[[0.0, 0.5]]]), torch.tensor([[[1.0, -1.0]]])
    # probabilities ½ and ¾, wanted 1 and 0: log 2 + log 4
    assert negative_log_likelihood(made, x, "bernoulli").item() == pytest.approx(3 * math.log(2))
    # ½ ((1 / .5)² + (1.5 / .5)²) + 2 (log .5 + ½ log 2π)
    expected = 6.5 + 2 * math.log(0.5) + math.log(2 * math.pi)
    assert negative_log_likelihood(made, x, "gaussian", std=0.5).item() == pytest.approx(expected)


def test_a_gaussian_encoder_answers_with_its_mean_and_draws_around_it():
    torch.manual_seed(0)
    encoder = NormalEncoder(mlp_trunk((3,), (4,)), 2)
    x = torch.randn(5, 3)
    mean, log_variance = encoder.distribution(x)
    assert torch.equal(encoder(x), mean)
    draw = ganfw.Step(ganfw.Batch({"real": x}))
    draw.enter("encoder")
    drawn = drawn_code(encoder, x, draw)
    draw.enter("encoder")
    torch.testing.assert_close(drawn, mean + (log_variance / 2).exp() * draw.noise(5, 2))
    point = PointEncoder(mlp_trunk((3,), (4,)), 2)
    assert torch.equal(drawn_code(point, x, draw), point(x))


@pytest.mark.parametrize("config", [JointMLPConfig(hidden=(8,)), JointConvConfig(width=4, code_hidden=3, hidden=(8,))])
def test_a_joint_discriminator_sees_both_of_a_pair(config):
    torch.manual_seed(0)
    judge = config.build(PAIRS)
    x, z = torch.randn(3, 1, 16, 16), torch.randn(3, 5)
    verdict = judge(x, z, features=True)
    assert verdict.logits[0].shape == (3,)
    assert {len(feature) for feature in verdict.features[0]} == {3}
    assert not torch.equal(judge(x, z.flip(0)).logits[0], verdict.logits[0])
    assert not torch.equal(judge(x.flip(0), z).logits[0], verdict.logits[0])
    with pytest.raises(ganfw.GanfwError) as caught:
        judge(x)
    assert str(caught.value) == ("a joint discriminator judges pairs: give the code of each sample as its condition")


def test_each_part_of_a_code_has_its_own_judge():
    from ganfw_classic import MLPDiscriminator

    torch.manual_seed(0)
    judges = [MLPDiscriminator(shape=(length,), hidden=(4,)) for length in (2, 3)]
    both, code = PartsDiscriminator(judges, (2, 3)), torch.randn(6, 5)
    first, second = both(code, features=True).logits
    assert torch.equal(first, judges[0](code[:, :2]).logits[0])
    assert torch.equal(second, judges[1](code[:, 2:]).logits[0])
    assert len(both(code, features=True).features) == 2


def test_a_normal_prior_is_the_noise():
    noise = torch.randn(4, 3)
    assert torch.equal(Gaussian(3)(noise), noise)


def test_petals_are_where_their_labels_say():
    prior, noise = Mixture(4), torch.randn(4000, 3, generator=torch.Generator().manual_seed(0))
    for label, centre in enumerate([(4, 0), (0, 4), (-4, 0), (0, -4)]):
        codes = prior(noise, torch.full((4000,), label))
        torch.testing.assert_close(codes.mean(0), torch.tensor(centre).float(), atol=0.06, rtol=0)
    std = prior(noise, torch.zeros(4000, dtype=torch.int64)).std(0)
    torch.testing.assert_close(std, torch.tensor([0.8, 0.35]), atol=0.03, rtol=0)
    drawn = prior(noise)
    nearest = torch.atan2(drawn[:, 1], drawn[:, 0]).div(math.pi / 2).round().long() % 4
    assert (nearest.bincount(minlength=4) / 4000 - 0.25).abs().max() < 0.03


def test_pieces_of_the_swiss_roll_follow_one_another_outwards():
    prior, noise = SwissRoll(10), torch.randn(2000, 3, generator=torch.Generator().manual_seed(0))
    radii = [prior(noise, torch.full((2000,), label)).norm(dim=1).mean().item() for label in range(10)]
    assert radii == sorted(radii)
    whole = prior(noise).norm(dim=1)
    # the radius is 4 √u, whose mean is 8 / 3
    assert whole.mean().item() == pytest.approx(8 / 3, abs=0.06)


def test_classes_come_one_hot_before_the_rest():
    prior = Labelled(5, Gaussian(2))
    noise = torch.randn(5000, prior.noise_dim, generator=torch.Generator().manual_seed(0))
    code = prior(noise)
    assert torch.equal(code[:, :5].sum(1), torch.ones(5000))
    assert (code[:, :5].mean(0) - 0.2).abs().max() < 0.02
    assert torch.equal(code[:, 5:], noise[:, 5:])
    assert prior(noise, torch.full((5000,), 3))[:, 3].all()


@pytest.mark.parametrize(
    ("config", "spec", "message"),
    [
        (
            ConvEncoderConfig(), ganfw.VectorSpec(2),
            "conv sees pictures, but the data are described by VectorSpec. Use its fully connected kin, mlp or "
            "joint-mlp, or data that are pictures.",
        ),
        (
            ConvEncoderConfig(), ganfw.ImageSpec(4),
            "image.size=4 is too small for conv. Use image.size=8 or more.",
        ),
        (
            MLPEncoderConfig(), ganfw.SequenceSpec(8, 10),
            "mlp sees real numbers, but the data are tokens (SequenceSpec). Use networks for sequences, or data that "
            "are pictures, sounds or points.",
        ),
        (
            JointMLPConfig(), ganfw.ImageSpec(8),
            "joint-mlp judges pairs of a sample and its code, which no game but bigan and bicogan has. Set gan=bigan, "
            "or another discriminator.type.",
        ),
    ],
)  # fmt: skip
def test_networks_explain_what_they_cannot_see(config, spec, message):
    with pytest.raises(ganfw.GanfwError) as caught:
        config.build(spec)
    assert str(caught.value) == message


@pytest.mark.parametrize("size", [0, -3])
@pytest.mark.parametrize("config", [MLPEncoderConfig, JointMLPConfig, JointConvConfig])
def test_a_layer_has_a_unit_at_least(config, size):
    with pytest.raises(ValueError, match="greater than or equal to 1"):
        config(hidden=(4, size))
