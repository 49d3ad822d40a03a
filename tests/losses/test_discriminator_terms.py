"""Drift, LeCam and consistency. Goldens: the papers' formulas, computed apart from this code."""

import pytest
import torch
from toys import ring, toy_gan, toy_trainer, weights

from ganfw.config.base import Schedule
from ganfw.game import Play, TwoPlayerGAN
from ganfw.networks import Discriminator, Verdict
from ganfw.terms import Augmentation
from ganfw_losses import (
    BalancedConsistency,
    Consistency,
    Drift,
    GradientPenalty,
    Hinge,
    HistoricalAveraging,
    LatentConsistency,
    LeCam,
    Orthogonal,
)

R, F = torch.tensor([2.0, 0.5, -1.0]).double(), torch.tensor([-1.5, 0.25, 1.0]).double()


class Told(Discriminator):
    """A sample is its own logit; each factor is a judge."""

    def __init__(self, factors=(1.0,)):
        super().__init__()
        self.bias = torch.nn.Parameter(torch.zeros(1, dtype=torch.float64))
        self.factors = factors

    def forward(self, x, condition=None, *, features=False):
        return Verdict([factor * (x[:, 0] + self.bias) for factor in self.factors])


class Changed(Augmentation):
    """Adds what is written down, first to the reals, then to the fakes."""

    def __init__(self, *changes):
        super().__init__()
        self.changes = list(changes)

    def forward(self, x, draw):
        return x + torch.tensor(self.changes.pop(0)).to(x)[:, None]


@pytest.fixture
def play(networks, make_step):
    """A play in which D(x) is R and D(G(z)) is F."""

    def make(term, factors=(1.0,), player="discriminator", **settings):
        gan = TwoPlayerGAN(networks["Fixed"](F[:, None]), Told(factors), Hinge(), regularizers={"term": term})
        return Play(gan, make_step(R[:, None], **settings), player)

    return make


def lecam(real_mean=0.8, fake_mean=-0.3, **settings):
    term = LeCam(**{"start": 0, **settings})
    term.real_mean.fill_(real_mean)
    term.fake_mean.fill_(fake_mean)
    return term


CHANGED = ([-0.2, 0.2, -0.1], [0.3, -0.2, 0.4])  # logits 1.8, .7, -1.1 and -1.2, .05, 1.4


@pytest.mark.parametrize(
    ("term", "golden"),
    [
        (Drift(), 0.00175),
        (lecam(weight=1.0), 3.84083333),
        (lecam(), 0.3 * 3.84083333),
        (Consistency(augmentation=Changed(*CHANGED)), 0.30),
        (BalancedConsistency(augmentation=Changed(*CHANGED)), 1.26666667),
    ],
)
def test_values(play, term, golden):
    assert term(play(term)).item() == pytest.approx(golden, abs=1e-6)


@pytest.mark.parametrize("term", [Drift(), lecam(), LatentConsistency(), Consistency(augmentation=Changed(*CHANGED))])
def test_the_generator_gets_no_gradient_in_the_discriminators_phase(networks, make_step, term):
    gan = TwoPlayerGAN(networks["Perceptron"](size=1), Told(), Hinge(), regularizers={"term": term})
    gan.generator.requires_grad_(False)  # as in the phase of the discriminator
    term(Play(gan, make_step(R[:, None]))).backward()
    assert gan.discriminator.bias.grad is not None
    assert all(p.grad is None for p in gan.generator.parameters())


@pytest.mark.parametrize(
    "make",
    [
        Drift,
        lambda weight: LeCam(weight, start=0),
        lambda weight: Consistency(weight, Changed(*CHANGED)),
        lambda weight: BalancedConsistency(weight, weight, Changed(*CHANGED)),
    ],
)
def test_weight_follows_a_schedule_over_images(play, make):
    halved, constant = make(Schedule(start=4.0, end=0.0, to_kimg=1.0)), make(2.0)
    assert halved(play(halved, images=500)).item() == pytest.approx(constant(play(constant)).item())


def test_terms_sum_over_judges(play):
    for make in (Drift, lambda: Consistency(augmentation=Changed(*CHANGED))):
        one, two = make(), make()
        assert two(play(two, (1.0, 2.0))).item() == pytest.approx(5 * one(play(one)).item())


def logged(real, fake):
    return {"discriminator/real": torch.tensor(real), "discriminator/fake": torch.tensor(fake)}.__getitem__


def test_lecams_anchors_are_moving_averages():
    # means of R and F: .5, -.08333333; decay .99
    term = lecam()
    term.after_step(logged(0.5, -0.08333333))
    assert term.real_mean.item() == pytest.approx(0.797)
    assert term.fake_mean.item() == pytest.approx(-0.29783333)


def test_lecam_is_off_until_it_starts_and_its_anchors_are_the_last_means(play):
    term = LeCam(start=2)
    for real in (0.5, 0.7):
        assert term(play(term)) == 0
        term.after_step(logged(real, -real))
        assert (term.real_mean.item(), term.fake_mean.item()) == pytest.approx((real, -real))
    assert term(play(term)) > 0


def test_lecam_divides_its_anchors_among_the_judges(play):
    one, two = lecam(0.8, -0.3, weight=1.0), lecam(1.6, -0.6, weight=1.0)  # what two equal judges log is summed
    assert two(play(two, (1.0, 1.0))).item() == pytest.approx(2 * one(play(one)).item())


def test_lecam_crosses_over(play):
    term = lecam(real_mean=-10.0, fake_mean=10.0)  # no real above the fakes' anchor, no fake below the reals'
    assert term(play(term)) == 0


def test_latent_consistency_is_for_both_players(networks, make_step):
    torch.manual_seed(0)
    term = LatentConsistency(discriminator_weight=1.0, generator_weight=2.0, std=0.1)
    gan = TwoPlayerGAN(networks["Perceptron"](), networks["Tanh"](), Hinge(), regularizers={"zcr": term})
    for player in ("discriminator", "generator"):
        play = Play(gan, make_step(torch.randn(5, 3)), player)
        value = term(play)
        again = make_step(torch.randn(5, 3))
        z, change = again.noise(5, 4), 0.1 * again.noise(5, 4)
        fake, moved = gan.generator(z), gan.generator(z + change)
        if player == "generator":
            expected = -2 * (fake - moved).square().mean()
        else:
            expected = (gan.discriminator(fake).logits[0] - gan.discriminator(moved).logits[0]).square().mean()
        torch.testing.assert_close(value, expected)


def test_consistency_flips_and_shifts_by_the_steps_own_randomness(make_step):
    term, x = Consistency(), torch.rand(8, 3, 16, 16) + 1
    changed = term.augmentation(x, make_step(x))
    assert changed.equal(term.augmentation(x, make_step(x)))
    assert not changed.equal(x)
    assert changed.amin() >= x.amin()  # mirrored, so that no zeros come in


class Noise(Augmentation):
    """A small change of points."""

    def forward(self, x, draw):
        return x + 0.1 * draw.noise(*x.shape)


MEANS = {
    "one-sided": lambda: GradientPenalty(one_sided=True),
    "drift": Drift,
    "lecam": lambda: LeCam(start=1),
    "cr": lambda: Consistency(augmentation=Noise()),
    "bcr": lambda: BalancedConsistency(augmentation=Noise()),
    "zcr": LatentConsistency,
    "orthogonal": Orthogonal,
    "historical-averaging": HistoricalAveraging,
}


@pytest.mark.parametrize("name", MEANS)
def test_two_micro_batches_are_one_batch(name):
    def train(micro_batches):
        gan = toy_gan(regularizers={"term": MEANS[name]()}).double()
        data = ring(64, dtype=torch.float64)
        return weights(toy_trainer(gan, data, steps=4, micro_batches=micro_batches, precision="float32").fit())

    torch.testing.assert_close(train(2), train(1), atol=1e-9, rtol=1e-7)
