"""What do the checksums of prepared pictures cost in a run's first epoch?

In one process and alternately: an epoch of 20,000 pictures in the order of a run, by a reader that holds each to its
checksum and by one that does not. The pictures are in the system's cache, so the ratio is the largest that there is;
a step of training takes far longer than either.

    python benchmarks/checksums.py
"""

import argparse
import tempfile
import time
from pathlib import Path
from statistics import median

import numpy as np

from ganfw.data.mapped import MappedRows, RowWriter

BATCH = 64


def epoch(rows, order):
    """Microseconds for each picture."""
    start = time.perf_counter()
    for place in range(0, len(order), BATCH):
        rows.take(order[place : place + BATCH])
    return (time.perf_counter() - start) / len(order) * 1e6


def measure(size, count, rounds):
    rng = np.random.default_rng(0)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "pictures.npy"
        with RowWriter(path, (3, size, size)) as writer:
            for _ in range(count):
                writer.append(rng.integers(0, 256, (3, size, size), dtype=np.uint8))
        checks, order = np.frombuffer(writer.checks, np.uint32), rng.permutation(count)
        epoch(MappedRows(path), order)
        pairs = [(epoch(MappedRows(path), order), epoch(MappedRows(path, checks), order)) for _ in range(rounds)]
        held = MappedRows(path, checks)
        epoch(held, order)
        later = median(epoch(held, order) for _ in range(rounds))
    without, within = (median(column) for column in zip(*pairs, strict=True))
    ratio = median(b / a for a, b in pairs)
    print(f"{size:6} {without:12.1f} {within:12.1f} {ratio:8.2f} {later:12.1f}")


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=[32, 64, 128])
    parser.add_argument("--count", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=7)
    args = parser.parse_args(arguments)
    print("  size   without/us      with/us    ratio   later/us")
    for size in args.sizes:
        measure(size, args.count, args.rounds)


if __name__ == "__main__":
    main()
