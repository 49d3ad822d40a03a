"""How many pictures a second does a training step take on a GPU, with CUDA graphs and without?

Recipes at the batch sizes at which other libraries were measured, on random pictures that lie on the device already, so
that only the step counts. Both ways train the same game, alternately and in short blocks within one process. A case
whose recipe is not installed is left out. Without CUDA there are no graphs, and the step is timed as it is.

    python benchmarks/gpu_step.py                                   # all cases, two minutes on a GPU
    python benchmarks/gpu_step.py dcgan-64 trainer.precision=float32
"""

from __future__ import annotations

import argparse
import statistics
import time
from dataclasses import dataclass

import numpy as np
import torch
from torch.profiler import ProfilerActivity, profile

import ganfw
from ganfw.config.resolve import resolve
from ganfw.data.stream import Stream, batches
from ganfw.plugins.registry import registry
from ganfw.testing.toys import toy_condition

# Recipe, batch size, and what makes it the game that others measure.
CASES = {
    "dcgan-64": ("dcgan-64", 128, ["augmentation=null"]),
    "sngan": ("sngan-cifar10", 64, []),
    "biggan": ("biggan-cifar10", 64, []),
}
PICTURES = 1024


@dataclass
class Way:
    """One trainer and what was measured of it."""

    trainer: ganfw.Trainer
    seconds: list[float]
    bytes: int = 0

    def __post_init__(self):
        stream = Stream(self.trainer.data, batch_size=self.trainer.config.batch_size, seed=0)
        self.batches = list(batches(stream, 0, 4, device=self.trainer.device))

    def run(self, steps):
        """So many steps; the losses are read at the end, as they are in each logging interval."""
        for index in range(steps):
            self.trainer.run_step(self.batches[index % len(self.batches)])
        self.trainer.meter.read()

    def block(self, steps):
        started = now(self.trainer.device)
        self.run(steps)
        self.seconds.append((now(self.trainer.device) - started) / steps)


def now(device):
    if device.type == "cuda":
        torch.cuda.synchronize()
    return time.perf_counter()


def trainer_of(name, batch, overrides, *, graphs):
    """A trainer without a run folder, on random pictures, with a condition where the recipe has one."""
    recipe = resolve(name, [f"trainer.batch_size={batch}", *overrides]).stages[0].recipe
    rng = np.random.default_rng(0)
    spec = recipe.image.spec()
    labels = bool(getattr(recipe.data, "labels", None)) or "biggan" in name
    if labels:
        spec = ganfw.ImageSpec(spec.size, spec.channels, ganfw.Condition("class", 10))
    pictures = rng.integers(0, 256, (PICTURES, *spec.shape), dtype=np.uint8)
    data = ganfw.ArrayData(pictures, condition=toy_condition(spec, PICTURES, rng), spec=spec)
    torch.manual_seed(0)
    quiet = {"tracker": None, "health": False, "steps": 10**9, "kimg": None}
    config = recipe.trainer.model_copy(update={"cuda_graphs": graphs, **quiet})
    return ganfw.Trainer(recipe.build(spec), data, config, optimizers=recipe.optimizers)


def kernels(way):
    """Kernels of a step on average, those of replayed graphs among them; 0 without CUDA."""
    if way.trainer.device.type != "cuda":
        return 0.0
    steps = 8
    with profile(activities=[ProfilerActivity.CUDA]) as profiler:
        way.run(steps)
        torch.cuda.synchronize()
    kinds = torch.autograd.DeviceType.CUDA
    launched = [e for e in profiler.events() if e.device_type == kinds and not e.name.startswith(("Memcpy", "Memset"))]
    return len(launched) / steps


def measure(name, batch, overrides, options):
    """The ways of one case, after blocks in turns. Memory is that of one way alone, while it warms up."""
    cuda = torch.cuda.is_available()
    ways = {}
    for kind in ("as it is", "graphs") if cuda else ("as it is",):
        before = torch.cuda.memory_allocated() if cuda else 0
        if cuda:
            torch.cuda.reset_peak_memory_stats()
        ways[kind] = way = Way(trainer_of(name, batch, overrides, graphs=kind == "graphs"), [])
        way.run(options.warm_up)
        way.bytes = torch.cuda.max_memory_allocated() - before if cuda else 0
    started = now(way.trainer.device)
    way.run(4)
    steps = max(4, round(4 * options.block_seconds / (now(way.trainer.device) - started)))
    for block in range(options.blocks):
        for kind in list(ways) if block % 2 == 0 else list(ways)[::-1]:
            ways[kind].block(steps)
    return ways


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("cases", nargs="*", metavar=f"CASE or key=value ({', '.join(CASES)})")
    parser.add_argument("--batch", type=int, help="another batch size")
    parser.add_argument("--warm-up", type=int, default=40, help="steps; phases that are due rarely are recorded late")
    parser.add_argument("--blocks", type=int, default=10)
    parser.add_argument("--block-seconds", type=float, default=1.0)
    options = parser.parse_args(arguments)
    overrides = [word for word in options.cases if "=" in word]
    chosen = [word for word in options.cases if "=" not in word] or list(CASES)
    where = torch.cuda.get_device_name() if torch.cuda.is_available() else f"CPU, {torch.get_num_threads()} threads"
    print(f"torch {torch.__version__}, {where}")
    print(
        f"{'case':10} {'batch':>5} {'way':9} {'img/s':>8} {'ms/step':>9} {'fastest':>9} {'kernels':>8} {'peak MiB':>9}"
    )
    for case in chosen:
        recipe, batch, settings = CASES[case]
        if recipe not in registry().recipes():
            print(f"{case:10} the recipe {recipe} is not installed")
            continue
        batch = options.batch or batch
        for kind, way in measure(recipe, batch, [*settings, *overrides], options).items():
            middle, fastest = statistics.median(way.seconds), min(way.seconds)
            print(
                f"{case:10} {batch:5} {kind:9} {batch / middle:8.0f} {middle * 1e3:9.2f} {fastest * 1e3:9.2f} "
                f"{kernels(way):8.0f} {way.bytes / 2**20:9.0f}"
            )


if __name__ == "__main__":
    main()
