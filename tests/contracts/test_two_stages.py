"""Toy 6: the second stage starts from the first's weights, frozen, and adds a network that refines its samples."""

import pytest
import torch
from torch import nn

import ganfw
from ganfw_classic import MLPDiscriminator
from ganfw_losses import R1, NonSaturating


class Coarse(ganfw.Generator):
    """A linear map: it can only make a Gaussian. Its batch normalisation has buffers that must not move later."""

    latent_dim = 4

    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.BatchNorm1d(4), nn.Linear(4, 2))

    def forward(self, z, condition=None):
        return self.net(z)


class Refiner(nn.Module):
    """A sample and what made it, to a better sample; at the start it changes nothing."""

    def __init__(self, width=64):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(6, width), nn.LeakyReLU(0.2), nn.Linear(width, width), nn.LeakyReLU(0.2))
        self.last = nn.Linear(width, 2)
        nn.init.zeros_(self.last.weight)
        nn.init.zeros_(self.last.bias)

    def forward(self, x, z):
        return x + self.last(self.net(torch.cat([x, z], 1)))


class StageOne(ganfw.TwoPlayerGAN):
    def __init__(self):
        discriminator = MLPDiscriminator(shape=(2,), hidden=(64, 64))
        super().__init__(Coarse(), discriminator, NonSaturating(), regularizers={"r1": R1(0.02)})


class StageTwo(ganfw.GAN):
    """As StackGAN does (Zhang et al. 2017, section 3.3): one generator on top of another."""

    averaged = ("generator", "refiner")

    def __init__(self):
        super().__init__()
        self.generator, self.refiner = Coarse(), Refiner()
        self.discriminator = MLPDiscriminator(shape=(2,), hidden=(64, 64))
        self.adversarial = NonSaturating()
        # It names the generator too: whether that learns is up to who trains it.
        self.phases = [
            ganfw.Phase("discriminator", "discriminator", self.discriminator_loss),
            ganfw.Phase("generator", ("generator", "refiner"), self.generator_loss),
        ]

    def refined(self, z):
        return self.refiner(self.generator(z), z)

    def judge(self, x):
        return self.discriminator(x).logits[0]

    def discriminator_loss(self, step):
        fake = self.refined(step.noise(len(step.batch), 4))
        return {"adversarial": self.adversarial.discriminator(self.judge(step.batch.real), self.judge(fake))}

    def generator_loss(self, step):
        fake = self.refined(step.noise(len(step.batch), 4))
        return {"adversarial": self.adversarial.generator(self.judge(fake))}

    def sample(self, count, *, rng, condition=None):
        return self.refined(torch.randn(count, 4, generator=rng))


def crescent(count, seed=0):
    """A bent cloud, which no Gaussian is."""
    rng = torch.Generator().manual_seed(seed)
    angle = torch.rand(count, generator=rng) * torch.pi
    return 2 * torch.stack([angle.cos(), angle.sin()], 1) + 0.1 * torch.randn(count, 2, generator=rng)


@pytest.fixture
def stages(make_trainer, tmp_path):
    """Trainers of the two stages; the second exists once the first has a checkpoint."""

    def make(number, *, steps, run=None, batch_size=128, lr=2e-3):
        torch.manual_seed(number)
        gan = [StageOne, StageTwo][number - 1]()
        later = {"start": tmp_path / "one", "freeze": ["generator"]} if number == 2 else {}
        where = tmp_path / ["one", "two"][number - 1] if run is None else run
        return make_trainer(
            gan, ganfw.ArrayData(crescent(4096)), steps=steps, run=where, batch_size=batch_size, lr=lr,
            betas=(0.5, 0.99), **later,
        )  # fmt: skip

    return make


def test_the_second_stage_improves_on_the_first_and_leaves_it_as_it_is(stages, energy_distance):
    real = crescent(2000, seed=1)
    first = stages(1, steps=300)
    before = energy_distance(first.sample(2000), real)
    first.fit()
    coarse = energy_distance(first.sample(2000), real)
    assert coarse < 0.5 * before

    second = stages(2, steps=500)
    assert energy_distance(second.sample(2000), real) > 0.05
    second.fit()
    assert energy_distance(second.sample(2000), real) < 0.02
    wanted, found = first.gan.generator.state_dict(), second.gan.generator.state_dict()
    assert [name for name in wanted if not torch.equal(found[name], wanted[name])] == []
    assert list(second.updaters["generator+refiner"].names) == [f"refiner.{n}" for n, _ in Refiner().named_parameters()]


def test_the_discriminator_too_starts_from_the_first_stage(stages):
    first = stages(1, steps=3)
    first.fit()
    second = stages(2, steps=1)
    wanted = first.gan.discriminator.state_dict()
    assert all(torch.equal(tensor, wanted[name]) for name, tensor in second.gan.discriminator.state_dict().items())


def test_resumes(stages, assert_resumes):
    stages(1, steps=3).fit()
    assert_resumes(lambda run, steps: stages(2, run=run, steps=steps))
