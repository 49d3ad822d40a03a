"""Tiny players for the tests of ganfw-losses."""

import pytest
import torch
from torch import Tensor, nn

from ganfw.game import TwoPlayerGAN
from ganfw.gan import Phase
from ganfw.networks import Discriminator, Generator, Verdict
from ganfw.training.step import Batch, Step


class Quadratic(Discriminator):
    """D(x) = ½ xᵀAx, so ∇D = Ax for a symmetric A. Each factor adds a judge with factor · D."""

    def __init__(self, factors=(1.0,)):
        super().__init__()
        self.A = nn.Parameter(torch.tensor([[2.0, 1.0], [1.0, 3.0]]))
        self.factors = factors

    def forward(self, x: Tensor, condition=None, *, features=False):
        value = (x @ self.A * x).sum(1) / 2
        return Verdict([factor * value for factor in self.factors])


class Linear(Discriminator):
    """D(x) = w·x."""

    def __init__(self, *w):
        super().__init__()
        self.w = nn.Parameter(torch.tensor(w))

    def forward(self, x: Tensor, condition=None, *, features=False):
        return Verdict([x @ self.w])


class Tanh(Discriminator):
    """Two layers with a tanh between them, smooth enough for finite differences; the hidden one is a feature."""

    def __init__(self, size=3, width=8, heads=None):
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(size, width), nn.Tanh(), nn.Linear(width, 1))
        self.heads = heads or {}
        self.further = nn.ModuleDict({name: nn.Linear(width, length) for name, length in self.heads.items()})

    def forward(self, x: Tensor, condition=None, *, features=False):
        hidden = self.layers[:2](x)
        heads = {name: head(hidden) for name, head in self.further.items()}
        return Verdict([self.layers[2](hidden)], [[hidden]] if features else (), heads)


class Perceptron(Generator):
    """Two layers from 4 latents."""

    latent_dim = 4

    def __init__(self, size=3):
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, size))

    def forward(self, z: Tensor, condition=None):
        return self.layers(z)


class Fixed(Generator):
    """Always the same samples, whatever the latents."""

    latent_dim = 1

    def __init__(self, samples):
        super().__init__()
        self.samples = nn.Parameter(samples)

    def forward(self, z: Tensor, condition=None):
        return self.samples


@pytest.fixture
def networks():
    """The network classes of this file, by name."""
    return {cls.__name__: cls for cls in (Quadratic, Linear, Tanh, Perceptron, Fixed)}


@pytest.fixture
def real():
    """The reals of all goldens of penalties."""
    return torch.tensor([[1.0, 0.0], [0.5, -1.0]], dtype=torch.float64)


@pytest.fixture
def fake():
    """The fakes of all goldens of penalties."""
    return torch.tensor([[0.0, 2.0], [-1.0, 1.0]], dtype=torch.float64)


class RecordedStep(Step):
    """A step that keeps what is logged, and whose uniform draws can be given."""

    def __init__(self, batch, uniform=None, **settings):
        super().__init__(batch, **settings)
        self.logged = {}
        self._uniform = uniform

    def log(self, name, value):
        self.logged[name] = value

    def uniform(self, count, *shape):
        return super().uniform(count, *shape) if self._uniform is None else self._uniform


@pytest.fixture
def make_step():
    """A step on a batch of real samples."""
    return lambda real, **settings: RecordedStep(Batch({"real": real}), **settings)


@pytest.fixture
def take_steps():
    """Run the phases of a GAN by hand, as a trainer does: freeze the others, backward, step."""

    def take(gan: TwoPlayerGAN, real: Tensor, count: int = 2, **rest: Tensor) -> list[Tensor]:
        players = gan.networks()
        optimizers = {name: torch.optim.SGD(player.parameters(), lr=0.01) for name, player in players.items()}
        losses = []
        for index in range(count):
            step = RecordedStep(Batch({"real": real, **rest}), index=index, images=index * len(real))
            for phase in gan.phases:
                if phase.due(index):
                    losses.append(run(gan, phase, step, optimizers))
        return losses

    def run(gan, phase: Phase, step: Step, optimizers) -> Tensor:
        step.enter(phase.name)
        for name, player in gan.networks().items():
            player.requires_grad_(name in phase.network_names)
        loss = phase.gain * sum(phase.loss(step).values())
        optimizer = optimizers[phase.optimizer_name]
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        gan.after_optimizer(phase)
        return loss.detach()

    return take
