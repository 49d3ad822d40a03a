"""Every metric sees the same samples, in the same order, and core's own measures what it says."""

import math

import pytest
import torch
from toys import ring, toy_gan

import ganfw
from ganfw.metrics.sliced_wasserstein import SlicedWasserstein, distance, projections
from ganfw.model import Model


class Fixed(ganfw.GAN):
    """Makes what it is given by ``make(count, rng)``."""

    averaged = ("net",)

    def __init__(self, make):
        super().__init__()
        self.net, self.make = torch.nn.Linear(1, 1), make

    def sample(self, count, *, rng, condition=None):
        self.conditions = condition
        return self.make(count, rng)


def normal(mean, deviation=1.0, length=2):
    return lambda count, rng: mean + deviation * torch.randn(count, length, generator=rng)


def evaluation(make, data, spec=None, **settings):
    return ganfw.Evaluation(Model(Fixed(make), spec or data.spec, 0), data, **settings)


def gaussian(count=4000, seed=1):
    return ganfw.ArrayData(torch.randn(count, 2, generator=torch.Generator().manual_seed(seed)))


def test_samples_are_the_same_each_time():
    seen = ganfw.Evaluation(Model(toy_gan(), ganfw.VectorSpec(2), 0), ring(100), count=70, batch_size=32)
    for side in (seen.real, seen.fake):
        first, second = ([batch.x for batch in side()] for _ in range(2))
        assert [len(x) for x in first] == [32, 32, 6]
        assert torch.equal(torch.cat(first), torch.cat(second))
    assert len(torch.cat([batch.x for batch in seen.real()]).unique(dim=0)) == 70, "no real sample comes twice"


def test_fewer_real_samples_than_asked_for():
    seen = evaluation(normal(0), ring(50), count=64)
    assert (seen.real_count, seen.protocol["real_count"], seen.protocol["fake_count"]) == (50, 50, 64)
    assert sum(len(batch) for batch in seen.real()) == 50


def test_a_conditional_model_gets_the_conditions_of_real_samples():
    labels = torch.arange(6).repeat(5)
    data = ganfw.ArrayData(torch.randn(30, 2), condition=labels)
    seen = evaluation(normal(0), data, count=60, batch_size=60)
    (fake,) = seen.fake()
    assert fake.condition.bincount().tolist() == [10] * 6
    assert torch.equal(seen.model.gan.conditions, fake.condition)


def test_nothing_global_is_touched():
    seen, before = evaluation(normal(0), gaussian(100), count=50), torch.get_rng_state()
    list(SlicedWasserstein().measure(seen))
    assert torch.equal(torch.get_rng_state(), before)


def test_the_distance_of_one_set_from_itself_is_zero():
    x = projections(torch.randn(100, 5), 16, 0)
    assert distance(x, x[torch.randperm(100)]).item() == pytest.approx(0, abs=1e-6)


def test_a_shift_is_found_in_closed_form():
    """Moved by m, every projection moves by θ·m, and E(θ·m)² = |m|²/F for unit θ in F dimensions."""
    x = torch.randn(500, 3, generator=torch.Generator().manual_seed(0))
    moved = x + torch.tensor([3.0, 0.0, 0.0])
    assert distance(projections(x, 4096, 0), projections(moved, 4096, 0)).item() == pytest.approx(
        3 / math.sqrt(3), rel=0.03
    )


def test_two_gaussians():
    """W₂² of N(μ, σ²) and N(0, 1) is μ² + (σ − 1)² in one dimension, so in each direction of an isotropic one."""
    data = gaussian()
    for mean, deviation in ((2.0, 1.0), (0.0, 3.0)):
        (score,) = SlicedWasserstein().measure(evaluation(normal(mean, deviation), data, count=4000))
        expected = math.sqrt(mean**2 + (deviation - 1) ** 2)  # |μ|²/F with μ = (m, m) and F = 2 is m²
        assert score.value == pytest.approx(expected, rel=0.05)
        assert 0 < score.standard_error < 0.1
        assert score.better == "lower"
        assert score.protocol["directions"] == 512
        assert score.protocol["data"] == data.fingerprint


def test_pictures_are_averaged_down_first():
    pictures = torch.rand(40, 3, 16, 16) * 2 - 1
    checker = 0.5 * ((torch.arange(16)[:, None] + torch.arange(16)) % 2 * 2 - 1)
    data = ganfw.ArrayData((pictures * 0.5).clamp(-1, 1))
    (score,) = SlicedWasserstein(size=8).measure(
        evaluation(lambda count, rng: pictures[:count] * 0.5 + checker, data, count=40)
    )
    assert score.value < 0.02, "a pattern of single pixels is not seen"


def test_tokens_are_refused():
    from ganfw.metrics.configs import SlicedWassersteinConfig

    with pytest.raises(ganfw.GanfwError, match=r"^sliced-wasserstein compares numbers, but the samples are tokens"):
        SlicedWassersteinConfig().build(ganfw.SequenceSpec(4, 10))


@pytest.mark.parametrize(
    ("spec", "condition", "settings", "message"),
    [
        (
            ganfw.ImageSpec(32), None, {},
            "the model makes ImageSpec(size=32, channels=3, condition=None), but the data are VectorSpec(length=2, "
            "condition=None); compare with data that were prepared as those that it learned from",
        ),
        (
            ganfw.VectorSpec(2, ganfw.Condition("class", 3)), None, {},
            "the model is conditioned on 3 class values, but the data have none; compare with data that have the same "
            "labels",
        ),
        (
            ganfw.VectorSpec(2, ganfw.Condition("class", 3)), [0, 1] * 5, {},
            "the model is conditioned on 3 class values, but the data have 2 class values; compare with data that have "
            "the same labels",
        ),
        (None, None, {"count": -1}, "count=-1: give the number of samples to compare, 1 or more"),
    ],
)  # fmt: skip
def test_what_cannot_be_compared_is_refused(spec, condition, settings, message):
    data = ganfw.ArrayData(torch.randn(10, 2), condition=condition)
    with pytest.raises(ganfw.GanfwError) as error:
        evaluation(normal(0), data, spec, **settings)
    assert str(error.value) == message
