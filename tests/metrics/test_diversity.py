"""Diversity, likeness and smoothness, on samples whose figures are known."""

import math
import sys

import pytest
import torch
from real_pictures import decoded, mnist

import ganfw
from ganfw.specs import ImageSpec
from ganfw_metrics import MSSSIM, PPL, FeatureDiversity, Identity, MNISTClassifier
from ganfw_metrics.diversity.ppl import between


def test_unlike_pairs_by_hand(evaluation, scores):
    """The pairs are the first with the third and the second with the fourth: at right angles, and opposite."""
    fake = torch.tensor([[1.0, 0], [1, 0], [0, 3], [-2, 0]])
    found = scores(FeatureDiversity(Identity()), evaluation(torch.ones(4, 2), fake))
    assert found["feature-diversity"].value == pytest.approx((1 + 2) / 2)
    assert found["feature-diversity-real"].value == pytest.approx(0, abs=1e-6)


def test_one_digit_is_less_diverse_than_ten(evaluation, scores):
    pictures, digits = mnist()
    found = scores(FeatureDiversity(MNISTClassifier()), evaluation(pictures, decoded(pictures[digits == 3])))
    assert found["feature-diversity"].value < found["feature-diversity-real"].value / 2


def test_ms_ssim_of_equal_pictures_is_one(evaluation, scores, rng):
    real = torch.randint(256, (8, 3, 64, 64), generator=rng, dtype=torch.uint8)
    found = scores(MSSSIM(64), evaluation(real, torch.rand(1, 3, 64, 64, generator=rng).repeat(8, 1, 1, 1)))
    assert found["ms-ssim"].value == pytest.approx(1, abs=1e-6)
    assert abs(found["ms-ssim-real"].value) < 0.2
    assert found["ms-ssim"].better == "lower"
    assert found["ms-ssim"].protocol["scales"] == 3


@pytest.mark.parametrize(("size", "scales"), [(11, 1), (22, 2), (44, 3), (98, 3), (99, 4), (176, 5), (256, 5)])
def test_as_many_scales_as_a_picture_has_room_for(size, scales):
    metric = MSSSIM(size)
    assert len(metric.weights) == scales
    assert sum(metric.weights) == pytest.approx(1)
    x = torch.zeros(1, 1, size, size)
    assert metric.similarity(x, x, data_range=2.0, betas=metric.weights).item() == pytest.approx(1)


def test_ms_ssim_refuses_what_it_cannot_do(monkeypatch):
    with pytest.raises(ganfw.GanfwError, match="windows of 11 pixels, but the pictures have 8"):
        MSSSIM(8)
    monkeypatch.setitem(sys.modules, "torchmetrics.functional.image", None)
    with pytest.raises(ganfw.GanfwError, match=r"pip install 'ganfw-metrics\[ms-ssim\]'"):
        MSSSIM(64)


def test_lerp_is_straight_and_slerp_keeps_to_the_sphere():
    start, end = torch.tensor([[2.0, 0.0]]), torch.tensor([[0.0, 2.0]])
    middle = torch.tensor([[0.5]])
    torch.testing.assert_close(between(start, end, middle, "lerp"), torch.tensor([[1.0, 1.0]]))
    torch.testing.assert_close(between(start, end, middle, "slerp"), torch.tensor([[math.sqrt(2), math.sqrt(2)]]))
    third = between(start, 2 * end, torch.tensor([[1 / 3]]), "slerp")  # 30 degrees on, a third of the way from 2 to 4
    torch.testing.assert_close(third, torch.tensor([[math.cos(math.pi / 6), 0.5]]) * (2 + 2 / 3))


@pytest.mark.parametrize("path", ["lerp", "slerp"])
def test_both_paths_begin_and_end_at_their_latents(path, rng):
    start, end = torch.randn(2, 5, 3, generator=rng)
    torch.testing.assert_close(between(start, end, torch.zeros(5, 1), path), start)
    torch.testing.assert_close(between(start, end, torch.ones(5, 1), path), end)
    torch.testing.assert_close(between(start, start, torch.full((5, 1), 0.3), path), start)
    assert between(start, -start, torch.full((5, 1), 0.3), path).isfinite().all()


class Circle(ganfw.Generator):
    """Goes round the unit circle ``turns`` times as fast as its first latent."""

    latent_dim = 1

    def __init__(self, turns):
        super().__init__()
        self.turns = torch.nn.Parameter(torch.tensor(turns))

    def forward(self, z, condition=None):
        return torch.cat([(self.turns * z).cos(), (self.turns * z).sin()], 1)


class Made(ganfw.GAN):
    averaged = ("generator",)

    def __init__(self, **networks):
        super().__init__()
        for name, network in networks.items():
            setattr(self, name, network)
        self.phases = []


def judged(evaluation, gan, count=500):
    found = evaluation(torch.zeros(4, 2), torch.zeros(4, 2), count=count)
    found.model.gan = gan
    return found


def test_ppl_is_the_squared_speed_along_the_path(evaluation, scores):
    """On the unit circle speed is |turns · (z₂ − z₁)|, whose square has the expectation 2 turns²."""
    found = [
        scores(PPL(Identity(), path="lerp"), judged(evaluation, Made(generator=Circle(t))))["ppl"] for t in (1.0, 3.0)
    ]
    assert abs(found[0].value - 2) < 4 * found[0].standard_error
    assert found[1].value == pytest.approx(9 * found[0].value, rel=1e-2)
    facts = {"path": "lerp", "epsilon": 1e-4, "distance": "between features of length 1", "extractor": "identity"}
    assert facts.items() <= found[0].protocol.items()
    assert found[0].better == "lower"


def test_ppl_needs_one_generator(evaluation, scores):
    gan = Made(there=Circle(1.0), back=Circle(1.0))
    with pytest.raises(ganfw.GanfwError, match="one") as error:
        scores(PPL(Identity()), judged(evaluation, gan))
    assert str(error.value) == (
        "ppl moves the latents of one ganfw.Generator, but this model has 2 among its networks (there, back)"
    )


def test_the_conditions_of_the_data_are_given_to_the_generator(evaluation, scores):
    class Given(Circle):
        def forward(self, z, condition=None):
            assert condition.shape == (len(z),)
            return super().forward(z * condition[:, None])

    found = evaluation(
        torch.zeros(4, 2),
        torch.zeros(4, 2),
        condition=torch.tensor(
            [
                0,
                0,
                0,
                0,
            ]
        )[:4],
        count=6,
    )
    found.model.gan = Made(generator=Given(1.0))
    assert scores(PPL(Identity()), found)["ppl"].value == 0


def test_metrics_of_pictures_refuse_points():
    from ganfw.config.slots import Slot, configure
    from ganfw.specs import VectorSpec

    for name in ("ms-ssim", "class-modes"):
        config = configure(Slot("metric"), name, ("metrics",))
        with pytest.raises(ganfw.GanfwError, match=f"{name} works on pictures, but these are VectorSpec samples"):
            config.build(VectorSpec(2))
        config.build(ImageSpec(28, 1))
