"""What each contract test does: train quietly, compare clouds of points, and break a run off and resume it."""

import pytest
import torch

import ganfw
from ganfw.training.state import state_of


@pytest.fixture(autouse=True)
def _one_thread():
    """Tiny tensors gain nothing from more, and the numbers then do not depend on the machine's cores."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture
def make_trainer():
    """A quiet trainer with one Adam for every optimizer."""

    def make(gan, data, *, lr=1e-3, betas=(0.0, 0.99), **settings):
        adam = ganfw.AdamConfig(lr=lr, betas=betas)
        settings = {
            "optimizers": {phase.optimizer_name: adam for phase in gan.phases},
            "ema": ganfw.EMAConfig(half_life=5000),
            "log_every": 1000,
            "sample_every": None,
            "tracker": None,
            **settings,
        }
        return ganfw.Trainer(gan, data, **settings)

    return make


@pytest.fixture
def energy_distance():
    """2 E|x - y| - E|x - x'| - E|y - y'| (Székely and Rizzo 2013, eq. 2.5): zero only for equal distributions."""

    def distance(x, y):
        def mean(a, b):
            return torch.cdist(a.double(), b.double()).sum() / (len(a) * (len(b) - (a is b)))

        return (2 * mean(x, y) - mean(x, x) - mean(y, y)).item()

    return distance


@pytest.fixture
def assert_resumes(tmp_path):
    """Break a run off half-way: resumed, it is the unbroken run bit for bit, in all that a checkpoint holds."""

    def check(make, steps=40):
        unbroken, broken = make(tmp_path / "whole", steps), make(tmp_path / "part", steps // 2)
        unbroken.fit()
        broken.fit()
        resumed = make(tmp_path / "part", steps)
        resumed.fit()
        wanted, found, halfway = state_of(unbroken), state_of(resumed), state_of(broken)
        assert found.keys() == wanted.keys()
        assert [name for name in wanted if not torch.equal(found[name], wanted[name])] == []
        assert any(not torch.equal(halfway[name], wanted[name]) for name in halfway)
        return unbroken.gan

    return check
