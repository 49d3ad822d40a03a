"""How much faster do two processes train than one, at twice the batch?

Both are the trainer's own steps, in turns within one job of two processes: one process alone while the other waits,
both side by side without a word to each other (what the machine itself loses when both work), and both as one job.
Efficiency is the first's time over the other two's.

    OMP_NUM_THREADS=1 torchrun --nproc-per-node 2 benchmarks/scaling.py
"""

from __future__ import annotations

import argparse
import statistics
import time

import numpy as np
import torch
import torch.distributed as dist

import ganfw
from ganfw.data.stream import Stream, batches
from ganfw.training.meter import Meter
from ganfw.training.runtime import make_accelerator
from ganfw_classic import DCGANDiscriminator, DCGANGenerator
from ganfw_losses import NonSaturating

CASES = {"dcgan-32": (32, 32, 32), "dcgan-64": (64, 32, 16), "dcgan-64-wide": (64, 64, 16)}


def make(size, width, batch_size, *, alone):
    torch.manual_seed(0)
    networks = DCGANGenerator(size=size, width=width), DCGANDiscriminator(size=size, width=width)
    gan = ganfw.TwoPlayerGAN(*networks, NonSaturating())
    pictures = np.random.default_rng(0).integers(0, 256, (512, 3, size, size), dtype=np.uint8)
    data = ganfw.ArrayData(pictures)
    total = batch_size if alone else batch_size * dist.get_world_size()
    trainer = ganfw.Trainer(gan, data, steps=10**9, batch_size=batch_size * dist.get_world_size(), health=False)
    if alone:
        trainer.world, trainer.rank, trainer.meter = 1, 0, Meter(1)
    stream = Stream(data, batch_size=total, seed=0, rank=trainer.rank, world=trainer.world)

    def run(steps):
        for batch in batches(stream, trainer.step, trainer.step + steps):
            trainer.run_step(batch)

    return trainer, run


def timed(run, steps):
    dist.barrier()
    started = time.perf_counter()
    if run is not None:
        run(steps)
    dist.barrier()
    return (time.perf_counter() - started) / steps


def compare(case, blocks, steps, rank):
    alone, job = make(*CASES[case], alone=True), make(*CASES[case], alone=False)
    ways = {"one": alone[1] if rank == 0 else None, "side by side": alone[1], "job": job[1]}
    seconds = {name: [] for name in ways}
    order = list(ways)
    for block in range(-1, blocks):
        for name in order[block % 3 :] + order[: block % 3]:
            each = timed(ways[name], steps)
            if block >= 0:
                seconds[name].append(each)
    million = sum(p.numel() for p in job[0].gan.parameters()) / 1e6
    return million, seconds


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("cases", nargs="*", default=list(CASES), metavar=f"CASE ({', '.join(CASES)})")
    parser.add_argument("--blocks", type=int, default=12)
    parser.add_argument("--steps", type=int, default=4)
    options = parser.parse_args()
    rank = make_accelerator().process_index
    if rank == 0:
        print(f"torch {torch.__version__}, {torch.get_num_threads()} thread(s) a process")
    for case in options.cases:
        million, seconds = compare(case, options.blocks, options.steps, rank)
        if rank == 0:
            print(f"{case}: {million:.2f} M parameters, {CASES[case][2]} pictures a process")
            for name, of in (("median", statistics.median), ("fastest", min)):
                one, beside, job = (of(values) * 1e3 for values in seconds.values())
                print(
                    f"  {name}: {one:.1f}, {beside:.1f}, {job:.1f} ms; machine {one / beside:.2f}, "
                    f"averaging {beside / job:.2f}, efficiency {one / job:.2f}",
                    flush=True,
                )
    dist.barrier()
    dist.destroy_process_group()


if __name__ == "__main__":
    main()
