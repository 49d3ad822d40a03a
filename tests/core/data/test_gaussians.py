"""Points whose modes are known."""

import numpy as np
import pytest

import ganfw
from ganfw.config.point_data import GaussiansConfig
from ganfw.specs import VectorSpec


def points(count=8000, **settings):
    data = ganfw.open_data("gaussians", count=count, **settings)
    return data, data.rows(np.arange(count), None)["real"]


def test_a_point_is_a_function_of_seed_and_index_alone():
    data, together = points()
    np.testing.assert_array_equal(data.rows(np.array([7]), None)["real"], together[7:8])
    assert (points(seed=1)[1] != together).any(1).all()
    assert data.spec == VectorSpec(2)
    assert together.dtype == np.float32


def test_points_stay_as_they_are_from_release_to_release():
    """As version 1 draws them: a run that goes on must see what it began with."""
    np.testing.assert_allclose(points()[1][:2], [[2.0255814, -0.0141261], [1.3579032, 1.4002988]], atol=1e-6)


@pytest.mark.parametrize(
    ("settings", "centres"),
    [
        ({"modes": 4, "scale": 1}, [(1, 0), (0, 1), (-1, 0), (0, -1)]),
        ({"layout": "grid", "modes": 2, "scale": 3}, [(-1.5, -1.5), (-1.5, 1.5), (1.5, -1.5), (1.5, 1.5)]),
    ],
)
def test_each_mode_is_where_the_layout_says_and_as_wide_as_asked(settings, centres):
    _, real = points(deviation=0.5, **settings)
    for mode, centre in enumerate(centres):
        mine = real[mode::4]
        # The mean of 2,000 points of deviation 0.5 is off by 0.011 on average; four times that is allowed.
        np.testing.assert_allclose(mine.mean(0), centre, atol=0.045)
        np.testing.assert_allclose(np.cov(mine.T), 0.25 * np.eye(2), atol=0.04)


def test_the_published_layouts_are_the_defaults():
    assert len(GaussiansConfig().centres()) == 8
    assert np.hypot(*np.array(GaussiansConfig().centres()).T) == pytest.approx(2)
    grid = np.array(GaussiansConfig(layout="grid", modes=5).centres())
    assert sorted({x for x, _ in grid}) == [-4, -2, 0, 2, 4]
    assert len(grid) == 25


def test_other_points_are_held_out():
    learned = GaussiansConfig()
    held_out = learned.held_out()
    assert held_out == GaussiansConfig(seed=1, count=10_000)
    assert held_out.build(None).fingerprint != learned.build(None).fingerprint
