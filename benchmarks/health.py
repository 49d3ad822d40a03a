"""What does watching a run cost?

Two trainers of one recipe, one that watches its health and one that does not, go on in turns within one process, a
block of steps each; the ratio is of the medians over the blocks. A block is as long as it takes to make one look at the
samples, so the whole cost is in it.

    python benchmarks/health.py                # some minutes
    python benchmarks/health.py --blocks 10
"""

from __future__ import annotations

import argparse
import statistics
import time

import torch

import ganfw
from ganfw.data.stream import Stream, batches
from ganfw.health.watch import Watch

CASES = {"dcgan-16 (3.2 kimg a block)": (16, 8, 32, 100), "dcgan-32 (3.2 kimg a block)": (32, 32, 32, 100)}


def running(size, width, batch_size, *, health):
    """A trainer's loop as a generator: each `next` makes one step, and logs where a run would."""
    torch.manual_seed(0)
    data = ganfw.open_data("emoji64", size=size)
    part = {"type": "dcgan", "width": width}
    gan = ganfw.compose(generator=part, discriminator=part, loss="non-saturating", data=data)
    held_out = ganfw.open_data("emoji64", size=size, split="test") if health else None
    trainer = ganfw.Trainer(gan, data, batch_size=batch_size, steps=10**6, health=health, held_out=held_out)
    watch = Watch(trainer)
    stream = Stream(data, batch_size=batch_size, seed=0)
    for batch in batches(stream, 0, 10**6):
        trainer.run_step(batch)
        if trainer.step % trainer.config.log_every == 0:
            values, _ = trainer.meter.read()
            watch.log(values, lambda line: None)
        yield


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--blocks", type=int, default=20)
    blocks = parser.parse_args().blocks
    for name, (size, width, batch_size, steps) in CASES.items():
        sides = [running(size, width, batch_size, health=health) for health in (True, False)]
        times = ([], [])
        for block in range(blocks + 1):
            for side, spent in zip(sides, times, strict=True):
                begun = time.perf_counter()
                for _ in range(steps):
                    next(side)
                if block:  # the first warms up
                    spent.append(time.perf_counter() - begun)
        watched, alone = map(statistics.median, times)
        print(f"{name}: {watched / alone:.3f} times the time of a run that is not watched")


if __name__ == "__main__":
    main()
