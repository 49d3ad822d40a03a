"""Copies and duplicates are found, and new samples are not called either."""

import pytest
import torch

from ganfw_metrics import Identity, Memorisation
from ganfw_metrics.neighbours.memorisation import superiority


def test_superiority_by_hand():
    """Of the six pairs 1 < 2, 1 < 3, 1 < 3 and 2 < 3, 2 < 3 are smaller, and 2 = 2."""
    assert superiority(torch.tensor([1.0, 2.0]), torch.tensor([3.0, 2.0, 3.0])) == pytest.approx((5 + 0.5) / 6)


def test_three_shares_by_hand(evaluation, scores):
    """Among the real samples the nearest are 1, 1, 3 and 3 away, so that a half of them is within 2.

    The made ones are 1, 2, 4 and 7 from a real one and 1, 1, 2 and 15 from each other. Of the 16 pairs of a made and a
    real distance 4 are smaller and 2 equal.
    """
    real, fake = torch.tensor([[0.0], [1], [10], [13]]), torch.tensor([[2.0], [3], [5], [20]])
    found = scores(Memorisation(Identity(), near=0.5), evaluation(real, fake))
    values = {name: score.value for name, score in found.items()}
    assert values == pytest.approx({"memorisation": 5 / 16, "copies": 2 / 4, "duplicates": 3 / 4})


def judge(evaluation, scores, real, fake):
    return scores(Memorisation(Identity()), evaluation(real, fake, count=len(real)))


def test_new_samples_are_no_copies(evaluation, scores, rng):
    found = judge(evaluation, scores, torch.randn(1000, 3, generator=rng), torch.randn(1000, 3, generator=rng))
    score = found["memorisation"]
    assert abs(score.value - 0.5) < 3 * score.standard_error < 0.1
    assert found["copies"].value < 0.03
    assert found["duplicates"].value < 0.03


def test_copies_are_found(evaluation, scores, rng):
    real = torch.randn(400, 3, generator=rng)
    found = judge(evaluation, scores, real, real[torch.randperm(400, generator=rng)])
    assert found["memorisation"].value > 0.99
    assert found["copies"].value == 1
    assert found["duplicates"].value < 0.03


def test_a_tenth_of_copies_is_counted(evaluation, scores, rng):
    real, new = torch.randn(500, 3, generator=rng), torch.randn(450, 3, generator=rng)
    found = judge(evaluation, scores, real, torch.cat([new, real[:50]]))
    assert found["copies"].value == pytest.approx(0.1, abs=0.03)


def test_one_sample_again_and_again_is_a_duplicate(evaluation, scores, rng):
    real, few = torch.randn(400, 3, generator=rng), torch.randn(5, 3, generator=rng)
    found = judge(evaluation, scores, real, few.repeat(80, 1))
    assert found["duplicates"].value == 1
    assert found["copies"].value < 0.1


def test_samples_far_from_all_data_are_below_a_half(evaluation, scores, rng):
    real = torch.randn(200, 3, generator=rng)
    found = judge(evaluation, scores, real, torch.randn(200, 3, generator=rng) + 20)
    assert found["memorisation"].value < 0.01
    assert {score.better for score in found.values()} == {"lower"}
    assert found["copies"].protocol["near"] == 0.01
