"""Every way to start several processes gives one job of that many, or says why not."""

import os
import subprocess
import sys

import pytest
from short_runs import TINY

from ganfw.training.checkpoint import Checkpoints

TRAIN = ["ganfw", "train", "dcgan", "--run", "run", *TINY, "trainer.steps=4", "trainer.log_every=1"]
ACCELERATE = [sys.executable, "-m", "accelerate.commands.launch"]
TORCHRUN = [sys.executable, "-m", "torch.distributed.run"]


def start(folder, command, **environment):
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "GANFW_CACHE": str(folder / "cache"), **environment}
    pipe = subprocess.PIPE
    return subprocess.Popen(command, cwd=folder, env=environment, stdout=pipe, stderr=pipe, text=True)


def one_job_of_two(folder, *started):
    """A batch of 7 is refused by a job of two processes alone."""
    outputs = [process.communicate(timeout=200) for process in started]
    assert all(process.returncode for process in started)
    message = "ganfw: trainer.batch_size=7 does not divide into 2 process(es) times 1 micro-batch(es)"
    assert sum(errors.count(message) for _, errors in outputs) >= 1, outputs
    assert not (folder / "run").exists()


@pytest.mark.slow
def test_two_by_accelerate(tmp_path):
    """Without a GPU it has to be told: --multi_gpu is what makes it start several."""
    command = [*ACCELERATE, "--multi_gpu", "--num_processes", "2", "-m", *TRAIN]
    running = start(tmp_path, command, ACCELERATE_USE_CPU="true")
    out, errors = running.communicate(timeout=200)
    assert running.returncode == 0, errors
    assert (out.count("model:"), errors.count("step 4/4")) == (1, 1)
    assert Checkpoints(tmp_path / "run/checkpoints").newest()[1]["step"] == 4


@pytest.mark.slow
def test_the_one_process_of_accelerate_that_should_have_been_two_is_refused(tmp_path):
    running = start(tmp_path, [*ACCELERATE, "--cpu", "--num_processes", "2", "-m", *TRAIN])
    _, errors = running.communicate(timeout=200)
    assert running.returncode != 0
    assert (
        "ganfw: `accelerate launch` was asked for several processes, but without GPUs it starts only one. Use `ganfw "
        "train ... --num-processes N`, or ACCELERATE_USE_CPU=true accelerate launch --multi_gpu --num_processes N -m "
        "ganfw train ..., or torchrun.\n"
    ) in errors
    assert not (tmp_path / "run").exists()


@pytest.mark.slow
def test_two_machines(tmp_path):
    """Two launchers that know of each other by an address alone, on this machine."""
    port = 20_000 + os.getpid() % 10_000

    def machine(number, *settings, folder=tmp_path):
        where = ["--nnodes", "2", "--node-rank", str(number), "--master-addr", "127.0.0.1", "--master-port", str(port)]
        return start(folder, [*TORCHRUN, *where, "--nproc-per-node", "1", "-m", "--", *TRAIN, *settings])

    one_job_of_two(tmp_path, *(machine(number, "trainer.batch_size=7") for number in range(2)))
    machines = [machine(number) for number in range(2)]
    outputs = [each.communicate(timeout=200) for each in machines]
    assert [each.returncode for each in machines] == [0, 0], outputs
    assert [out.count("model:") for out, _ in outputs] == [1, 0]
    (elsewhere := tmp_path / "elsewhere").mkdir()
    outputs = [each.communicate(timeout=200) for each in (machine(0), machine(1, folder=elsewhere))]
    assert (
        "ganfw: the processes do not see the same checkpoints in run: the first goes on from step 4, another from step "
        "0. Give a folder with --run that all machines see.\n"
    ) in outputs[0][1]
