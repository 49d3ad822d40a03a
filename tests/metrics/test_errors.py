"""The bootstrap says what theory does where theory is known."""

import pytest
import torch

from ganfw_metrics.errors import bootstrap, standard_error


def test_the_bootstrap_of_a_mean_is_its_standard_error(rng):
    x = torch.randn(300, generator=rng)
    assert bootstrap(lambda x: x.mean().item(), x, seed=0) == pytest.approx(standard_error(x), rel=0.15)


def test_the_same_seed_resamples_alike(rng):
    x, y = torch.randn(2, 50, generator=rng)
    difference = lambda x, y: (x.mean() - y.mean()).item()  # noqa: E731
    first, same, other = (bootstrap(difference, x, y, seed=seed) for seed in (0, 0, 1))
    assert first == same != other
    assert first == pytest.approx((standard_error(x) ** 2 + standard_error(y) ** 2) ** 0.5, rel=0.15)
