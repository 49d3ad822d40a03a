"""What a look at a run measures."""

import torch
from toys import toy_gan, toy_trainer

import ganfw
from ganfw.health.probe import Probe


def test_one_sample_cannot_be_compared_with():
    """Neither its spread nor its neighbours are defined; what is left needs none of them."""
    one = ganfw.ArrayData(torch.zeros(1, 2))
    assert Probe(toy_trainer(toy_gan(), one)).measure() == {}
    assert list(Probe(toy_trainer(toy_gan(), one), held_out=one).measure()) == ["health/overfitting"]


def test_overfitting_is_told_by_energies_too_and_networks_are_left_in_their_modes():
    """An energy is lower for what is more real."""
    seen, unseen = (ganfw.ArrayData(torch.full((4, 2), float(at))) for at in (0, 1))
    for sign in (1, -1):
        gan = toy_gan()
        gan.discriminator.energies = sign < 0
        gan.discriminator.forward = lambda x, condition=None, sign=sign: ganfw.Verdict([-sign * x.sum(1)])
        probe = Probe(toy_trainer(gan, seen), held_out=unseen)
        gan.generator.train()
        gan.discriminator.eval()
        assert probe.measure()["health/overfitting"] == 1
        assert gan.generator.training
        assert not gan.discriminator.training
