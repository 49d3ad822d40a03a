"""Modes that are found, on points by eye and on digits by the classifier."""

import math

import pytest
import torch
from real_pictures import decoded, mnist
from toys import ring

from ganfw.config.slots import Slot, configure
from ganfw.specs import ImageSpec, VectorSpec
from ganfw_metrics.modes.classes import kl_to_uniform


def metric(spec, **given):
    return configure(Slot("metric"), given, ("metrics",)).build(spec)


def test_points_by_eye(evaluation, scores):
    """Two of the four centres have a point within 3 · 0.1, and three of five points are good."""
    centres = [[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [1.0, 1.0]]
    fake = torch.tensor([[0.0, 0.29], [0.1, 0.1], [0.0, 0.31], [1.29, 1.0], [5.0, 5.0]])
    judge = metric(VectorSpec(2), type="point-modes", centres=centres, deviation=0.1)
    found = scores(judge, evaluation(torch.zeros(5, 2), fake))
    assert (found["point-modes"].value, found["high-quality"].value) == (2, 3 / 5)
    assert found["high-quality"].standard_error == pytest.approx((0.6 * 0.4 / 4) ** 0.5)
    assert found["point-modes"].protocol["modes"] == 4


def test_a_ring_is_found_whole_by_its_own_samples(evaluation, scores):
    points = torch.from_numpy(ring(1024)._arrays["real"])
    judge = metric(VectorSpec(2), type="point-modes", ring=8, deviation=0.02)
    found = scores(judge, evaluation(points, points))
    assert found["point-modes"].value == 8
    # Within three deviations in the plane: 1 − exp(−3² / 2).
    assert found["high-quality"].value == pytest.approx(1 - math.exp(-4.5), abs=0.01)


def test_a_grid_is_centred():
    points = configure(
        Slot("metric"), {"type": "point-modes", "grid": 3, "scale": 2, "deviation": 0.1}, ("metrics",)
    ).points()
    assert len(points) == 9
    assert {x for point in points for x in point} == {-2, 0, 2}


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({}, "give one of ring, grid and centres"),
        ({"ring": 8, "grid": 5}, "give one of ring, grid and centres"),
        ({"centres": [[0], [0, 1]]}, "the centres have different numbers of coordinates"),
    ],
)
def test_one_layout_is_asked_for(given, message):
    with pytest.raises(ValueError, match=message):
        metric(VectorSpec(2), type="point-modes", deviation=0.1, **given)


def test_pictures_are_no_points():
    with pytest.raises(ValueError, match="point-modes") as error:
        metric(ImageSpec(8), type="point-modes", ring=8, deviation=0.1)
    assert str(error.value) == (
        "point-modes has centres with 2 coordinates, but the samples are ImageSpecs of 3 x 8 x 8"
    )


def test_divergence_from_equal_shares_by_hand():
    """Shares ½, ½, 0, 0 of four modes: log 2."""
    assert kl_to_uniform(torch.tensor([0, 1, 1, 0]), 4) == pytest.approx(math.log(2))
    assert kl_to_uniform(torch.arange(4), 4) == pytest.approx(0)


def test_all_ten_digits_are_found(evaluation, scores):
    pictures = mnist()[0]
    found = scores(metric(ImageSpec(28, 1), type="class-modes"), evaluation(pictures, decoded(pictures)))
    assert found["class-modes"].value == 10
    assert found["class-modes-kl"].value < 0.01
    assert found["class-modes-kl"].warning == ""


def test_dropped_digits_are_missed(evaluation, scores):
    pictures, digits = mnist()
    fake = decoded(pictures[digits < 5])
    kl = scores(metric(ImageSpec(28, 1), type="class-modes"), evaluation(pictures, fake))["class-modes-kl"]
    assert kl.value == pytest.approx(math.log(2), abs=4 * kl.standard_error + 0.02)


def test_stacked_digits_make_a_thousand_modes(evaluation, scores, rng):
    """With all samples as 7, 3, 1 there is one mode; with 500 random ones each is a new one, nearly."""
    pictures, digits = mnist()
    pictures = decoded(pictures)
    judge = metric(ImageSpec(28, 3), type="class-modes", stacked=True)
    same = torch.cat([pictures[digits == digit] for digit in (7, 3, 1)], 1)
    mixed = torch.cat([pictures[torch.randperm(500, generator=rng)] for _ in range(3)], 1)
    found = [scores(judge, evaluation(mixed, fake)) for fake in (same, mixed)]
    assert found[0]["class-modes"].value <= 3  # the classifier errs once or twice
    assert found[0]["class-modes-kl"].value == pytest.approx(math.log(1000), abs=0.3)
    # Of 1,000 modes 500 draws find 1,000 (1 − (1 − 1 / 1000)⁵⁰⁰) = 394.
    assert found[1]["class-modes"].value == pytest.approx(394, abs=25)
    assert found[1]["class-modes"].protocol["channels"] == "each by itself"
    assert found[1]["class-modes-kl"].warning == (
        "500 samples for 1,000 modes: about 1 of class-modes-kl comes from their small number"
    )
