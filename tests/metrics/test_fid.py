"""FID against closed forms, torchmetrics, and its own spread over repeated draws."""

import math

import numpy as np
import pytest
import torch

from ganfw_metrics import FID, Identity, frechet_distance


def gaussian(count, mean, covariance, rng):
    """Samples whose mean and covariance are exactly these."""
    mean, covariance = torch.tensor(mean).double(), torch.tensor(covariance).double()
    x = torch.randn(count, len(mean), generator=rng, dtype=torch.double)
    x = x - x.mean(0)
    white = x @ torch.linalg.inv(torch.linalg.cholesky(x.T @ x / (count - 1))).T
    return white @ torch.linalg.cholesky(covariance).T + mean


class Pass(torch.nn.Module):
    """What torchmetrics takes for a feature network: the pictures are the features."""

    num_features = 12

    def forward(self, x):
        return x.flatten(1)


def torchmetrics_fid(real, fake):
    from torchmetrics.image.fid import FrechetInceptionDistance

    metric = FrechetInceptionDistance(feature=Pass(), input_img_size=(3, 2, 2)).set_dtype(torch.float64)
    metric.update(real.view(-1, 3, 2, 2), real=True)
    metric.update(fake.view(-1, 3, 2, 2), real=False)
    return metric.compute().item()


def test_of_two_gaussians_along_the_axes(rng):
    """Dowson and Landau 1982: with commuting covariances, ‖Δμ‖² + Σ (√a − √b)² over the variances a and b."""
    real = gaussian(50, [0.0, 1.0, 2.0], torch.diag(torch.tensor([1.0, 4.0, 9.0])).tolist(), rng)
    fake = gaussian(70, [1.0, 1.0, 0.0], torch.diag(torch.tensor([4.0, 4.0, 1.0])).tolist(), rng)
    value, _ = frechet_distance(real, fake)
    assert value == pytest.approx((1 + 0 + 4) + (1 + 0 + 4), rel=1e-10)


def test_of_two_gaussians_at_an_angle(rng):
    """For 2 x 2 matrices Tr √P = √(Tr P + 2 √det P), here with P = Σ_r Σ_g, Tr P = 10 and det P = 9."""
    real = gaussian(50, [0.0, 0.0], [[2.0, 1.0], [1.0, 2.0]], rng)
    fake = gaussian(50, [0.0, 3.0], [[1.0, 0.0], [0.0, 3.0]], rng)
    p = torch.tensor([[2.0, 1.0], [1.0, 2.0]]) @ torch.tensor([[1.0, 0.0], [0.0, 3.0]])
    expected = 9 + 4 + 4 - 2 * math.sqrt(p.trace() + 2 * math.sqrt(p.det()))
    assert frechet_distance(real, fake)[0] == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("count", [400, 8])
def test_equals_torchmetrics(count, rng):
    """Also where the covariances have no full rank: 8 samples of 12 features."""
    mix = torch.randn(12, 12, generator=rng, dtype=torch.double)
    real = torch.randn(count, 12, generator=rng, dtype=torch.double) @ mix
    fake = torch.randn(count + 3, 12, generator=rng, dtype=torch.double) @ mix * 1.1 + 0.3
    assert frechet_distance(real, fake)[0] == pytest.approx(torchmetrics_fid(real, fake), rel=1e-4)


def test_of_the_same_samples_is_zero(rng):
    x = torch.randn(30, 5, generator=rng)
    assert frechet_distance(x, x.flip(0))[0] == pytest.approx(0, abs=1e-10)


def test_its_error_is_the_spread_of_repeated_draws(rng):
    scale = torch.linspace(0.5, 2, 6)
    drawn = [
        frechet_distance(
            torch.randn(400, 6, generator=rng) * scale, 0.3 + torch.randn(300, 6, generator=rng) * scale.flip(0)
        )
        for _ in range(200)
    ]
    values, errors = np.array(drawn).T
    assert errors.mean() == pytest.approx(values.std(), rel=0.12)  # the spread itself is known to 1 / √400 = 5%


def test_it_says_what_it_was_measured_with(evaluation, scores, rng):
    judged = evaluation(torch.randn(30, 4, generator=rng), torch.randn(20, 4, generator=rng))
    fid = scores(FID(Identity()), judged)["fid"]
    assert fid.better == "lower"
    assert fid.standard_error > 0
    assert fid.warning == "20 samples: FID is biased upwards below 10,000, so look at kid"
    assert fid.protocol == {
        "data": judged.data.fingerprint, "real_count": 20, "fake_count": 20, "seed": 0,
        "extractor": "identity", "weights": Identity().weights_hash, "precision": "float32",
    }  # fmt: skip


def test_from_ten_thousand_samples_on_it_has_no_warning(evaluation, scores, rng):
    x = torch.randn(10_000, 2, generator=rng)
    assert scores(FID(Identity()), evaluation(x, x))["fid"].warning == ""


def test_one_sample_is_refused(evaluation, scores):
    with pytest.raises(ValueError, match="at least 2") as error:
        scores(FID(Identity()), evaluation(torch.zeros(5, 2), torch.zeros(1, 2)))
    assert str(error.value) == (
        "fid needs at least 2 real and 2 made samples, but there are 1 real and 1 made ones. "
        "Give a larger count, or more data."
    )
