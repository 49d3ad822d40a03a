"""A run that is killed at a random moment goes on by the same command, and ends with the weights of an unbroken one."""

import os
import random
import subprocess
import sys
import time

import pytest
import torch
from killing import kill_all

from ganfw.training.checkpoint import Checkpoints

TINY = [
    "image.size=8", "generator.width=4", "discriminator.width=4", "trainer.batch_size=8", "trainer.steps=400",
    "trainer.checkpoint_every=10", "trainer.sample_every=100", "trainer.sample_count=4",
]  # fmt: skip


def start(folder, name, processes):
    command = [sys.executable, "-m", "ganfw", "train", "dcgan", "--run", name, *TINY]
    command += ["--num-processes", str(processes)] if processes > 1 else []
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "GANFW_CACHE": str(folder / "cache")}
    return subprocess.Popen(command, cwd=folder, env=environment, stderr=subprocess.PIPE)


def finish(folder, name, processes):
    running = start(folder, name, processes)
    _, errors = running.communicate()
    assert running.returncode == 0, errors.decode()[-2000:]
    state, facts = Checkpoints(folder / name / "checkpoints").newest()
    assert facts["step"] == 400
    return state


@pytest.mark.slow
@pytest.mark.parametrize(("seed", "processes"), [(0, 1), (1, 1), (2, 2)])
def test_the_same_command_goes_on_bit_for_bit(tmp_path, seed, processes):
    unbroken = finish(tmp_path, "unbroken", processes)
    running = start(tmp_path, "killed", processes)
    while len(list(tmp_path.glob("killed/checkpoints/step-*"))) < 2:
        assert running.poll() is None, running.stderr.read().decode()
        time.sleep(0.01)
    time.sleep(random.Random(seed).uniform(0, 1))
    assert running.poll() is None, "the run ended before it could be killed"
    kill_all(running.pid)
    running.communicate()
    resumed = finish(tmp_path, "killed", processes)
    assert resumed.keys() == unbroken.keys()
    assert [name for name in resumed if not torch.equal(resumed[name], unbroken[name])] == []
