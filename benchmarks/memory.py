"""Do a run's peak memory and its start grow with its data? The same run on 1,000, 100,000 and 1,000,000 pictures.

The prepared folders are laid out as a run would leave them, but their files have holes instead of pictures: 12 GB at
1,000,000 pictures of 64 pixels take some MB of disk. Reading a hole fills pages as reading pictures does. Each run is a
process of its own; the figures are its peak resident memory, and the seconds from opening the data to the end of the
first step.

    python benchmarks/memory.py
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SIZE, CHANNELS, BATCH, CLASSES = 64, 3, 64, 10
COUNTS = (1_000, 100_000, 1_000_000)


def write_hollow(path, dtype, shape):
    """A ``.npy`` file of zeros that take no room."""
    from math import prod

    from numpy.lib import format as npy

    with path.open("wb") as file:
        npy.write_array_header_1_0(file, {"descr": dtype, "fortran_order": False, "shape": shape})
        file.truncate(file.tell() + int(dtype[-1]) * prod(shape))


def write_prepared(folder, count):
    from ganfw.data.cache import VERSION

    folder.mkdir()
    write_hollow(folder / "pictures.npy", "|u1", (count, CHANNELS, SIZE, SIZE))
    write_hollow(folder / "labels.npy", "<i8", (count,))
    meta = {"version": VERSION, "count": count, "total": count, "source": "holes", "classes": CLASSES, "names": []}
    (folder / "meta.json").write_text(json.dumps({**meta, "too_small": 0, "skipped": [], "content": str(count)}))


def train(folder, steps):
    """Run in a process of its own; prints the seconds to the first step and the peak in MB."""
    import ganfw
    from ganfw.data.cache import open_prepared
    from ganfw.data.pictures import PictureData
    from ganfw_classic import DCGANDiscriminator, DCGANGenerator
    from ganfw_losses import NonSaturating

    gan = ganfw.TwoPlayerGAN(
        DCGANGenerator(size=SIZE, width=4), DCGANDiscriminator(size=SIZE, width=4), NonSaturating()
    )
    begun = time.perf_counter()
    data = PictureData(open_prepared(folder))
    trainer = ganfw.Trainer(gan, data, steps=steps, batch_size=BATCH, log_every=steps)
    seconds, run_step = [], trainer.run_step

    def timed(batch):
        run_step(batch)
        seconds.append(time.perf_counter() - begun)

    trainer.run_step = timed
    trainer.fit()
    print(seconds[0], resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def measure(folder, steps):
    command = [sys.executable, __file__, "--train", str(folder), "--steps", str(steps)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return map(float, done.stdout.split()[-2:])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--steps", type=int, default=400)
    parser.add_argument("--rounds", type=int, default=3, help="the smallest figures of so many runs")
    parser.add_argument("--train", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.train:
        train(options.train, options.steps)
        return
    figures = {}
    with tempfile.TemporaryDirectory() as root:
        for count in COUNTS:
            folder = Path(root) / str(count)
            write_prepared(folder, count)
            rounds = [tuple(measure(folder, options.steps)) for _ in range(options.rounds)]
            figures[count] = seconds, peak = tuple(map(min, zip(*rounds, strict=True)))
            print(
                f"{count:>9,} pictures, {options.steps} steps: first step after {seconds:.2f} s, peak {peak:.0f} MB",
                flush=True,
            )
    (first, low), (last, high) = figures[COUNTS[0]], figures[COUNTS[-1]]
    print(f"differences: {last - first:+.2f} s, {high - low:+.0f} MB")


if __name__ == "__main__":
    main()
