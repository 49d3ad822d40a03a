"""KID against closed forms, torchmetrics, and its own spread over repeated draws."""

import numpy as np
import pytest
import torch

from ganfw_metrics import KID, Identity, kernel_distance
from ganfw_metrics.distributions.kid import mmd2


def test_equals_torchmetrics(rng):
    from torchmetrics.image.kid import poly_mmd

    real, fake = torch.randn(40, 12, generator=rng).double(), 0.2 + torch.randn(40, 12, generator=rng).double()
    assert kernel_distance(real, fake)[0] == pytest.approx(poly_mmd(real, fake).item(), rel=1e-4)


def test_by_hand():
    """x = 0, 1, 2 and y = 1, 1, 1: k(x, x') is 1, 1, 27; k(y, y') is 8; k(x, y) is 1, 8, 27."""
    x, y = torch.tensor([[0.0], [1.0], [2.0]]), torch.ones(3, 1)
    assert mmd2(x.double(), y.double())[0] == pytest.approx((1 + 1 + 27) / 3 + 8 - 2 * (1 + 8 + 27) / 3)


def test_its_expectation_is_the_distance_between_moments(rng):
    """For one feature k = (x y + 1)³, so MMD² = 3 (Δm₁)² + 3 (Δm₂)² + (Δm₃)², m being the moments about zero.

    For N(0, 1) they are 0, 1, 0, and for N(½, 1) ½, 1¼, 1⅝.
    """
    drawn = [
        kernel_distance(torch.randn(100, 1, generator=rng), 0.5 + torch.randn(100, 1, generator=rng))[0]
        for _ in range(400)
    ]
    values = np.array(drawn)
    expected = 3 * 0.5**2 + 3 * 0.25**2 + 1.625**2
    assert values.mean() == pytest.approx(expected, abs=4 * values.std() / 20)
    assert values.std() / 20 < 0.1 * expected


def test_of_one_distribution_it_is_zero_on_average(rng):
    values = np.array([kernel_distance(*torch.randn(2, 20, 3, generator=rng))[0] for _ in range(500)])
    assert values.mean() == pytest.approx(0, abs=4 * values.std() / 500**0.5)
    assert (values < 0).any()


def test_its_variance_is_that_of_leaving_each_sample_out(rng):
    """The delete-one jackknife by plain loops: (b − 1) / b · Σ (θ₋ᵢ − mean of θ₋)² for each side."""
    x, y = torch.randn(2, 6, 3, generator=rng, dtype=torch.double)

    def estimate(x, y):
        def k(a, b):
            return (a @ b.T / 3 + 1) ** 3

        within = sum((k(side, side).sum() - k(side, side).trace()) / len(side) / (len(side) - 1) for side in (x, y))
        return within - 2 * k(x, y).mean()

    without = [[torch.cat([side[:i], side[i + 1 :]]) for i in range(6)] for side in (x, y)]
    left = [torch.stack([estimate(rest, y) for rest in without[0]]), torch.stack([estimate(x, r) for r in without[1]])]
    expected = [(5 / 6 * (each - each.mean()).square().sum()).item() for each in left]
    assert mmd2(x, y)[1] == pytest.approx(expected)


@pytest.mark.parametrize(("counts", "subsets", "size"), [((80, 80), 1, 80), ((200, 120), 10, 50)])
def test_its_error_is_the_spread_of_repeated_draws(counts, subsets, size, rng):
    drawn = [
        kernel_distance(
            torch.randn(counts[0], 4, generator=rng), 0.5 + 0.8 * torch.randn(counts[1], 4, generator=rng),
            subsets=subsets, subset_size=size,
        )
        for _ in range(200)
    ]  # fmt: skip
    values, errors = np.array(drawn).T
    assert np.sqrt((errors**2).mean()) == pytest.approx(values.std(), rel=0.15)


def test_the_same_seed_draws_the_same_subsets(rng):
    real, fake = torch.randn(50, 4, generator=rng), torch.randn(60, 4, generator=rng)
    first, same, other = (kernel_distance(real, fake, subsets=3, subset_size=20, seed=seed)[0] for seed in (1, 1, 2))
    assert first == same != other


def test_it_says_what_it_was_measured_with(evaluation, scores, rng):
    judged = evaluation(torch.randn(30, 4, generator=rng), torch.randn(20, 4, generator=rng))
    kid = scores(KID(Identity(), subsets=5, subset_size=10), judged)["kid"]
    assert (kid.better, kid.warning) == ("lower", "")
    assert kid.protocol["subsets"] == 5
    assert kid.protocol["subset_size"] == 10
    assert kid.protocol["extractor"] == "identity"
