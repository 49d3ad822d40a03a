"""Where does the time of a training step go: convolutions, the optimizer, or the rest?

PyTorch's profiler adds up the time that each operator takes by itself on the CPU, over some steps of a case
of `step.py`.

    python benchmarks/shares.py dcgan-64
"""

from __future__ import annotations

import argparse
from collections import Counter

import torch
from step import CASES, by_trainer
from torch.profiler import ProfilerActivity, profile

KINDS = {
    "convolution": ("convolution", "conv", "mkldnn"),
    "normalisation": ("batch_norm",),
    "activation": ("relu", "tanh", "threshold", "sigmoid", "softplus"),
    "optimizer and averaging": ("_foreach", "_fused", "lerp", "Optimizer", "addcdiv", "addcmul"),
    "matrix product": ("mm", "linear", "bmm"),
    "copies": ("copy", "clone", "contiguous", "fill", "zero", "cat"),
}


def kind_of(name):
    name = name.removeprefix("aten::")
    return next((kind for kind, parts in KINDS.items() if any(part in name for part in parts)), "rest")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("case", nargs="?", default="dcgan-64", choices=CASES)
    parser.add_argument("--steps", type=int, default=3)
    options = parser.parse_args()
    make, batch = CASES[options.case]
    loop = by_trainer(*make(), batch)
    next(loop)
    with profile(activities=[ProfilerActivity.CPU]) as profiler:
        for _ in range(options.steps):
            next(loop)
    seconds, names = Counter(), {}
    for row in profiler.key_averages():
        kind = kind_of(row.key)
        seconds[kind] += row.self_cpu_time_total / 1e6
        names.setdefault(kind, Counter())[row.key] += row.self_cpu_time_total / 1e6
    total = sum(seconds.values())
    print(f"torch {torch.__version__}, {torch.get_num_threads()} threads, {options.case}, batch {batch}")
    print(f"{'kind':24} {'ms/step':>8} {'share':>6}  longest operators")
    for kind, of_kind in seconds.most_common():
        longest = ", ".join(f"{name} {part / total:.0%}" for name, part in names[kind].most_common(2))
        print(f"{kind:24} {of_kind / options.steps * 1e3:8.1f} {of_kind / total:6.1%}  {longest}")


if __name__ == "__main__":
    main()
