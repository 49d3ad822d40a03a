"""Does a run that is killed again and again end as one that nobody disturbed?

A tiny GAN with batch normalisation, dropout and a lazy penalty is trained for 10,000 steps without a kill. Then the
same run is made in a folder of its own, killed with SIGKILL at random times and started anew each time, until it is
complete. This is repeated, with other times, for ten minutes; each time all files but the logs have to be the same to
the byte.

    python benchmarks/soak.py                                      # ten minutes
    python benchmarks/soak.py --minutes 1 --steps 1000
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import sys
import tempfile
import time
from functools import partial
from pathlib import Path

import torch

sys.path.insert(0, str(Path(__file__).parents[1] / "tests/support"))

from forks import fork, outcome
from toys import GradientNorm, toy_gan, toy_trainer

from ganfw.training import run_folder


def train(folder: Path, steps: int) -> None:
    """The run, from its start or from where it was."""
    gan = toy_gan(dropout=0.2, norm=True, regularizers={"r1": GradientNorm(every=4)})
    toy_trainer(gan, run=folder, document={}, steps=steps, checkpoint_every=100, log_every=100, health=False).fit()


def ended(child: int, seconds: float) -> bool:
    """Whether the process has ended by itself within so many seconds; else it is killed."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        pid, status = os.waitpid(child, os.WNOHANG)
        if pid:
            assert status == 0, f"a run ended with {status}"
            return True
        time.sleep(0.005)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return False


def main() -> None:
    """Print a line for each run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--steps", type=int, default=10_000)
    parser.add_argument("--longest", type=float, default=4.0, help="most seconds between two kills")
    options = parser.parse_args()
    torch.set_num_threads(1)
    run_folder._git = lambda: None  # asking git would cost more than many of these lives
    start, kills, runs = time.monotonic(), 0, 0
    with tempfile.TemporaryDirectory() as scratch:
        whole = Path(scratch) / "whole"
        assert ended(fork(partial(train, whole, options.steps)), 3600)
        wanted = outcome(whole)
        print(f"undisturbed: {options.steps:,} steps in {time.monotonic() - start:.0f} s", flush=True)
        while time.monotonic() - start < 60 * options.minutes:
            chance, folder, lives = random.Random(runs), Path(scratch) / f"run-{runs}", 1
            life = partial(train, folder, options.steps)
            while not ended(fork(life), chance.uniform(0.1, options.longest)):
                lives += 1
            found = outcome(folder)
            different = sorted(name for name in wanted.keys() | found.keys() if wanted.get(name) != found.get(name))
            assert not different, f"after {lives} lives these differ: {different}"
            runs, kills = runs + 1, kills + lives - 1
            passed = time.monotonic() - start
            print(f"run {runs}: {lives} lives, equal to the byte; {kills} kills after {passed:.0f} s", flush=True)


if __name__ == "__main__":
    main()
