"""The inception score of a perfect and of a useless classifier, and against torchmetrics."""

import pytest
import torch

import ganfw
from ganfw_metrics import Identity, InceptionScore, inception_score


class Logits(Identity):
    """A classifier whose logits are the samples themselves."""

    name = "logits"

    def forward(self, x):
        return ganfw.Features(x, x)


def test_of_sure_and_varied_classes_it_is_their_number():
    assert inception_score(1000 * torch.eye(7).repeat(3, 1)).item() == pytest.approx(7)


def test_of_a_classifier_that_knows_nothing_it_is_one():
    assert inception_score(torch.zeros(20, 7)).item() == pytest.approx(1)


def test_of_one_class_alone_it_is_one():
    assert inception_score(1000 * torch.eye(7)[:1].repeat(20, 1)).item() == pytest.approx(1)


@pytest.mark.filterwarnings("ignore:Metric `InceptionScore`")
@pytest.mark.filterwarnings("ignore:std")  # theirs, of one part
def test_equals_torchmetrics(rng):
    from torchmetrics.image.inception import InceptionScore as Theirs

    class Network(torch.nn.Module):
        def forward(self, x):
            return x.flatten(1)

    logits = 2 * torch.randn(40, 12, generator=rng)
    theirs = Theirs(feature=Network(), splits=1)
    theirs.update(logits.view(-1, 3, 2, 2))
    assert inception_score(logits).item() == pytest.approx(theirs.compute()[0].item(), rel=1e-4)


def test_it_is_the_mean_over_parts_with_their_spread(evaluation, scores, rng):
    fake = torch.randn(50, 6, generator=rng)
    score = scores(InceptionScore(Logits(), splits=5), evaluation(torch.zeros(50, 6), fake))["inception-score"]
    each = torch.stack([inception_score(part) for part in fake.split(10)])
    assert score.value == pytest.approx(each.mean().item())
    assert score.standard_error == pytest.approx(each.std().item() / 5**0.5)
    assert (score.better, score.protocol["splits"]) == ("higher", 5)


def test_it_needs_a_classifier_and_enough_samples(evaluation, scores):
    few = evaluation(torch.zeros(5, 2), torch.zeros(5, 2))
    with pytest.raises(ValueError, match="at least") as error:
        scores(InceptionScore(Identity()), few)
    assert str(error.value) == (
        "inception-score needs at least 10 made samples, but there are 5 made ones. Give a larger count, or more data."
    )
    with pytest.raises(ValueError, match="classifier") as error:
        scores(InceptionScore(Identity(), splits=2), few)
    assert str(error.value) == (
        "inception-score needs a classifier, but identity gives features alone. "
        "Set inception-score.extractor=efficientnet-lite0, or mnist-classifier for digits."
    )
