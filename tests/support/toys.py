"""Small networks, terms and data that several tests share."""

import math

import torch
from torch import nn
from torch.nn.functional import softplus

import ganfw


class ToyGenerator(ganfw.Generator):
    """Latents ``(B, 4)`` to points ``(B, 2)``."""

    latent_dim = 4

    def __init__(self, width=32, *, dropout=0.0, norm=False):
        super().__init__()
        middle = nn.BatchNorm1d(width) if norm else nn.Identity()
        self.net = nn.Sequential(nn.Linear(4, width), middle, nn.ReLU(), nn.Dropout(dropout), nn.Linear(width, 2))

    def forward(self, z, condition=None):
        return self.net(z.to(self.net[0].weight.dtype))


class ToyDiscriminator(ganfw.Discriminator):
    """Points ``(B, 2)`` to one logit."""

    def __init__(self, width=32, *, dropout=0.0):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(2, width), nn.Tanh(), nn.Dropout(dropout), nn.Linear(width, 1))

    def forward(self, x, condition=None, *, features=False):
        return ganfw.Verdict([self.net(x.to(self.net[0].weight.dtype))])


class Logistic(ganfw.Loss):
    """The non-saturating loss."""

    def discriminator(self, real, fake):
        return softplus(-real).mean() + softplus(fake).mean()

    def generator(self, fake, real=None):
        return softplus(-fake).mean()


class GradientNorm(ganfw.Regularizer):
    """R1 with gamma 1."""

    second_order = True
    per_sample = True

    def forward(self, play):
        x = play.real.detach().requires_grad_()
        (gradient,) = torch.autograd.grad(play.judge(x).logits[0].sum(), x, create_graph=True)
        return 0.5 * gradient.square().sum(1).mean()


def ring(count=1024, modes=8, seed=0, dtype=torch.float32):
    """Points on a ring of Gaussians (standard deviation 0.02)."""
    rng = torch.Generator().manual_seed(seed)
    angle = torch.randint(modes, (count,), generator=rng) * (2 * math.pi / modes)
    centres = torch.stack([angle.cos(), angle.sin()], 1)
    return ganfw.ArrayData((centres + 0.02 * torch.randn(count, 2, generator=rng)).to(dtype))


def toy_gan(*, seed=0, width=32, regularizers=None, loss=None, dropout=0.0, norm=False, **settings):
    """A two-player game on points with weights that depend on ``seed`` alone."""
    torch.manual_seed(seed)
    generator = ToyGenerator(width, dropout=dropout, norm=norm)
    discriminator = ToyDiscriminator(width, dropout=dropout)
    return ganfw.TwoPlayerGAN(generator, discriminator, loss or Logistic(), regularizers=regularizers, **settings)


def toy_trainer(gan=None, data=None, **settings):
    """A quiet trainer with quick Adam."""
    adam = ganfw.AdamConfig(lr=1e-3, betas=(0.0, 0.99))
    gan = gan if gan is not None else toy_gan()
    names = {phase.optimizer_name for phase in gan.phases}
    settings = {"steps": 10, "batch_size": 16, "tracker": None, "sample_every": None, **settings}
    return ganfw.Trainer(
        gan, data if data is not None else ring(), **{"optimizers": dict.fromkeys(names, adam), **settings}
    )


def weights(gan):
    """All of a GAN's state as one vector of float64, on the CPU."""
    return torch.cat([tensor.cpu().double().flatten() for tensor in gan.state_dict().values()])
