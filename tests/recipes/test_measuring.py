"""Every measure gives its figures, of networks that are small enough to be made in a moment."""

from types import SimpleNamespace

import pytest
import torch
from zoo.measures import MEASURES, codes, labels, measure
from zoo.proof import Proof, Target, trial
from zoo.training import QUIET, train

import ganfw

TINY = ("image.size=8", "generator.width=4", "discriminator.width=4", "trainer.steps=20", "trainer.batch_size=8")


def subject(folder, recipe, *overrides, figure="kid", extractor="random"):
    proof = Proof(recipe, "", "", trial(*TINY, *overrides, Target(figure, most=1.0)), extractor=extractor)
    made = train(proof, proof.short, folder, further=QUIET)
    made.count = 40
    return made


@pytest.mark.slow
def test_pictures_and_critics(tmp_path):
    made = subject(tmp_path, "wgan", figure="critic-rank")
    found = measure(["sliced-wasserstein", "kid-ratio", "precision", "recall", "critic-rank"], made)
    assert found["checkpoints"] == 10
    assert -1 <= found["critic-rank"] <= 1
    assert found["kid-ratio"] == pytest.approx(found["kid"] / measure(["kid"], made.before())["kid"])
    assert 0 <= found["precision"] <= 1
    assert 0 <= found["recall"] <= 1


@pytest.mark.slow
def test_the_untrained_networks_are_those_that_training_began_with(tmp_path):
    made = subject(tmp_path, "dcgan", "trainer.steps=1", "optimizers.generator.lr=0", "optimizers.discriminator.lr=0")
    ours, before = made.gan.discriminator.state_dict(), made.untrained.discriminator.state_dict()
    assert all(torch.equal(value, ours[name]) for name, value in before.items() if "running" not in name)


@pytest.mark.slow
def test_few_labels(tmp_path, monkeypatch):
    monkeypatch.setattr(labels, "STEPS", 5)
    digits = "data={type: semi-supervised, data: {type: mnist5k, labels: true, border: 2}}"
    classes = ("discriminator.heads.class=10", "discriminator.logit_from=class", "regularizers.supervised.weight=1")
    made = subject(tmp_path, "dcgan", digits, "image.channels=1", "augmentation=null", *classes)
    found = measure(["test-error-ratio"], made)
    assert found["test-error-ratio"] == found["test-error"] / found["test-error-alone"]
    assert 0.5 < found["test-error"] <= 1  # twenty steps teach next to nothing


def test_codes_that_are_perfect():
    """An encoder that keeps a picture's pixels, a generator that gives them back, and pictures that are the prior."""
    rng = torch.Generator().manual_seed(0)
    real = (torch.randn(300, 1, 3, 3, generator=rng) * 0.3).clamp(-1, 1)
    classes = (real[:, 0, 0, 0] > 0).long()
    real[:, 0, 0, 0] += 2 * classes - 1
    data = ganfw.ArrayData(real.clamp(-1, 1).numpy(), condition=classes.numpy())
    gan = SimpleNamespace(
        encode=torch.nn.Flatten(), reconstruct=lambda x: x, generator=SimpleNamespace(prior=lambda noise: noise)
    )
    made = SimpleNamespace(gan=gan, held_out=data, seed=0, labelled=lambda held_out=False: data)
    assert codes.reconstruction(made) == {"reconstruction": 0, "reconstruction-ratio": 0}
    assert codes.neighbour_accuracy(made) == {"neighbour-accuracy": 1}
    assert codes.codes_against_prior(made)["codes-p"] < 0.05  # their deviation is 0.3, that of the prior 1


def test_every_figure_has_a_measure_that_says_what_it_does():
    assert all(function.__doc__ for function in MEASURES.values())
