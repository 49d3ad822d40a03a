"""What do convolutions with fast second derivatives gain for R1?

The penalty of one small critic is computed and differentiated, alternately with PyTorch's own second derivative and
with ours, in one process. The figure is the ratio of the two, the median over blocks; above 1 ours is faster.

    python benchmarks/double_backward.py               # on CUDA where there is one
    python benchmarks/double_backward.py --device cpu --blocks 3
"""

from __future__ import annotations

import argparse
import statistics
import time
from contextlib import nullcontext

import torch
from torch import nn

from ganfw.training.convolution import FastSecondDerivatives


def critic(channels: int, groups: int) -> nn.Module:
    """Three convolutions of 3 × 3 at one resolution, with LeakyReLU."""
    layers = []
    for _ in range(3):
        layers += [nn.Conv2d(channels, channels, 3, padding=1, groups=groups), nn.LeakyReLU(0.2)]
    return nn.Sequential(*layers)


def penalise(network: nn.Module, x: torch.Tensor, mode) -> None:
    """R1 of the sum of outputs, forward and backward."""
    x = x.detach().requires_grad_()
    with mode:
        (gradient,) = torch.autograd.grad(network(x).sum(), x, create_graph=True)
        gradient.square().sum((1, 2, 3)).mean().backward()


def timed(network, x, mode, repeats: int) -> float:
    """Seconds of one penalty."""
    start = _now(x.device)
    for _ in range(repeats):
        penalise(network, x, mode)
    return (_now(x.device) - start) / repeats


def _now(device: torch.device) -> float:
    if device.type != "cpu":
        torch.accelerator.synchronize()
    return time.perf_counter()


def main() -> None:
    """Print a row for each number of groups."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--blocks", type=int, default=10)
    parser.add_argument("--repeats", type=int, default=2)
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--channels", type=int, default=64)
    parser.add_argument("--size", type=int, default=32)
    given = parser.parse_args()
    x = torch.randn(given.batch, given.channels, given.size, given.size, device=given.device)
    print(f"{given.batch} x {given.channels} x {given.size}², {given.device}, torch {torch.__version__}")
    print("| groups | PyTorch, ms | ours, ms | ratio |\n|---|---|---|---|")
    for groups in (1, 4, given.channels // 4, given.channels):
        network = critic(given.channels, groups).to(given.device)
        pairs = []
        for block in range(given.blocks + 1):
            pair = [timed(network, x, m, given.repeats) for m in (nullcontext(), FastSecondDerivatives())]
            pairs += [pair] if block else []  # the first warms up
        theirs, ours = (statistics.median(column) * 1000 for column in zip(*pairs, strict=True))
        ratio = statistics.median(a / b for a, b in pairs)
        print(f"| {groups} | {theirs:.1f} | {ours:.1f} | {ratio:.2f} |")


if __name__ == "__main__":
    main()
