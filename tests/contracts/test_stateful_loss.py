"""Toy 7: a loss with state that must survive a resume: BEGAN's k, which balances two auto-encoding errors."""

import torch
from ganfw_classic import MLPGenerator
from torch import nn

import ganfw


class BEGAN(ganfw.Loss):
    """Berthelot et al. 2017, equation after (5), on energies; k moves once a step.

    L_D = L(x) - k L(G(z)); L_G = L(G(z)); k <- clip(k + lambda (gamma L(x) - L(G(z))), 0, 1)
    """

    def __init__(self, gamma=0.5, speed=0.01):
        super().__init__()
        self.gamma, self.speed = gamma, speed
        self.register_buffer("k", torch.zeros(()))

    def discriminator(self, real, fake):
        return real.mean() - self.k * fake.mean()

    def generator(self, fake, real=None):
        return fake.mean()

    def after_step(self, mean):
        balance = self.gamma * mean("discriminator/real") - mean("discriminator/fake")
        self.k.add_(self.speed * balance).clamp_(0, 1)


class Autoencoder(ganfw.Discriminator):
    """Its verdict is an energy: the mean absolute error of reconstruction."""

    def __init__(self, size, code=1, width=64):
        super().__init__()
        self.net = nn.Sequential(
            nn.Linear(size, width), nn.ELU(), nn.Linear(width, code),
            nn.Linear(code, width), nn.ELU(), nn.Linear(width, size),
        )  # fmt: skip

    def forward(self, x, condition=None, *, features=False):
        return ganfw.Verdict([(self.net(x) - x).abs().mean(1)])


SIZE = 2


def curve(count, seed=0):
    """An arc: one number bent into the plane, so that one number codes it."""
    angle = torch.rand(count, generator=torch.Generator().manual_seed(seed)) * torch.pi
    return 2 * torch.stack([angle.cos(), angle.sin()], 1)


def gan():
    torch.manual_seed(0)
    generator = MLPGenerator(shape=(SIZE,), bounded=False, hidden=(64, 64), latent_dim=2, norm="none")
    return ganfw.TwoPlayerGAN(generator, Autoencoder(SIZE), BEGAN())


def test_the_balance_is_kept_and_the_distribution_learnt(make_trainer, energy_distance):
    game = gan()
    trainer = make_trainer(game, ganfw.ArrayData(curve(4096)), steps=1000, batch_size=128, betas=(0.5, 0.99))
    real, path = curve(2000, seed=1), []
    original = game.loss.after_step
    game.loss.after_step = lambda mean: (original(mean), path.append(game.loss.k.clone()))
    before = energy_distance(trainer.sample(2000), real)
    trainer.fit()
    after = energy_distance(trainer.sample(2000), real)
    k = torch.stack(path)
    print(before, after, k.max(), k.min(), k[-1])
    assert before > 0.5
    assert after < 0.05
