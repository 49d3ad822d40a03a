"""Does a run's peak memory grow with its data? The same run on 1,000 and on 100,000 prepared 64-pixel pictures.

The prepared folders are written as a run would leave them, with pictures of noise. Each run is a process of its own;
the figure is its peak resident memory.

    python benchmarks/memory.py            # needs 1.3 GB of disk in the temporary folder
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

SIZE, CHANNELS, BATCH = 64, 3, 64


def write_prepared(folder, count):
    import numpy as np

    from ganfw.data.cache import VERSION
    from ganfw.data.mapped import RowWriter

    rng = np.random.default_rng(0)
    folder.mkdir()
    with RowWriter(folder / "pictures.npy", (CHANNELS, SIZE, SIZE)) as writer:
        for _ in range(count):
            writer.append(rng.integers(0, 256, (CHANNELS, SIZE, SIZE), dtype=np.uint8))
    meta = {"version": VERSION, "count": count, "total": count, "source": "noise", "classes": 0, "names": []}
    (folder / "meta.json").write_text(json.dumps({**meta, "too_small": 0, "skipped": [], "content": str(count)}))


def train(folder, steps):
    """Run in a process of its own; prints the peak in MB."""
    import ganfw
    from ganfw.data.cache import open_prepared
    from ganfw.data.pictures import PictureData
    from ganfw_classic import DCGANDiscriminator, DCGANGenerator
    from ganfw_losses import NonSaturating

    gan = ganfw.TwoPlayerGAN(
        DCGANGenerator(size=SIZE, width=4), DCGANDiscriminator(size=SIZE, width=4), NonSaturating()
    )
    data = PictureData(open_prepared(folder))
    trainer = ganfw.Trainer(gan, data, steps=steps, batch_size=BATCH, log_every=steps)
    trainer.fit()
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--steps", type=int, default=400)
    parser.add_argument("--train", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.train:
        train(options.train, options.steps)
        return
    peaks = {}
    with tempfile.TemporaryDirectory() as folder:
        for count in (1_000, 100_000):
            write_prepared(Path(folder) / str(count), count)
            command = [
                sys.executable,
                __file__,
                "--train",
                str(Path(folder) / str(count)),
                "--steps",
                str(options.steps),
            ]
            done = subprocess.run(command, check=True, capture_output=True, text=True)
            peaks[count] = float(done.stdout.split()[-1])
            print(f"{count:>7,} pictures, {options.steps} steps of {BATCH}: peak {peaks[count]:.0f} MB")
    print(f"difference: {peaks[100_000] - peaks[1_000]:+.0f} MB")


if __name__ == "__main__":
    main()
