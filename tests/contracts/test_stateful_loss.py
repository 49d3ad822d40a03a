"""Toy 7: a loss with state that must survive a resume: BEGAN's k, which balances two auto-encoding errors."""

from contextlib import suppress

import pytest
import torch
from torch import nn

import ganfw
from ganfw.training.outputs import open_run
from ganfw_classic import MLPGenerator


class BEGAN(ganfw.Loss):
    """Berthelot et al. 2017, equation after (5), on energies; k moves once a step.

    L_D = L(x) - k L(G(z)); L_G = L(G(z)); k <- clip(k + lambda (gamma L(x) - L(G(z))), 0, 1)
    """

    energies = True

    def __init__(self, gamma=0.9, speed=0.05):
        super().__init__()
        self.gamma, self.speed = gamma, speed
        self.register_buffer("k", torch.zeros(()))

    def discriminator(self, real, fake):
        return real.mean() - self.k * fake.mean()

    def generator(self, fake, real=None):
        return fake.mean()

    def after_step(self, mean):
        with suppress(KeyError):
            balance = self.gamma * mean("discriminator/real") - mean("discriminator/fake")
            self.k.add_(self.speed * balance).clamp_(0, 1)


class Autoencoder(ganfw.Discriminator):
    """Its verdict is an energy: the mean absolute error of reconstruction."""

    energies = True

    def __init__(self, size, code=2, width=64):
        super().__init__()
        self.net = nn.Sequential(
            nn.Linear(size, width), nn.ELU(), nn.Linear(width, code),
            nn.Linear(code, width), nn.ELU(), nn.Linear(width, size),
        )  # fmt: skip

    def forward(self, x, condition=None, *, features=False):
        return ganfw.Verdict([(self.net(x) - x).abs().mean(1)])


SIZE = 8


def sheet(count, seed=0):
    """Two numbers bent into eight dimensions, with noise."""
    bend = torch.randn(2, SIZE, generator=torch.Generator().manual_seed(9))
    rng = torch.Generator().manual_seed(seed)
    return torch.tanh((torch.rand(count, 2, generator=rng) * 2 - 1) @ bend) + 0.1 * torch.randn(
        count, SIZE, generator=rng
    )


def gan():
    torch.manual_seed(0)
    generator = MLPGenerator(shape=(SIZE,), bounded=False, hidden=(64, 64), latent_dim=2, norm="none")
    return ganfw.TwoPlayerGAN(generator, Autoencoder(SIZE), BEGAN())


def settings(**more):
    return {"batch_size": 128, "lr": 2e-3, "betas": (0.5, 0.99), **more}


def test_the_balance_moves_and_the_distribution_is_learnt(make_trainer, energy_distance):
    game, real, path = gan(), sheet(2000, seed=1), []
    trainer = make_trainer(game, ganfw.ArrayData(sheet(4096)), **settings(steps=800))
    run_step = trainer.run_step
    trainer.run_step = lambda batch: (run_step(batch), path.append(game.loss.k.clone()))
    assert game.loss.k == 0
    assert energy_distance(trainer.sample(2000), real) > 0.8
    trainer.fit()
    assert energy_distance(trainer.sample(2000), real) < 0.08
    k = torch.stack(path)
    assert k.min() >= 0
    assert 0.3 < k.max() <= 1


def test_k_moves_by_the_means_that_were_logged():
    # By hand: .30 - .10 * .20 = .28, and .10 + .001 * (.5 * .30 - .20) = .09995
    loss = BEGAN(gamma=0.5, speed=0.001)
    loss.k.fill_(0.10)
    real, fake = torch.tensor(0.30), torch.tensor(0.20)
    assert loss.discriminator(real, fake).item() == pytest.approx(0.28)
    loss.after_step({"discriminator/real": real, "discriminator/fake": fake}.__getitem__)
    assert loss.k.item() == pytest.approx(0.09995)


def test_resumes_with_its_k(make_trainer, assert_resumes):
    whole = assert_resumes(
        lambda run, steps: make_trainer(gan(), ganfw.ArrayData(sheet(1000)), run=run, **settings(steps=steps)), 80
    )
    assert whole.loss.k > 0


def test_a_resume_that_lost_k_would_end_elsewhere(make_trainer, tmp_path, monkeypatch):
    data = ganfw.ArrayData(sheet(1000))
    whole = make_trainer(gan(), data, **settings(steps=80)).fit()
    make_trainer(gan(), data, run=tmp_path, **settings(steps=40)).fit()
    forgetful = make_trainer(gan(), data, run=tmp_path, **settings(steps=80))

    def forget_k(trainer):
        outputs = open_run(trainer)
        trainer.gan.loss.k.zero_()
        return outputs

    monkeypatch.setattr("ganfw.training.trainer.open_run", forget_k)
    found, wanted = forgetful.fit().state_dict(), whole.state_dict()
    assert forgetful.step == 80
    assert {name.split(".")[0] for name in wanted if not torch.equal(found[name], wanted[name])} == {
        "generator", "discriminator", "loss",
    }  # fmt: skip
