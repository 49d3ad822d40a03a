"""On real pictures the figures order damage as an eye does: held-out pictures are near, and the worse, the farther."""

from itertools import pairwise

import pytest
import torch
from real_pictures import blurred, decoded, emoji, mnist, noisy

from ganfw_metrics import EfficientNetLite0, MNISTClassifier, frechet_distance, kernel_distance, prdc


@torch.no_grad()
def features(extractor, pictures):
    return torch.cat([extractor(batch).features for batch in pictures.split(64)])


def emoji_sides():
    """136 of the training emoji, and those that were set aside."""
    chosen = torch.randperm(1396, generator=torch.Generator().manual_seed(0))[:136]
    return emoji(indices=chosen), emoji("test"), EfficientNetLite0(64)


def digit_sides():
    """Every second held-out digit, and the others."""
    pictures = decoded(mnist()[0])
    return pictures[::2], pictures[1::2], MNISTClassifier()


SIDES = {"emoji": (emoji_sides, (2, 4, 8), (0.1, 0.4)), "digits": (digit_sides, (2, 4, 7), (0.2, 0.4, 0.8))}


@pytest.mark.parametrize("name", [pytest.param("emoji", marks=pytest.mark.slow), "digits"])
def test_fid_and_kid_grow_with_the_damage(name):
    sides, factors, strengths = SIDES[name]
    real, held_out, extractor = sides()
    nothing = noisy(torch.zeros_like(held_out), 1.0)
    blurs = [held_out, *(blurred(held_out, factor) for factor in factors)]
    noises = [held_out, *(noisy(held_out, strength) for strength in strengths), nothing]
    reference = features(extractor, real)
    for steps in (blurs, noises):
        seen = [features(extractor, pictures) for pictures in steps]
        fid = [frechet_distance(reference, these)[0] for these in seen]
        assert all(a < b for a, b in pairwise(fid)), fid
        kid = [kernel_distance(reference, these) for these in seen]
        assert all(b - a > 2 * max(error, other) for (a, error), (b, other) in pairwise(kid)), kid
        assert kid[0][0] < 3 * kid[0][1]  # held-out pictures are as good as real, by KID: FID cannot say so


def test_a_model_that_makes_only_ones_is_precise_and_covers_little():
    pictures, digits = mnist()
    extractor, ones = MNISTClassifier(), decoded(pictures[digits == 1])
    real, fake = features(extractor, decoded(pictures[::2])), features(extractor, noisy(ones.repeat(5, 1, 1, 1), 0.02))
    found = {name: each.mean().item() for name, each in prdc(real, fake, 5).items()}
    assert found["precision"] > 0.9
    assert found["recall"] < 0.2
    assert found["coverage"] < 0.2
