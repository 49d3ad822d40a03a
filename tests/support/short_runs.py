"""A short run of `ganfw train` in a process of its own, which a test can disturb."""

import os
import subprocess
import sys

from ganfw.training.checkpoint import Checkpoints

TINY = [
    "image.size=8", "generator.width=4", "discriminator.width=4", "trainer.batch_size=8", "trainer.steps=400",
    "trainer.checkpoint_every=10", "trainer.sample_every=100", "trainer.sample_count=4",
]  # fmt: skip


def start(folder, name, processes, *settings, launcher="ganfw"):
    command = ["-m", "ganfw", "train", "dcgan", "--run", name, *TINY, *settings]
    if launcher == "torchrun":
        several = ["-m", "torch.distributed.run", "--standalone", "--nproc-per-node", str(processes)]
        command = [*several, "-m", "--", *command[1:]]
    elif processes > 1:
        command += ["--num-processes", str(processes)]
    command = [sys.executable, *command]
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "GANFW_CACHE": str(folder / "cache")}
    return subprocess.Popen(command, cwd=folder, env=environment, stderr=subprocess.PIPE)


def finish(folder, name, processes, *settings, launcher="ganfw"):
    running = start(folder, name, processes, *settings, launcher=launcher)
    _, errors = running.communicate()
    assert running.returncode == 0, errors.decode()[-2000:]
    state, facts = Checkpoints(folder / name / "checkpoints").newest()
    assert facts["step"] == 400
    return state
