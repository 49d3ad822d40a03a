"""Measures by closed forms."""

import math

import pytest
import torch

from ganfw.health import measures


def test_separation_is_the_area_under_the_roc_curve():
    """Of nine pairs, seven in order, one tie and one not: (7 + 0.5) / 9, by counting."""
    real, fake = torch.tensor([2.0, 0.5, 1.0]), torch.tensor([-1.5, 0.5, 0.7])
    assert measures.separation(real, fake).item() == pytest.approx(7.5 / 9)
    assert measures.separation(real + 100, fake + 100).item() == pytest.approx(7.5 / 9, rel=1e-5)


def test_separation_averages_the_logits_of_one_sample():
    real, fake = torch.tensor([[[3.0, -1.0]], [[0.0, 0.0]]]), torch.tensor([[[0.5, 0.5]]])
    assert measures.separation(real, fake).item() == 0.5


def test_diversity_is_a_ratio_of_standard_deviations():
    real = torch.tensor([[-1.0, 0.0], [1.0, 0.0]])
    assert measures.diversity(real, real / 4).item() == pytest.approx(0.25)
    assert measures.diversity(real, real[:1].expand(2, 2)).item() == 0


def test_nearest_sees_twins():
    real = torch.tensor([[0.0], [1.0], [2.0], [9.0]])
    assert measures.nearest(real, torch.tensor([[0.0], [3.0], [6.0]])).item() == pytest.approx(3.0)
    assert measures.nearest(real, torch.tensor([[5.0], [5.0], [7.0], [7.0]])).item() == 0


def test_remoteness_of_a_shift_is_the_mean_of_its_projections():
    """A shift by s moves every quantile of a direction θ by s·θ; E(s·θ)² = |s|²/F over the unit sphere."""
    real = torch.randn(2000, 20, generator=torch.Generator().manual_seed(0))
    shift = torch.zeros(20)
    shift[0] = 5
    assert measures.remoteness(real, real + shift).item() == pytest.approx(5 / math.sqrt(20), rel=0.15)
    assert measures.remoteness(10 * real, 10 * (real + shift)).item() == pytest.approx(5 / math.sqrt(20), rel=0.15)
    assert measures.remoteness(real, real).item() == 0


def test_missing_is_the_share_of_the_data_that_is_left_out():
    rng = torch.Generator().manual_seed(0)
    centres = torch.tensor([[0.0, 0.0], [10.0, 0.0], [0.0, 10.0], [10.0, 10.0]])
    real = centres.repeat_interleave(100, 0) + 0.1 * torch.randn(400, 2, generator=rng)
    cells = measures.Cells(real, 4)
    assert sorted(map(tuple, cells.centres.round().tolist())) == sorted(map(tuple, centres.tolist()))
    assert cells.missing(real).item() == 0
    assert cells.missing(real[:200]).item() == pytest.approx(0.5)
    assert cells.missing(real[:1]).item() == pytest.approx(0.75)


def test_features_are_short():
    assert measures.features(torch.zeros(2, 3, 64, 64)).shape == (2, 3 * 16 * 16)
    assert measures.features(torch.zeros(2, 1, 16000)).shape == (2, 1024)
    assert measures.features(torch.zeros(2, 5)).shape == (2, 5)
