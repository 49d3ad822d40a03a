"""A run that is killed at a random moment goes on by the same command, and ends with the weights of an unbroken one."""

import random
import time

import pytest
import torch
from killing import kill_all
from short_runs import finish, start


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
