"""Kill a small run at every call to the file system that it makes, and see whether the same command goes on.

Run as ``python killed_anywhere.py FOLDER EVERY``: at each call, or at every n-th. Each run is a fork, so that a
hundred fit into a test.
"""

import os
import resource
import signal
import sys
from pathlib import Path

import torch
from forks import fork, outcome
from toys import toy_gan, toy_trainer

from ganfw.training import run_folder

CHANGES = {"os.rename", "os.mkdir", "os.rmdir", "os.remove", "os.truncate", "shutil.rmtree"}
STEPS = 5


class Killer:
    """Counts what changes files below a folder, and ends the process without a word before call number ``at``."""

    def __init__(self, folder, at=None):
        self.folder, self.at, self.calls = str(folder), at, []
        sync = os.fsync
        os.fsync = lambda handle: (self.count("os.fsync"), sync(handle))[1]
        sys.addaudithook(self.audit)

    def audit(self, event, arguments):
        if event == "open":
            path, _, flags = arguments
            if isinstance(path, str) and path.startswith(self.folder) and flags & (os.O_WRONLY | os.O_RDWR):
                self.count(f"open {Path(path).name}")
        elif event in CHANGES and str(arguments[0]).startswith(self.folder):
            self.count(event)

    def count(self, name):
        if len(self.calls) == self.at:
            os.kill(os.getpid(), signal.SIGKILL)
        self.calls.append(name)


def train(folder):
    gan = toy_gan(dropout=0.2, norm=True)
    toy_trainer(gan, run=folder, document={}, steps=STEPS, checkpoint_every=2, log_every=2, health=False).fit()


def forked(work):
    return os.waitpid(fork(work), 0)[1]


def killed_at(folder, at):
    def work():
        Killer(folder, at)
        train(folder)

    return forked(work)


def killed_at_size(folder, size):
    """The system ends the process in the middle of the write that makes any file longer than this."""

    def work():
        signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
        train(folder)

    return forked(work)


def main(root, every):
    torch.set_num_threads(1)
    run_folder._git = lambda: None  # a process for each run would cost more than the run
    whole = root / "whole"
    counted = root / "calls"

    def count():
        killer = Killer(whole)
        train(whole)
        calls, killer.folder = killer.calls, "nowhere"
        counted.write_text("\n".join(calls))

    assert forked(count) == 0
    calls, wanted = counted.read_text().splitlines(), outcome(whole)
    sizes = sorted({len(content) for content in wanted.values()})
    kills = [(f"call {n} ({name})", killed_at, n) for n, name in enumerate(calls)]
    kills += [(f"size {size}", killed_at_size, size) for full in sizes for size in (full // 2, full - 1)]
    for number, (what, kill, where) in enumerate(kills[::every]):
        folder = root / f"run-{number}"
        status = kill(folder, where)
        assert os.WIFSIGNALED(status), f"{what}: not killed, but {status}"
        assert forked(lambda folder=folder: train(folder)) == 0, f"{what}: the same command does not go on"
        found = outcome(folder)
        different = [name for name in wanted.keys() | found.keys() if wanted.get(name) != found.get(name)]
        assert different == [], f"{what}: {different} differ from those of the unbroken run"
        sys.stdout.write(f"{number} {what}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
