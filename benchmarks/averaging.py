"""Does averaging gradients in buckets, while the backward pass still runs, beat one flat call after it?

Two processes run the same phase with both, and with no averaging at all, in turns of a few steps within one job. The
buckets are those that DistributedDataParallel would use: filled from the last layer on, each averaged as soon as its
last gradient is there, in one order on all processes. Both ways are first held to each other, penalties on gradients
and parameters without gradient included.

    torchrun --nproc-per-node 2 benchmarks/averaging.py
    torchrun --nproc-per-node 2 benchmarks/averaging.py dcgan-64 --megabytes 1 --blocks 10
"""

from __future__ import annotations

import argparse
import os
import statistics
import time

import torch
import torch.distributed as dist
from torch import nn
from torch.nn.functional import softplus

from ganfw.training.averaging import average
from ganfw_classic import DCGANDiscriminator


class Flat:
    """What the trainer does."""

    def __init__(self, parameters, world):
        self.parameters, self.world = parameters, world

    def start(self):
        pass

    def finish(self):
        average([p.grad for p in self.parameters if p.grad is not None], self.world)


class Nothing(Flat):
    """Each process by itself: what averaging costs is the difference to this."""

    def finish(self):
        pass


class Buckets:
    """Averages during the backward pass. The first pass only finds out which parameters have a gradient."""

    def __init__(self, parameters, world, megabytes):
        self.parameters, self.world, self.limit = parameters, world, megabytes * 2**20
        self.buckets = None
        self.place = {}
        self.hooks = [p.register_post_accumulate_grad_hook(self._ready) for p in parameters]
        self.on = False

    def start(self):
        """Call before the last micro-batch's backward pass."""
        self.on = self.buckets is not None
        if self.on:
            self.missing = [len(bucket) for bucket in self.buckets]
            self.works, self.flats = [], []

    def _ready(self, parameter):
        if not self.on:
            return
        self.missing[self.place[parameter]] -= 1
        # One order on all processes: a bucket waits for those before it.
        while len(self.works) < len(self.buckets) and self.missing[len(self.works)] == 0:
            self._launch()

    def _launch(self):
        flat = torch.cat([p.grad.reshape(-1) for p in self.buckets[len(self.works)]])
        self.flats.append(flat)
        self.works.append(dist.all_reduce(flat, async_op=True))

    def finish(self):
        if not self.on:
            reached = [p for p in self.parameters if p.grad is not None]
            average([p.grad for p in reached], self.world)
            self._fill(reached)
            return
        while len(self.works) < len(self.buckets):
            self._launch()
        for work, flat, bucket in zip(self.works, self.flats, self.buckets, strict=True):
            work.wait()
            parts = flat.div_(self.world).split([p.numel() for p in bucket])
            grads = [p.grad for p in bucket]
            torch._foreach_copy_(grads, [part.view_as(g) for part, g in zip(parts, grads, strict=True)])
        self.on = False

    def _fill(self, reached):
        self.buckets, size = [[]], 0
        for parameter in reversed(reached):
            bytes_ = parameter.numel() * parameter.element_size()
            if self.buckets[-1] and size + bytes_ > self.limit:
                self.buckets.append([])
                size = 0
            self.buckets[-1].append(parameter)
            size += bytes_
        self.place = {p: number for number, bucket in enumerate(self.buckets) for p in bucket}


class Wide(nn.Module):
    """Many parameters for little work: what suits overlap best is a slow link, and this is the nearest to one here."""

    def __init__(self, width=1024, depth=6):
        super().__init__()
        layers = [layer for _ in range(depth) for layer in (nn.Linear(width, width), nn.Tanh())]
        self.net = nn.Sequential(*layers, nn.Linear(width, 1))
        self.unused = nn.Linear(width, width)

    def forward(self, x):
        return self.net(x)


def dcgan(size, width):
    network = DCGANDiscriminator(size=size, width=width, norm="none")
    return network, lambda x: network(x).logits[0], (3, size, size)


def wide():
    network = Wide()
    return network, network, (1024,)


CASES = {
    "dcgan-32": (lambda: dcgan(32, 32), 32, False),
    "dcgan-64": (lambda: dcgan(64, 64), 16, False),
    "dcgan-64-r1": (lambda: dcgan(64, 64), 8, True),
    "wide": (wide, 16, False),
    "wide-r1": (wide, 16, True),
}


def phase(judge, real, second_order):
    if second_order:
        x = real.clone().requires_grad_()
        (gradient,) = torch.autograd.grad(judge(x).sum(), x, create_graph=True)
        return gradient.square().flatten(1).sum(1).mean()
    return softplus(-judge(real)).mean() + softplus(judge(-real)).mean()


def step(network, judge, real, second_order, way):
    network.zero_grad(set_to_none=True)
    halves = real.chunk(2)  # micro-batches: only the last one is averaged
    for number, half in enumerate(halves):
        if number == len(halves) - 1:
            way.start()
        (phase(judge, half, second_order) / len(halves)).backward()
    way.finish()


def compare(name, options, rank, world):
    make, batch_size, second_order = CASES[name]
    torch.manual_seed(0)
    network, judge, shape = make()
    parameters = list(network.parameters())
    torch.manual_seed(1 + rank)
    real = torch.randn(batch_size, *shape)
    ways = {"none": Nothing(parameters, world), "flat": Flat(parameters, world)}
    ways["buckets"] = Buckets(parameters, world, options.megabytes)
    grads = {}
    for name_, way in ways.items():
        for _ in range(3):
            step(network, judge, real, second_order, way)
        grads[name_] = [None if p.grad is None else p.grad.clone() for p in parameters]
    for a, b in zip(grads["flat"], grads["buckets"], strict=True):
        assert (a is None) == (b is None)
        assert a is None or torch.equal(a, b)
    seconds = {each: [] for each in ways}
    order = list(ways)
    for block in range(options.blocks):
        for each in order[block % 3 :] + order[: block % 3]:
            dist.barrier()
            started = time.perf_counter()
            for _ in range(options.steps):
                step(network, judge, real, second_order, ways[each])
            dist.barrier()
            seconds[each].append((time.perf_counter() - started) / options.steps)
    for hook in ways["buckets"].hooks:
        hook.remove()
    return sum(p.numel() for p in parameters) / 1e6, len(ways["buckets"].buckets), seconds


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("cases", nargs="*", default=list(CASES), metavar=f"CASE ({', '.join(CASES)})")
    parser.add_argument("--megabytes", type=float, default=4.0, help="size of a bucket")
    parser.add_argument("--blocks", type=int, default=15)
    parser.add_argument("--steps", type=int, default=4)
    options = parser.parse_args()
    dist.init_process_group("gloo")
    torch.set_num_threads(1)
    rank, world = int(os.environ["RANK"]), int(os.environ["WORLD_SIZE"])
    if rank == 0:
        print(f"torch {torch.__version__}, {world} processes, buckets of {options.megabytes:g} MB")
        print("case            M par. buckets   none ms  flat ms bucket ms   buckets/flat: median, fastest")
    for name in options.cases:
        million, count, seconds = compare(name, options, rank, world)
        if rank == 0:
            middle = {each: statistics.median(values) * 1e3 for each, values in seconds.items()}
            pairs = [b / f for b, f in zip(seconds["buckets"], seconds["flat"], strict=True)]
            fastest = min(seconds["buckets"]) / min(seconds["flat"])
            shown = " ".join(f"{ms:8.1f}" for ms in middle.values())
            ratios = f"{statistics.median(pairs):.3f}, {fastest:.3f}"
            print(f"{name:14} {million:7.2f} {count:7}  {shown}   {ratios}", flush=True)
    dist.barrier()
    dist.destroy_process_group()


if __name__ == "__main__":
    main()
