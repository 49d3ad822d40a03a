"""Any number of processes follows the path of one, and a killed run goes on bit for bit (gloo, CPU)."""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch
from killing import kill_all
from safetensors.torch import load_file

from ganfw.training.averaging import average, gather
from ganfw.training.step import Batch, Step

JOB = Path(__file__).with_name("process_job.py")
ENVIRONMENT = {
    **os.environ,
    "OMP_NUM_THREADS": "1",
    "PYTHONPATH": str(Path(__file__).parents[2] / "support"),
}


def command(processes, *arguments):
    launcher = ["-m", "torch.distributed.run", "--standalone", "--nproc-per-node", str(processes)]
    return [sys.executable, *(launcher if processes > 1 else []), str(JOB), *map(str, arguments)]


def finish(processes, *arguments):
    done = subprocess.run(command(processes, *arguments), env=ENVIRONMENT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    return load_file(arguments[0])


GAMES = (
    "plain", "r1", "gradient-penalty", "path-length", "state", "balance", "pool", "groups", "batch-statistics",
    "micro-batches", "skip",
)  # fmt: skip
STEPS, HALF = 20, 10


def equal(found, wanted):
    apart = {name: (found[name] - wanted[name]).abs().max().item() for name in wanted}
    return {name: worst for name, worst in apart.items() if not worst < 1e-9}


@pytest.mark.slow
def test_any_number_of_processes_follows_the_path_of_one_and_goes_on_with_another(tmp_path):
    """In float64, to 1e-9 after 20 steps: weights, moving averages, the terms' state, running statistics, pools.

    What one of them meets that is not a number, all of them leave out or go back from.
    """

    def copy(name, new):
        shutil.copytree(tmp_path / name, tmp_path / new)
        return f"everything:{STEPS}:{tmp_path / new}"

    whole = [f"{name}:{STEPS}" for name in (*GAMES, "everything")]
    back = f"roll-back:{STEPS}:{tmp_path}"
    two = finish(2, tmp_path / "two", *whole, f"everything:{HALF}:{tmp_path / 'by-2'}", f"{back}/back-2")
    on_one = copy("by-2", "2-to-1")
    one = finish(1, tmp_path / "one", *whole, on_one, f"everything:{HALF}:{tmp_path / 'by-1'}", f"{back}/back-1")
    four = finish(4, tmp_path / "four", *whole, copy("by-1", "1-to-4"), copy("by-2", "2-to-4"))
    alone = {name: one[name] for name in (*GAMES, "everything")}
    assert equal(two, alone) == {}
    assert equal(four, alone) == {}
    assert equal({"": two["roll-back back-2"]}, {"": one["roll-back back-1"]}) == {}
    resumed = {name: state for name, state in {**one, **four}.items() if "-to-" in name}
    assert resumed.keys() == {f"everything {way}" for way in ("2-to-1", "1-to-4", "2-to-4")}
    assert equal(resumed, dict.fromkeys(resumed, one["everything"])) == {}
    assert not torch.equal(one["everything by-1"], one["everything"])


@pytest.mark.slow
@pytest.mark.parametrize(("processes", "seed"), [(1, 0), (1, 1), (1, 2), (2, 3)])
def test_a_killed_run_goes_on_bit_for_bit(tmp_path, processes, seed):
    unbroken = finish(processes, tmp_path / "unbroken.safetensors", f"broken:400:{tmp_path / 'unbroken'}")
    run = tmp_path / "killed"
    job = command(processes, tmp_path / "killed.safetensors", f"broken:400:{run}")
    broken = subprocess.Popen(job, env=ENVIRONMENT, stderr=subprocess.DEVNULL)
    while not list(run.glob("checkpoints/step-*")):
        assert broken.poll() is None, "the run ended before it could be killed"
        time.sleep(0.01)
    time.sleep(random.Random(seed).uniform(0, 0.5))
    kill_all(broken.pid)
    assert broken.wait() == -signal.SIGKILL
    assert not (tmp_path / "killed.safetensors").exists()
    resumed = finish(processes, tmp_path / "killed.safetensors", f"broken:400:{run}")
    assert torch.equal(resumed["broken killed"], unbroken["broken unbroken"])


def test_draws_of_two_parts_are_the_rows_of_the_whole():
    whole = Step(Batch({"real": torch.zeros(6, 1)}), index=3, seed=5)
    parts = [Step(Batch({"real": torch.zeros(3, 1)}), index=3, seed=5, part=i, parts=2) for i in range(2)]
    for draw in (
        lambda step: step.noise(len(step.batch), 4),
        lambda step: step.uniform(len(step.batch)),
        lambda step: step.integers(10, len(step.batch), 2),
    ):
        for step in (whole, *parts):
            step.enter("discriminator")
        torch.testing.assert_close(torch.cat([draw(part) for part in parts]), draw(whole), rtol=0, atol=0)


def test_draws_depend_on_seed_step_phase_and_order_alone():
    def draws(seed, index, phase):
        step = Step(Batch({"real": torch.zeros(3, 1)}), index=index, seed=seed)
        step.noise(3)  # what came before the phase does not matter
        step.enter(phase)
        return step.noise(3).tolist(), step.noise(3).tolist()

    torch.manual_seed(1)
    first = draws(0, 0, "generator")
    torch.manual_seed(2)
    assert draws(0, 0, "generator") == first
    others = [draws(1, 0, "generator"), draws(0, 1, "generator"), draws(0, 0, "discriminator")]
    assert len({str(x) for x in [first, *others]}) == 4
    assert first[0] != first[1]


def test_one_process_averages_and_gathers_nothing():
    x = torch.arange(3.0)
    average([x], 1)
    assert x.tolist() == [0, 1, 2]
    assert gather(x, 1) is x
