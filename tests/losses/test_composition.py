"""Every loss with every part that changes pictures, energies included; and who is refused."""

import pkgutil

import pytest
import torch
from torch import nn

import ganfw_losses
from ganfw.errors import GanfwError
from ganfw.game import TwoPlayerGAN
from ganfw.networks import Discriminator, Generator, Verdict
from ganfw.specs import ImageSpec

SPEC = ImageSpec(8, 1)
LOSSES = {part.name: part for part in ganfw_losses.ganfw_register_loss()}
REGULARIZERS = {part.name: part for part in ganfw_losses.ganfw_register_regularizer()}
AUGMENTATIONS = {part.name: part for part in ganfw_losses.ganfw_register_augmentation()}
ENERGIES = ("ebgan", "began")


class Painter(Generator):
    latent_dim = 4

    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(4, 64), nn.Tanh(), nn.Unflatten(1, (1, 8, 8)))

    def forward(self, z, condition=None):
        return self.net(z)


class Judge(Discriminator):
    """One logit; or, as an autoencoder, the error of the picture."""

    def __init__(self, energies):
        super().__init__()
        self.energies = energies
        self.net = nn.Sequential(nn.Flatten(), nn.Linear(64, 8), nn.Tanh(), nn.Linear(8, 64 if energies else 1))

    def forward(self, x, condition=None, *, features=False):
        said = self.net(x)
        return Verdict([(said - x.flatten(1)).square().mean(1) if self.energies else said.flatten()])


def built(part, **settings):
    return pkgutil.resolve_name(part.config)(**settings).build(SPEC)


@pytest.mark.parametrize("change", ["cr", "bcr", *AUGMENTATIONS])
@pytest.mark.parametrize("loss", LOSSES)
def test_every_loss_composes_with_every_change_of_pictures(loss, change, take_steps):
    torch.manual_seed(0)
    made = built(LOSSES[loss])
    terms = {change: built(REGULARIZERS[change])} if change in REGULARIZERS else {}
    augmentation = built(AUGMENTATIONS[change]) if change in AUGMENTATIONS else None
    gan = TwoPlayerGAN(Painter(), Judge(made.energies), made, regularizers=terms, augmentation=augmentation)
    before = {name: value.clone() for name, value in gan.named_parameters()}
    losses = take_steps(gan, torch.rand(6, 1, 8, 8) * 2 - 1)
    assert torch.isfinite(torch.stack(losses)).all()
    moved = {name.split(".")[0] for name, value in gan.named_parameters() if not value.equal(before[name])}
    assert moved == {"generator", "discriminator"}


@pytest.mark.parametrize("loss", LOSSES)
def test_every_loss_is_refused_the_other_kind_of_judge(loss):
    made = built(LOSSES[loss])
    assert made.energies == (loss in ENERGIES)
    with pytest.raises(GanfwError, match="energies"):
        TwoPlayerGAN(Painter(), Judge(not made.energies), made)


@pytest.mark.parametrize("inner", ENERGIES)
@pytest.mark.parametrize("outer", ["weighted", "top-k"])
def test_a_loss_around_energies_expects_energies(outer, inner, take_steps):
    made = built(LOSSES[outer], loss=inner)
    assert made.energies
    gan = TwoPlayerGAN(Painter(), Judge(energies=True), made)
    assert torch.isfinite(torch.stack(take_steps(gan, torch.rand(6, 1, 8, 8) * 2 - 1))).all()
