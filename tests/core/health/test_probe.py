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
