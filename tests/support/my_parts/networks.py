"""One matrix each."""

from math import prod

import torch
from torch import nn

import ganfw


class LinearGenerator(ganfw.Generator):
    def __init__(self, shape, latent_dim):
        super().__init__()
        self.shape, self.latent_dim = shape, latent_dim
        self.matrix = nn.Linear(latent_dim, prod(shape))

    def forward(self, z, condition=None):
        return torch.tanh(self.matrix(z)).reshape(-1, *self.shape).to(z.dtype)


class LinearDiscriminator(ganfw.Discriminator):
    def __init__(self, shape):
        super().__init__()
        self.matrix = nn.Linear(prod(shape), 1)

    def forward(self, x, condition=None, *, features=False):
        flat = x.flatten(1)
        logits = self.matrix(flat).squeeze(1).to(x.dtype)
        return ganfw.Verdict([logits], [[flat]] if features else ())


class LinearEncoder(ganfw.Encoder):
    def __init__(self, shape, code_dim):
        super().__init__()
        self.code_dim = code_dim
        self.matrix = nn.Linear(prod(shape), code_dim)

    def forward(self, x, condition=None):
        return self.matrix(x.flatten(1)).to(x.dtype)


class LinearGeneratorConfig(ganfw.Config):
    latent_dim: int = 8
    """Length of the latent."""

    def build(self, spec):
        return LinearGenerator(spec.shape, self.latent_dim)


class LinearDiscriminatorConfig(ganfw.Config):
    def build(self, spec):
        return LinearDiscriminator(spec.shape)


class LinearEncoderConfig(ganfw.Config):
    code_dim: int = 8
    """Length of the code."""

    def build(self, spec):
        return LinearEncoder(spec.shape, self.code_dim)
