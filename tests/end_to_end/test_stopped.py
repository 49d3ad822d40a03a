"""A run that is asked to stop finishes its step and saves; the same command goes on, and nothing is lost."""

import signal
import time
from functools import cache

import psutil
import pytest
import torch
from short_runs import finish, start

from ganfw.training.checkpoint import Checkpoints


def wait_for(folder, pattern, running):
    while not list(folder.glob(pattern)):
        assert running.poll() is None, running.stderr.read().decode()
        time.sleep(0.01)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    """The final state of a run of so many processes that nothing happens to."""
    return cache(lambda processes: finish(tmp_path_factory.mktemp("undisturbed"), "run", processes))


def is_alive(process):
    return process.is_running() and process.status() != psutil.STATUS_ZOMBIE


@pytest.mark.slow
@pytest.mark.parametrize(
    ("number", "code", "processes", "workers"),
    [
        (signal.SIGTERM, 143, 1, 0), (signal.SIGINT, 130, 1, 0), (signal.SIGTERM, 143, 2, 1), (signal.SIGINT, 130, 2, 1)
    ],
)  # fmt: skip
def test_it_saves_and_goes_on(tmp_path, undisturbed, number, code, processes, workers):
    more = ("trainer.checkpoint_every=100000", f"trainer.workers={workers}")
    running = start(tmp_path, "run", processes, *more)
    wait_for(tmp_path, "run/logs/metrics.jsonl", running)
    time.sleep(0.5)
    children = psutil.Process(running.pid).children(recursive=True)
    running.send_signal(number)
    _, errors = running.communicate(timeout=40)
    assert not any(is_alive(child) for child in children)
    assert running.returncode == code, errors.decode()[-2000:]
    assert "ganfw: stopped; the same command goes on from the last checkpoint in run" in errors.decode()
    assert "Traceback" not in errors.decode()
    _, facts = Checkpoints(tmp_path / "run" / "checkpoints").newest()
    assert 0 < facts["step"] < 400
    resumed, unbroken = finish(tmp_path, "run", processes, *more), undisturbed(processes)
    assert [name for name in resumed if not torch.equal(resumed[name], unbroken[name])] == []


@pytest.mark.slow
@pytest.mark.parametrize("number", [0, 1])
@pytest.mark.parametrize("launcher", ["ganfw", "torchrun"])
def test_one_of_two_processes_is_killed(tmp_path, launcher, number):
    """The other ends within 30 seconds and says so, data workers end too, and the run goes on."""
    running = start(tmp_path, "run", 2, "trainer.workers=1", launcher=launcher)
    wait_for(tmp_path, "run/checkpoints/step-*", running)
    children = psutil.Process(running.pid).children(recursive=True)
    # A process's data worker has its parent's environment, and comes after it.
    processes = {child.environ()["RANK"]: child for child in reversed(children) if "RANK" in child.environ()}
    begun = time.monotonic()
    processes[str(number)].kill()
    _, errors = running.communicate(timeout=60)
    assert time.monotonic() - begun < 30
    errors = errors.decode()
    goes_on = "The same command goes on from the last checkpoint.\n"
    if launcher == "ganfw":
        assert running.returncode == 137, errors
        killed = "was ended by SIGKILL, as it is where memory runs out, and the others with it."
        assert errors.endswith(f"ganfw: process {number} of 2 {killed} {goes_on}")
    else:
        assert running.returncode == 1, errors
        assert f"ganfw: another process of this job has ended, so this one ends too. {goes_on}" in errors
    # torchrun adds a traceback of its own, but none comes from our processes.
    assert "site-packages/ganfw" not in errors
    assert "ganfw/training" not in errors
    assert not any(is_alive(child) for child in children)
    finish(tmp_path, "run", 2, "trainer.checkpoint_every=100000", launcher=launcher)
