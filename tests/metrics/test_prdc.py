"""Precision, recall, density and coverage on points that can be counted by eye, and against plain loops."""

import pytest
import torch

from ganfw_metrics import PRDC, Identity, prdc


def means(real, fake, k):
    return {name: each.mean().item() for name, each in prdc(real, fake, k).items()}


def test_by_eye():
    """With k = 1 the real balls are [-1, 1], [0, 2], [1, 3], [8, 12], [10, 14], [39, 41] and [40, 42].

    Of the made samples 0.5 lies in two of them, 9 in one, 11 in two, and 20 in none; the third, sixth and seventh hold
    none. The made balls are [-8, 9], [7, 11], [9, 13] and [11, 29], and hold all real samples but the last two.
    """
    real, fake = torch.tensor([[0.0], [1], [2], [10], [12], [40], [41]]), torch.tensor([[0.5], [9], [11], [20]])
    expected = {"precision": 3 / 4, "recall": 5 / 7, "density": 5 / 4, "coverage": 4 / 7}
    assert means(real, fake, 1) == pytest.approx(expected)


def test_balls_are_closed():
    """The real balls are [-2, 2] and [0, 4], the made ones [4, 8], [2, 6]: all touch, none holds more than its edge."""
    found = means(torch.tensor([[0.0], [2]]), torch.tensor([[6.0], [4]]), 1)
    assert found == {"precision": 1 / 2, "recall": 1 / 2, "density": 1 / 2, "coverage": 1 / 2}


def brute_force(real, fake, k):
    def radius(x, others):
        return sorted((x - other).norm().item() for other in others)[k]  # the first is x itself

    real_radii, fake_radii = [radius(x, real) for x in real], [radius(y, fake) for y in fake]
    inside = [[(x - y).norm().item() <= r for x, r in zip(real, real_radii, strict=True)] for y in fake]
    back = [[(x - y).norm().item() <= r for y, r in zip(fake, fake_radii, strict=True)] for x in real]
    return {
        "precision": sum(any(row) for row in inside) / len(fake),
        "recall": sum(any(row) for row in back) / len(real),
        "density": sum(sum(row) for row in inside) / k / len(fake),
        "coverage": sum(any(row[i] for row in inside) for i in range(len(real))) / len(real),
    }


@pytest.mark.parametrize("k", [1, 3, 5])
def test_equals_plain_loops(k, rng):
    real = torch.randn(40, 3, generator=rng, dtype=torch.double)
    fake = 0.5 + 0.7 * torch.randn(30, 3, generator=rng, dtype=torch.double)
    assert means(real, fake, k) == pytest.approx(brute_force(real, fake, k), rel=1e-12)


def test_blocks_change_nothing(monkeypatch, rng):
    from ganfw_metrics.neighbours import nearest

    real, fake = torch.randn(40, 3, generator=rng), torch.randn(30, 3, generator=rng)
    whole = means(real, fake, 3)
    monkeypatch.setattr(nearest, "_BLOCK_NUMBERS", 200)
    assert means(real, fake, 3) == whole


def test_the_same_samples_score_one(rng):
    x = torch.randn(50, 3, generator=rng)
    found = means(x, x.clone(), 3)
    assert (found["precision"], found["recall"], found["coverage"]) == (1, 1, 1)
    assert found["density"] >= 1


def test_one_mode_of_two_is_precise_and_does_not_cover(rng):
    near, far = torch.randn(100, 2, generator=rng), torch.randn(100, 2, generator=rng) + 50
    found = means(torch.cat([near, far]), torch.randn(200, 2, generator=rng), 5)
    assert found["precision"] > 0.9
    assert found["recall"] <= 0.5
    assert found["coverage"] <= 0.5


def test_it_makes_four_scores(evaluation, scores, rng):
    judged = evaluation(torch.randn(30, 4, generator=rng), torch.randn(20, 4, generator=rng))
    found = scores(PRDC(Identity(), k=3), judged)
    assert list(found) == ["precision", "recall", "density", "coverage"]
    assert {score.better for score in found.values()} == {"higher"}
    assert all(score.protocol["k"] == 3 and score.standard_error is not None for score in found.values())
    p = found["precision"].value
    assert found["precision"].standard_error == pytest.approx((p * (1 - p) / 19) ** 0.5)


def test_it_needs_more_samples_than_neighbours(evaluation, scores):
    with pytest.raises(ValueError, match="prdc needs at least 6 real and 6 made samples"):
        scores(PRDC(Identity()), evaluation(torch.zeros(5, 2), torch.zeros(9, 2)))
