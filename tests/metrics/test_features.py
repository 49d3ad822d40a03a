"""Features are computed once for all metrics, and those of real samples once for all evaluations."""

import pytest
import torch

import ganfw
from ganfw_metrics import FID, KID, PRDC, Identity
from ganfw_metrics.features import features_of


class Counting(Identity):
    """Counts the batches that it reads."""

    def __init__(self, factor=1.0):
        super().__init__()
        self.factor, self.batches = torch.nn.Parameter(torch.tensor(factor)), 0

    def forward(self, x):
        self.batches += 1
        return ganfw.Features(x.flatten(1) * self.factor)


@pytest.fixture
def sides(rng):
    return torch.randn(200, 4, generator=rng), torch.randn(100, 4, generator=rng)


def test_metrics_share_them(evaluation, scores, sides):
    judged = evaluation(*sides)
    for metric in (FID, KID, PRDC):
        scores(metric(Identity()), judged)  # each with an extractor of its own
    assert judged.model.calls == 1


def test_a_second_evaluation_computes_no_real_ones(evaluation, sides):
    first, second = Counting(), Counting()
    expected = features_of(evaluation(*sides), first, "real")
    found = features_of(evaluation(*sides), second, "real")
    assert (first.batches, second.batches) == (2, 0)
    assert found.features.equal(expected.features)


@pytest.mark.parametrize("change", ["data", "count", "seed", "weights"])
def test_what_they_depend_on_makes_new_ones(change, evaluation, sides):
    real, fake = sides
    features_of(evaluation(real, fake), Counting(), "real")
    extractor = Counting(2.0) if change == "weights" else Counting()
    settings = {"count": 90} if change == "count" else {"seed": 1} if change == "seed" else {}
    features_of(evaluation(real + 1 if change == "data" else real, fake, **settings), extractor, "real")
    assert extractor.batches == 2


def test_the_number_of_made_samples_makes_no_new_ones(evaluation, sides):
    real, fake = sides
    features_of(evaluation(real[:50], fake), Counting(), "real")
    extractor = Counting()
    features_of(evaluation(real[:50], fake[:60]), extractor, "real")
    assert extractor.batches == 0


def test_a_torn_file_is_named_and_made_again(evaluation, sides, cache, caplog):
    expected = features_of(evaluation(*sides), Identity(), "real")
    (file,) = (cache / "features").iterdir()
    file.write_bytes(file.read_bytes()[:100])
    assert features_of(evaluation(*sides), Identity(), "real").features.equal(expected.features)
    assert f"{file} cannot be read" in caplog.text
    caplog.clear()
    features_of(evaluation(*sides), Identity(), "real")
    assert caplog.text == ""


def test_a_folder_that_takes_no_files_costs_only_time(evaluation, sides, cache, caplog):
    cache.write_text("in the way")
    assert len(features_of(evaluation(*sides), Identity(), "real")) == 100
    assert "features cannot be kept" in caplog.text


def test_made_pictures_are_judged_as_they_would_be_saved(evaluation):
    fake = torch.tensor([0.0, 0.0011, -7.0, 1.5]).repeat(2, 1).view(2, 1, 2, 2)
    judged = evaluation(torch.zeros(4, 1, 2, 2, dtype=torch.uint8), fake)
    found = features_of(judged, Identity(), "fake").features[0]
    assert found.mul(127.5).add(127.5).tolist() == pytest.approx([128, 128, 0, 255], abs=1e-4)


def test_real_pictures_stay_as_they_are(evaluation):
    real = torch.arange(256, dtype=torch.uint8).view(64, 1, 2, 2)
    judged = evaluation(real, torch.zeros(64, 1, 2, 2))
    found = features_of(judged, Identity(), "real").features
    assert found.flatten().sort().values.equal(torch.div(real.flatten(), 127.5).sub(1))


def test_points_are_not_rounded(evaluation, sides):
    real, fake = sides
    assert features_of(evaluation(real, fake), Identity(), "fake").features.equal(fake)


def test_conditions_stay_with_their_samples(evaluation, rng):
    classes = torch.arange(50) % 5
    judged = evaluation(classes[:, None] + torch.zeros(50, 3), torch.zeros(50, 3), condition=classes)
    real = features_of(judged, Identity(), "real")
    assert real.features[:, 0].equal(real.condition.float())


def test_features_carry_no_graph(evaluation, sides):
    assert not features_of(evaluation(*sides), Counting(), "fake").features.requires_grad
