"""Metrics of models that are conditioned on classes."""

import pytest
import torch
from real_pictures import decoded, mnist

import ganfw
from ganfw_metrics import FID, ClassAccuracy, Identity, IntraFID, MNISTClassifier, frechet_distance


@pytest.fixture
def conditional(evaluation):
    """An evaluation of samples that were made for the conditions of the real ones; ``make(classes)`` makes them."""

    def judge(real, classes, make, **settings):
        judged = evaluation(real, torch.zeros(len(real), *real.shape[1:]), condition=classes, **settings)

        def batches(count, *, seed=0, condition=None, batch_size=64):
            yield from make(condition[:count]).split(batch_size)

        judged.model.batches = batches
        return judged

    return judge


def test_the_right_digits_are_counted(conditional, scores):
    pictures, digits = mnist()
    places = [torch.nonzero(digits == digit)[0].item() for digit in range(10)]

    def make(classes):
        shown = torch.where(classes < 8, classes, 0)  # it makes zeros for eights and nines
        return decoded(pictures[torch.tensor(places)[shown]])

    found = scores(ClassAccuracy(MNISTClassifier()), conditional(pictures, digits, make))
    assert found["class-accuracy"].value == pytest.approx(0.8)
    assert found["class-accuracy"].standard_error == pytest.approx((0.8 * 0.2 / 499) ** 0.5)
    assert found["class-accuracy-real"].value >= 0.98


def test_another_set_of_classes_is_refused(conditional, scores):
    pictures, digits = mnist()
    judged = conditional(pictures, digits % 3, lambda classes: torch.zeros(500, 1, 28, 28))
    with pytest.raises(ValueError, match="classifier of the data's 3 classes") as error:
        scores(ClassAccuracy(MNISTClassifier()), judged)
    assert str(error.value) == (
        "class-accuracy needs a classifier of the data's 3 classes, but mnist-classifier knows 10. "
        "Set another class-accuracy.extractor."
    )


@pytest.mark.parametrize("metric", [ClassAccuracy, IntraFID])
def test_a_model_without_classes_is_refused(metric, evaluation, scores):
    with pytest.raises(ValueError, match="needs a model of classes, but this one has no condition"):
        scores(metric(Identity()), evaluation(torch.zeros(5, 2), torch.zeros(5, 2)))
    vectors = evaluation(torch.zeros(5, 2), torch.zeros(5, 2), condition=torch.zeros(5, 3))
    with pytest.raises(ValueError, match="this one has a vector as condition"):
        scores(metric(Identity()), vectors)


def test_intra_fid_is_the_mean_over_classes(conditional, scores, rng):
    classes = torch.arange(60) % 2
    real = torch.randn(60, 3, generator=rng) + 5 * classes[:, None]
    noise = torch.randn(60, 3, generator=rng)
    judged = conditional(real, classes, lambda asked: noise + 5 * asked[:, None])
    found = scores(IntraFID(Identity()), judged)["intra-fid"]
    asked = torch.cat([batch.condition for batch in judged.fake()])
    parts = [frechet_distance(real[classes == c], noise[asked == c] + 5 * c) for c in (0, 1)]
    assert found.value == pytest.approx((parts[0][0] + parts[1][0]) / 2, rel=1e-6)
    assert found.standard_error == pytest.approx((parts[0][1] ** 2 + parts[1][1] ** 2) ** 0.5 / 2, rel=1e-6)
    assert found.warning == "30 samples: FID is biased upwards below 10,000, so look at kid"


def test_intra_fid_sees_classes_that_are_mixed_up(conditional, scores, rng):
    classes = torch.arange(200) % 2
    real = torch.randn(200, 3, generator=rng) + 5 * classes[:, None]
    noise = torch.randn(200, 3, generator=rng)
    right = conditional(real, classes, lambda asked: noise + 5 * asked[:, None])
    wrong = conditional(real, classes, lambda asked: noise + 5 * (1 - asked[:, None]))
    both = [scores(metric(Identity()), judged) for metric in (IntraFID, FID) for judged in (right, wrong)]
    assert both[1]["intra-fid"].value > both[0]["intra-fid"].value + 70  # 3 · 5² for each class
    assert both[3]["fid"].value == pytest.approx(both[2]["fid"].value, abs=0.5)


def test_intra_fid_needs_two_of_each_class(conditional, scores):
    judged = conditional(torch.zeros(5, 2), torch.tensor([0, 0, 0, 0, 1]), lambda asked: torch.zeros(5, 2))
    with pytest.raises(ganfw.GanfwError, match="one class") as error:
        scores(IntraFID(Identity()), judged)
    assert str(error.value) == (
        "intra-fid needs at least 2 real and 2 made samples of each of the 2 classes, but one class has 1. "
        "Give a larger count, or more data."
    )
