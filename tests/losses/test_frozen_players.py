"""Where a player is frozen its phase logs nothing, and terms that move by what is logged stay as they are."""

import copy

import pytest
import torch
from toys import ToyDiscriminator, ToyGenerator, ring, toy_trainer

from ganfw import TwoPlayerGAN
from ganfw_losses import ADA, BEGAN, LeCam, PathLength


@pytest.mark.parametrize("term", [ADA(start=0.5), BEGAN(), LeCam(), PathLength(latent="z")])
def test_without_what_they_read_terms_stay_as_they_are(term):
    before = copy.deepcopy(term.state_dict())
    term.after_step({"discriminator/real": torch.tensor(0.5)}.__getitem__)  # half of what BEGAN and LeCam read
    assert all(torch.equal(tensor, before[name]) for name, tensor in term.state_dict().items())


def test_a_run_with_a_frozen_discriminator_trains_the_generator():
    class Energies(ToyDiscriminator):
        energies = True

    torch.manual_seed(0)
    gan = TwoPlayerGAN(ToyGenerator(), Energies(), BEGAN(), regularizers={"lecam": LeCam()})
    before = copy.deepcopy(gan.state_dict())
    toy_trainer(gan, ring(64), steps=2, freeze=["discriminator"]).fit()
    moved = {name.split(".")[0] for name, tensor in gan.cpu().state_dict().items() if not tensor.equal(before[name])}
    assert moved == {"generator"}
