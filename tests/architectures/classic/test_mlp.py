"""The fully connected networks: published counts, and what each promises for pictures and points."""

from __future__ import annotations

import pytest
import torch

from ganfw_classic import Maxout, MLPDiscriminator, MLPGenerator


def parameter_count(network):
    return sum(parameter.numel() for parameter in network.parameters())


def test_parameter_counts_on_mnist():
    # 100-128-256-512-1024-784 with batch normalisation but in the first block, and 784-512-256-1.
    with torch.device("meta"):
        assert parameter_count(MLPGenerator(shape=(1, 28, 28))) == 1_510_032
        assert parameter_count(MLPDiscriminator(shape=(1, 28, 28))) == 533_505


def test_parameter_counts_of_2014():
    # Rectifiers 100-1200-1200-784 without normalisation; maxout 240 x 5 twice, one logit.
    with torch.device("meta"):
        generator = MLPGenerator(shape=(1, 28, 28), hidden=(1200, 1200), norm="none", activation="relu")
        assert parameter_count(generator) == 2_503_984
        assert parameter_count(MLPDiscriminator(shape=(1, 28, 28), hidden=(240, 240), pieces=5)) == 1_231_441


def test_maxout_takes_the_largest_piece():
    layer = Maxout(2, 1, 3)
    with torch.no_grad():
        layer.linear.weight.copy_(torch.tensor([[1.0, 0], [0, 1], [-1, -1]]))
        layer.linear.bias.copy_(torch.tensor([0.0, 0, 0.5]))
    made = layer(torch.tensor([[2.0, 1], [0, 3], [-1, -1], [0, 0]]))
    assert made.flatten().tolist() == [2, 3, 2.5, 0.5]


def test_dropout_is_for_training_alone():
    network, x = MLPDiscriminator(shape=(4,), hidden=(64,), dropout=0.5), torch.randn(3, 4)
    assert not torch.equal(network(x).logits[0], network(x).logits[0])
    network.eval()
    assert torch.equal(network(x).logits[0], network(x).logits[0])


@pytest.mark.parametrize("activation", ["relu", "leaky-relu"])
def test_rectifiers_are_leaky_or_not(activation):
    network = MLPGenerator(shape=(2,), hidden=(8,), latent_dim=4, activation=activation)
    lowest = network.blocks[0](torch.randn(50, 4)).min()
    assert (lowest < 0) == (activation == "leaky-relu")


@pytest.mark.parametrize("shape", [(1, 28, 28), (3, 9, 9), (1, 64), (2,)])
def test_shapes(shape):
    sample = MLPGenerator(shape=shape, hidden=(8, 8), latent_dim=4)(torch.randn(3, 4))
    assert sample.shape == (3, *shape)
    assert [logits.shape for logits in MLPDiscriminator(shape=shape, hidden=(8,))(sample).logits] == [(3,)]


def test_pictures_end_in_tanh_and_points_are_linear():
    torch.manual_seed(0)
    bounded = MLPGenerator(shape=(2,), hidden=(8,), latent_dim=4, norm="none")
    linear = MLPGenerator(shape=(2,), bounded=False, hidden=(8,), latent_dim=4, norm="none")
    linear.load_state_dict(bounded.state_dict())
    z = 100 * torch.randn(16, 4)
    assert linear(z).abs().max() > 1
    torch.testing.assert_close(bounded(z), linear(z).tanh())


def test_without_norm_a_sample_does_not_depend_on_its_batch():
    z = torch.randn(4, 4)
    plain, normed = (MLPGenerator(shape=(2,), hidden=(8, 8), latent_dim=4, norm=norm) for norm in ("none", "batch"))
    torch.testing.assert_close(plain(z)[:2], plain(z[:2]))
    assert not torch.allclose(normed(z)[:2], normed(z[:2]))


def test_gradients_reach_every_parameter():
    generator = MLPGenerator(shape=(1, 4, 4), hidden=(8, 8), latent_dim=4)
    discriminator = MLPDiscriminator(shape=(1, 4, 4), hidden=(8, 8))
    discriminator(generator(torch.randn(6, 4))).logits[0].square().sum().backward()
    for network in (generator, discriminator):
        for name, parameter in network.named_parameters():
            assert parameter.grad is not None, name
            assert parameter.grad.any(), name


def test_features_are_the_hidden_activations():
    network = MLPDiscriminator(shape=(2,), hidden=(8, 6))
    verdict = network(torch.randn(3, 2), features=True)
    assert [[tuple(f.shape) for f in judge] for judge in verdict.features] == [[(3, 8), (3, 6)]]
    assert network(torch.randn(3, 2)).features == ()


def test_state_dict_round_trip():
    first, second = (MLPGenerator(shape=(2,), hidden=(8, 8), latent_dim=4) for _ in range(2))
    z = torch.randn(3, 4)
    first(z)
    second.load_state_dict(first.state_dict())
    assert torch.equal(first.eval()(z), second.eval()(z))


def test_uniform_prior_stays_in_its_interval():
    network = MLPGenerator(shape=(2,), hidden=(8,), prior="uniform")
    assert network.prior(10 * torch.randn(100, 100)).abs().max() <= 1


def test_the_result_is_float32_under_autocast():
    with torch.autocast("cpu", torch.bfloat16):
        sample = MLPGenerator(shape=(2,), hidden=(8,), latent_dim=4)(torch.randn(3, 4))
        assert sample.dtype == torch.float32
        assert MLPDiscriminator(shape=(2,), hidden=(8,))(sample).logits[0].dtype == torch.float32
