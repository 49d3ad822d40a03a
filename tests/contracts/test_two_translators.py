"""Toy 3: two generators in one optimizer, two discriminators with replay buffers, generators first (CycleGAN)."""

import math

import torch

import ganfw
from ganfw_classic import MLPDiscriminator, MLPGenerator
from ganfw_losses import L1, LeastSquares


def points_to_points():
    return MLPGenerator(shape=(2,), bounded=False, hidden=(48, 48), latent_dim=2, norm="none")


class CycleGAN(ganfw.GAN):
    """Zhu et al. 2017, equation 3, on two clouds of points: the batch holds ``real`` (domain A) and ``b``."""

    averaged = ("ab", "ba")

    def __init__(self):
        super().__init__()
        self.ab, self.ba = points_to_points(), points_to_points()
        self.judge_a, self.judge_b = (MLPDiscriminator(shape=(2,), hidden=(48, 48)) for _ in "ab")
        self.pool_a, self.pool_b = ganfw.ReplayBuffer(256, (2,)), ganfw.ReplayBuffer(256, (2,))
        self.adversarial, self.distance = LeastSquares(), L1()
        self.phases = [
            ganfw.Phase("generators", ("ab", "ba"), self.generators_loss),
            ganfw.Phase("discriminators", ("judge_a", "judge_b"), self.discriminators_loss),
        ]

    def generators_loss(self, step):
        a, b = step.batch.real, step.batch.b
        fake_a, fake_b = self.ba(b), self.ab(a)
        step.shared.update(fake_a=fake_a, fake_b=fake_b)
        return {
            "adversarial_a": self.adversarial.generator(self.judge_a(fake_a).logits[0]),
            "adversarial_b": self.adversarial.generator(self.judge_b(fake_b).logits[0]),
            "cycle": 3 * (self.distance(self.ba(fake_b), a) + self.distance(self.ab(fake_a), b)),
        }

    def discriminators_loss(self, step):
        def versus(judge, real, fake):
            return self.adversarial.discriminator(judge(real).logits[0], judge(fake).logits[0])

        return {
            "a": versus(self.judge_a, step.batch.real, self.pool_a(step.shared["fake_a"], step)),
            "b": versus(self.judge_b, step.batch.b, self.pool_b(step.shared["fake_b"], step)),
        }


def cloud(count, seed):
    """An L of points: no rotation but the identity maps it to itself."""
    rng = torch.Generator().manual_seed(seed)
    along, arm = torch.rand(count, generator=rng), torch.rand(count, generator=rng) < 1 / 3
    zero = torch.zeros(count)
    points = torch.stack([torch.where(arm, along, zero), torch.where(arm, zero, 2 * along)], 1)
    return points - torch.tensor([0.2, 0.7]) + 0.05 * torch.randn(count, 2, generator=rng)


def moved(points):
    """Domain B: turned by 120 degrees and shifted."""
    turn = 2 * math.pi / 3
    rotation = torch.tensor([[math.cos(turn), math.sin(turn)], [-math.sin(turn), math.cos(turn)]])
    return points @ rotation + torch.tensor([1.0, 0.5])


def gan():
    torch.manual_seed(0)
    return CycleGAN()


def data():
    return ganfw.ArrayData(cloud(4096, seed=0), b=moved(cloud(4096, seed=1)))


def test_each_domain_is_translated_to_the_other_and_back(make_trainer, energy_distance):
    a, b = cloud(1000, seed=2), moved(cloud(1000, seed=3))
    decay = ganfw.Schedule(start=4e-3, end=2e-4, from_kimg=51, to_kimg=102)
    trainer = make_trainer(gan(), data(), steps=800, batch_size=128, lr=decay, betas=(0.5, 0.99))

    @torch.no_grad()
    def measure():
        ab, ba = trainer.ema.shadows["ab"], trainer.ema.shadows["ba"]
        cycle = (ba(ab(a)) - a).abs().mean() + (ab(ba(b)) - b).abs().mean()
        return cycle.item(), energy_distance(ab(a), b), energy_distance(ba(b), a)

    cycle, to_b, to_a = measure()
    assert cycle > 0.5
    assert min(to_a, to_b) > 0.3
    trainer.fit()
    cycle, to_b, to_a = measure()
    assert cycle < 0.1
    assert max(to_a, to_b) < 0.05


def test_the_discriminators_see_fakes_of_earlier_steps(make_trainer):
    game = gan()
    trainer = make_trainer(game, data(), steps=3, batch_size=128)
    trainer.fit()
    assert game.pool_a.filled == game.pool_b.filled == 256
    assert list(trainer.updaters) == ["ab+ba", "judge_a+judge_b"]


def test_resumes(make_trainer, assert_resumes):
    whole = assert_resumes(lambda run, steps: make_trainer(gan(), data(), run=run, steps=steps))
    assert whole.pool_a.pool.abs().sum() > 0
