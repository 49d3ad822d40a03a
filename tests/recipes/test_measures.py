"""What the proofs measure, on sets whose figures are known."""

import math

import pytest
import torch
from zoo.measures.classes import best_pairing
from zoo.measures.codes import two_samples
from zoo.measures.critics import spearman
from zoo.proof import at_least, at_most, near, trial


def test_codes_and_classes_are_paired_for_the_largest_sum():
    # Taking the largest entry first (9) would leave 1 for the other row: 10, and not 8 + 7.
    assert best_pairing(torch.tensor([[9.0, 8.0], [7.0, 1.0]])) == 15
    assert best_pairing(torch.tensor([[5.0, 0.0, 4.0], [5.0, 0.0, 0.0]])) == 9


def test_rank_correlation_sees_the_order_alone():
    # By hand: ranks 0 1 2 3 and 0 1 3 2, 1 − 6 · 2 / (4 · 15) = 0.8.
    assert spearman([1, 2, 3, 4], [1, 10, 1000, 100]) == pytest.approx(0.8)
    assert spearman([1, 2, 3], [3.0, 2.0, -5.0]) == pytest.approx(-1)


def test_codes_of_the_prior_pass_as_often_as_the_level_says_and_others_do_not():
    rng = torch.Generator().manual_seed(0)
    pairs = torch.randn(40, 2, 100, 5, generator=rng)
    alike = [two_samples(x, y)[1] for x, y in pairs]
    # At level 0.05 two of 40 are expected to fail; more than six would come once in 600 times.
    assert sum(p <= 0.05 for p in alike) <= 6
    assert sum(alike) / 40 == pytest.approx(0.5, abs=0.15)
    assert all(two_samples(x, 1.5 * y + 0.5)[1] < 0.05 for x, y in pairs[:10])


def test_the_energy_distance_is_that_of_two_points():
    # One dimension, all of x at 0 and all of y at 3: 2 · 3 − 0 − 0.
    distance, _ = two_samples(torch.zeros(4, 1), torch.full((4, 1), 3.0))
    assert distance == pytest.approx(6)


def test_a_target_is_met_on_its_good_side_alone():
    low, high = at_most("kid-ratio", 0.3), at_least("recall", 0.5)
    assert [low.met(0.3), low.met(0.31), high.met(0.5), high.met(0.49)] == [True, False, True, False]
    assert not low.met(math.nan)
    assert not high.met(math.nan)
    assert [low.starts_bad(0.31), high.starts_bad(0.49), high.starts_bad(0.6)] == [True, True, False]
    assert [near(0.2).starts_bad(value) for value in (0.69, 0.71)] == [False, True]
    assert (str(low), str(high)) == ("kid-ratio ≤ 0.3", "recall ≥ 0.5")


def test_a_trial_sorts_what_it_is_given():
    made = trial("trainer.steps=1", near(0.2), "seed=1")
    assert (made.overrides, made.targets) == (("trainer.steps=1", "seed=1"), (near(0.2),))
