"""A short run of `ganfw train` in a process of its own, which a test can disturb."""

import os
import subprocess
import sys

from ganfw.training.checkpoint import Checkpoints

TINY = [
    "image.size=8", "generator.width=4", "discriminator.width=4", "trainer.batch_size=8", "trainer.steps=400",
    "trainer.checkpoint_every=10", "trainer.sample_every=100", "trainer.sample_count=4",
]  # fmt: skip


def start(folder, name, processes, *settings):
    command = [sys.executable, "-m", "ganfw", "train", "dcgan", "--run", name, *TINY, *settings]
    command += ["--num-processes", str(processes)] if processes > 1 else []
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "GANFW_CACHE": str(folder / "cache")}
    return subprocess.Popen(command, cwd=folder, env=environment, stderr=subprocess.PIPE)


def finish(folder, name, processes, *settings):
    running = start(folder, name, processes, *settings)
    _, errors = running.communicate()
    assert running.returncode == 0, errors.decode()[-2000:]
    state, facts = Checkpoints(folder / name / "checkpoints").newest()
    assert facts["step"] == 400
    return state
