"""CGAN's networks: published counts, both readings of the paper, and what the class does."""

from __future__ import annotations

import pytest
import torch

from ganfw_classic import CGANDiscriminator, CGANGenerator


def parameter_count(network):
    return sum(parameter.numel() for parameter in network.parameters())


# Mirza and Osindero 2014, section 4.1: 100 to 200, 10 to 1000, joined (to 1200 or not), 784; maxout 240 x 5 and 50 x 5
# joined in 240 x 4, one logit.
def test_parameter_counts_on_mnist():
    with torch.device("meta"):
        assert parameter_count(CGANGenerator(shape=(1, 28, 28), classes=10)) == 2_413_984
        assert parameter_count(CGANGenerator(shape=(1, 28, 28), classes=10, joint_hidden=False)) == 972_784
        assert parameter_count(CGANDiscriminator(shape=(1, 28, 28), classes=10)) == 1_224_351


@pytest.mark.parametrize("joint_hidden", [True, False])
def test_another_class_is_another_picture(joint_hidden):
    network = CGANGenerator(shape=(1, 4, 4), classes=3, joint_hidden=joint_hidden).eval()
    z, classes = torch.randn(4, 100), torch.tensor([0, 1, 2, 0])
    made, other = network(z, classes), network(z, classes.roll(1))
    assert made.shape == (4, 1, 4, 4)
    assert (made != other).flatten(1).any(1).tolist() == [False, True, True, True]


def test_another_class_is_another_verdict():
    network = CGANDiscriminator(shape=(1, 4, 4), classes=3).eval()
    x, classes = torch.randn(4, 1, 4, 4), torch.tensor([0, 1, 2, 0])
    verdict = network(x, classes, features=True)
    assert (verdict.logits[0] != network(x, classes.roll(1)).logits[0]).tolist() == [False, True, True, True]
    assert [[tuple(f.shape) for f in judge] for judge in verdict.features] == [[(4, 240)]]


def test_dropout_is_for_training_alone():
    network, z, y = CGANGenerator(shape=(2,), classes=2), torch.randn(3, 100), torch.tensor([0, 1, 0])
    assert not torch.equal(network(z, y), network(z, y))
    network.eval()
    assert torch.equal(network(z, y), network(z, y))
