"""The penalties within a game: what they read from a play, weigh and log."""

import pytest
import torch

from ganfw.config.base import Schedule
from ganfw.game import Play, TwoPlayerGAN
from ganfw_losses import DRAGAN, R1, R2, GradientPenalty, Wasserstein, WeightClip


@pytest.fixture
def play(networks, real, fake, make_step):
    """A play of the quadratic discriminator on the samples of all goldens."""

    def make(regularizer, factors=(1.0,), **settings):
        generator, discriminator = networks["Fixed"](fake), networks["Quadratic"](factors).double()
        gan = TwoPlayerGAN(generator, discriminator, Wasserstein(), regularizers={"term": regularizer})
        return Play(gan, make_step(real, **settings))

    return make


@pytest.mark.parametrize(
    ("regularizer", "golden", "logged"),
    [
        (R1(gamma=1.0), 2.8125, {"discriminator/gradient_norm_real": 5.625**0.5}),
        (R2(gamma=1.0), 11.25, {"discriminator/gradient_norm_fake": 22.5**0.5}),
        (GradientPenalty(), 87.06387982, {"discriminator/gradient_norm": (5.15388203 + 1.39754249) / 2}),
    ],
)
def test_values_and_logs(play, regularizer, golden, logged):
    given = play(regularizer, uniform=torch.tensor([0.25, 0.75], dtype=torch.float64))
    assert regularizer(given).item() == pytest.approx(golden, abs=1e-6)
    assert {name: value.item() for name, value in given.step.logged.items()} == pytest.approx(logged, abs=1e-6)


def test_dragan_is_around_the_reals_and_asks_for_no_fakes(play):
    # Section 2: U for each element, α for each sample, and the norms; section 4.14: it "must not touch fakes".
    draws = {(2, 2): [[0.2, 0.6], [0.8, 0.4]], (2,): [0.5, 1.0]}
    given = play(DRAGAN())
    given.step.uniform = lambda *shape: torch.tensor(draws[shape], dtype=torch.float64)
    given.generator = None  # none could be made
    assert DRAGAN()(given).item() == pytest.approx(16.59813104, abs=1e-6)
    norm = (2.57874357 + 1.90950259) / 2
    assert given.step.logged["discriminator/gradient_norm_near_real"].item() == pytest.approx(norm, abs=1e-6)


def test_dragan_without_perturbation_is_on_the_reals(play):
    # Section 4.14. The gradients at the reals are (2, 1) and (0, -2.5), so √5 and 2.5 long.
    regularizer = DRAGAN(weight=3.0, target=2.0)
    given = play(regularizer)
    given.step.uniform = lambda *shape: torch.zeros(shape)
    assert regularizer(given).item() == pytest.approx(3 * ((5**0.5 - 2) ** 2 + 0.5**2) / 2)


@pytest.mark.parametrize("regularizer", [R1(), R2(), GradientPenalty(), DRAGAN()])
def test_only_the_discriminator_gets_a_gradient(play, regularizer):
    given = play(regularizer)
    regularizer(given).backward()
    assert given.discriminator.A.grad.abs().sum() > 0
    assert given.generator.samples.grad is None


def test_penalties_sum_over_judges(play):
    one, two = R1(gamma=1.0), R1(gamma=1.0)
    assert two(play(two, factors=(1.0, 2.0))).item() == pytest.approx(5 * one(play(one)).item())


@pytest.mark.parametrize("part", [R1, R2, GradientPenalty, DRAGAN])
def test_weight_follows_a_schedule_over_images(play, part):
    halved = part(Schedule(start=4.0, end=0.0, to_kimg=1.0))
    constant = part(2.0)
    assert halved(play(halved, images=500)).item() == pytest.approx(constant(play(constant)).item())


def test_a_lazy_penalty_gets_a_phase_with_its_gain(play, networks, fake):
    gan = TwoPlayerGAN(
        networks["Fixed"](fake), networks["Quadratic"]().double(), Wasserstein(), regularizers={"r1": R1(every=16)}
    )
    lazy = next(phase for phase in gan.phases if phase.name == "discriminator/r1")
    assert (lazy.every, lazy.gain, lazy.second_order) == (16, 16.0, True)


def test_weight_clip_bounds_every_parameter_after_the_discriminator_only(networks, take_steps):
    torch.manual_seed(0)
    gan = TwoPlayerGAN(
        networks["Perceptron"](), networks["Tanh"](), Wasserstein(), regularizers={"clip": WeightClip(0.01)}
    )
    take_steps(gan, torch.randn(5, 3), count=1)
    assert max(p.abs().max() for p in gan.discriminator.parameters()) <= 0.01
    assert max(p.abs().max() for p in gan.generator.parameters()) > 0.01


def test_penalties_refuse_a_discriminator_that_mixes_samples(networks):
    class Mixing(networks["Tanh"]):
        uses_batch_statistics = True

    for term in (R1(), R2(), GradientPenalty(), DRAGAN()):
        with pytest.raises(ValueError, match="mixes the samples"):
            TwoPlayerGAN(networks["Perceptron"](), Mixing(), Wasserstein(), regularizers={"term": term})
    TwoPlayerGAN(networks["Perceptron"](), Mixing(), Wasserstein(), regularizers={"clip": WeightClip()})
