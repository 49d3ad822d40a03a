"""What only a GPU can show: real graphs train to the bits of single kernels, and no step waits for the device."""

from contextlib import contextmanager

import pytest
import torch
from recordable import GAMES
from tapes import everything, go_on, run

from ganfw.cli.opening import open_stage
from ganfw.config.resolve import resolve
from ganfw.data.stream import Stream, batches
from ganfw.training.graphs import CUDACapture

pytestmark = [
    pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device"),
    pytest.mark.filterwarnings("ignore:.*deterministic"),  # what has no such kernel says so and runs
    pytest.mark.filterwarnings("ignore:Synchronization debug mode is a prototype"),
]


class Counted(CUDACapture):
    """Counts what it records."""

    def __init__(self, trainer):
        super().__init__(trainer.device)
        self.recorded = 0

    def __call__(self, body):
        replay = super().__call__(body)
        self.recorded += 1
        return replay


@contextmanager
def without_waiting():
    try:
        torch.cuda.set_sync_debug_mode("error")
        yield
    finally:
        torch.cuda.set_sync_debug_mode("default")


@pytest.fixture(autouse=True)
def deterministic(monkeypatch):
    monkeypatch.setenv("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    torch.use_deterministic_algorithms(True, warn_only=True)
    yield
    torch.use_deterministic_algorithms(False)


@pytest.mark.parametrize("precision", ["float32", "bf16"])
@pytest.mark.parametrize("name", GAMES)
def test_a_hundred_steps_are_the_same_to_the_bit(name, precision, caplog):
    make, data, settings = GAMES[name]
    as_it_is, _, means = run(make(), data(), tape=None, precision=precision, **settings)
    recorded, capture, recorded_means = run(make(), data(), tape=Counted, precision=precision, **settings)
    assert not caplog.records
    assert capture.recorded >= 2
    one, other = everything(recorded), everything(as_it_is)
    if name == "ADA":  # reading between pixels has no deterministic gradient on CUDA
        torch.testing.assert_close(one, other, rtol=0, atol=1e-2)
        return
    for key in one:
        assert torch.equal(one[key], other[key]), key
    assert recorded_means == means


@pytest.mark.parametrize("name", GAMES)
def test_no_step_waits_for_the_device(name):
    make, data, settings = GAMES[name]
    trainer, _, _ = run(make(), data(), tape=Counted, steps=40, log_every=10**6, **settings)
    stream = Stream(trainer.data, batch_size=trainer.config.batch_size, seed=0)
    for batch in batches(stream, 40, 50, device=trainer.device):
        with without_waiting():
            trainer.run_step(batch)


@pytest.mark.parametrize("name", GAMES)
def test_no_step_that_runs_as_it_is_waits_for_the_device(name):
    make, data, settings = GAMES[name]
    trainer, _, _ = run(make(), data(), steps=10, tape=None, log_every=10**6, **settings)
    stream = Stream(trainer.data, batch_size=trainer.config.batch_size, seed=0)
    for batch in batches(stream, 10, 20, device=trainer.device):
        with without_waiting():
            trainer.run_step(batch)


@pytest.mark.parametrize("recipe", ["dcgan", "mlp", "wgan-gp"])
def test_a_run_that_was_broken_off_goes_on_to_the_bit(tmp_path, recipe):
    """Convolutions, whose weights lie in channels-last order and whose moments come from a file."""

    def trained(folder, steps):
        quiet = ["trainer.tracker=null", "trainer.sample_every=null", "trainer.health=false"]
        settings = ["image.size=16", "trainer.batch_size=8", f"trainer.steps={steps}", *quiet]
        trainer = open_stage(resolve(recipe, settings).stages[-1], run=folder)
        trainer.fit()
        return trainer

    unbroken = trained(tmp_path / "unbroken", 20)
    trained(tmp_path / "broken", 9)
    one, other = everything(unbroken), everything(trained(tmp_path / "broken", 20))
    assert all(torch.equal(one[key], other[key]) for key in one)


def test_going_on_after_what_failed_to_be_recorded(caplog):
    """A failed recording leaves streams, generators and memory in order: the other phase is recorded after it."""

    class Failing(Counted):
        failed = False

        def __call__(self, body):
            def reading():
                outputs = body()
                if not self.failed:
                    self.failed = True
                    outputs.logged.sum().item()
                return outputs

            return super().__call__(reading)

    make, data, _ = GAMES["dropout and batch normalisation"]
    as_it_is, _, _ = run(make(), data(), steps=40, tape=None)
    trainer, capture, _ = run(make(), data(), steps=40, tape=Failing)
    assert len(caplog.records) == 1
    assert capture.recorded >= 1
    one, other = everything(trainer), everything(as_it_is)
    assert all(torch.equal(one[key], other[key]) for key in one)
    go_on(trainer, 60)


def test_graphs_are_on_by_default():
    from toys import toy_gan, toy_trainer

    trainer = toy_trainer(toy_gan(), steps=8)
    go_on(trainer, 8)
    assert all(recording.replay for recording in trainer.graphs._recordings.values())
