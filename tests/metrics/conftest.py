"""Evaluations of given samples."""

import pytest
import torch

import ganfw


class Replay:
    """A model that plays samples back, the same ones each time."""

    device = torch.device("cpu")

    def __init__(self, samples, spec):
        self.samples, self.spec, self.calls = samples, spec, 0

    def batches(self, count, *, seed=0, condition=None, batch_size=64):
        self.calls += 1
        yield from self.samples[:count].split(batch_size)


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("GANFW_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def evaluation():
    """Makes an evaluation of made samples against real ones."""

    def make(real, fake, *, condition=None, count=None, **settings):
        data = ganfw.ArrayData(real, condition=condition)
        return ganfw.Evaluation(Replay(fake, data.spec), data, count=count or len(fake), **settings)

    return make


@pytest.fixture
def scores():
    """Measures, and gives the scores by name."""
    return lambda metric, evaluation: {score.name: score for score in metric.measure(evaluation)}


@pytest.fixture
def rng():
    return torch.Generator().manual_seed(0)
