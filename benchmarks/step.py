"""What does the trainer's step cost over a hand-written PyTorch loop?

Both train the same networks with the same losses, optimizers, averaging, logging and data, alternately and in short
blocks within one process, so that what else the machine does falls on both. The hand-written loop uses every trick
that the trainer uses: channels-last pictures, the discriminator frozen in the generator's phase, foreach optimizers and
averaging, and losses read once per logging interval.

    python benchmarks/step.py                # all cases, some minutes
    python benchmarks/step.py dcgan-32 --blocks 20
    OMP_NUM_THREADS=1 python benchmarks/step.py sngan-16 biggan-16 --cpu-time
"""

from __future__ import annotations

import argparse
import copy
import statistics
import time

import numpy as np
import torch
from torch import nn
from torch.nn.functional import softplus

import ganfw
from ganfw.data.stream import Stream, batches
from ganfw_classic import DCGANDiscriminator, DCGANGenerator
from ganfw_losses import NonSaturating, SpectralNorm
from ganfw_resnet import BigGANGenerator, SNGANDiscriminator, SNGANGenerator

LOG_EVERY = 50


class NullGenerator(ganfw.Generator):
    """As little work as a network can do: what remains is the loop's own cost."""

    latent_dim = 2

    def __init__(self):
        super().__init__()
        self.scale = nn.Parameter(torch.ones(2))

    def forward(self, z, condition=None):
        return z * self.scale


class NullDiscriminator(ganfw.Discriminator):
    """See `NullGenerator`."""

    def __init__(self):
        super().__init__()
        self.scale = nn.Parameter(torch.ones(2))

    def forward(self, x, condition=None, *, features=False):
        return ganfw.Verdict([x * self.scale])


def pictures(size, count=512):
    rng = np.random.default_rng(0)
    return rng.integers(0, 256, (count, 3, size, size), dtype=np.uint8)


def dcgan(size, width):
    torch.manual_seed(0)
    generator = DCGANGenerator(size=size, width=width)
    return generator, DCGANDiscriminator(size=size, width=width), pictures(size)


def normalised(generator, discriminator, size):
    """Networks with spectral norm, on one side or on both, as their recipes have it."""
    SpectralNorm().attach(discriminator)
    return generator, discriminator, pictures(size)


def sngan(size, width):
    torch.manual_seed(0)
    ladder = [width] * (size.bit_length() - 2)
    return normalised(SNGANGenerator(ladder=ladder), SNGANDiscriminator(ladder=ladder), size)


def biggan(size, width):
    torch.manual_seed(0)
    ladder = [width] * (size.bit_length() - 2)
    generator = BigGANGenerator(ladder=ladder, latent_dim=20 * len(ladder), attention=8)
    SpectralNorm("generator").attach(generator)
    return normalised(generator, SNGANDiscriminator(ladder=ladder, wide=True, attention=8), size)


CASES = {
    "null": (lambda: (NullGenerator(), NullDiscriminator(), np.zeros((512, 2), np.float32)), 4),
    "dcgan-32-20ms": (lambda: dcgan(32, 8), 40),
    "dcgan-32": (lambda: dcgan(32, 32), 32),
    "dcgan-64": (lambda: dcgan(64, 32), 64),
    "sngan-16": (lambda: sngan(16, 16), 32),
    "biggan-16": (lambda: biggan(16, 16), 32),
}


def hand_written(generator, discriminator, data, batch_size):
    """A plain loop as a generator: each `next` makes one step."""
    generator, discriminator = (
        copy.deepcopy(n).to(memory_format=torch.channels_last) for n in (generator, discriminator)
    )
    average = copy.deepcopy(generator).eval().requires_grad_(False)
    g_parameters, d_parameters = list(generator.parameters()), list(discriminator.parameters())
    pairs = [
        (a, b)
        for of in (nn.Module.parameters, nn.Module.buffers)
        for a, b in zip(of(average), of(generator), strict=True)
    ]
    shadows = [a for a, _ in pairs if a.is_floating_point()]
    weights = [b for _, b in pairs if b.is_floating_point()]
    counters = [(a, b) for a, b in pairs if not a.is_floating_point()]
    g_adam = torch.optim.Adam(g_parameters, lr=2e-4, betas=(0.5, 0.999), foreach=True)
    d_adam = torch.optim.Adam(d_parameters, lr=2e-4, betas=(0.5, 0.999), foreach=True)
    rng, draw = np.random.default_rng(0), torch.Generator()
    logged, step = [], 0
    while True:
        rows = torch.from_numpy(data[rng.integers(0, len(data), batch_size)])
        real = rows.float().div(127.5).sub(1) if rows.dtype == torch.uint8 else rows
        if real.ndim == 4:
            real = real.contiguous(memory_format=torch.channels_last)
        for p in g_parameters:
            p.requires_grad_(False)
        for p in d_parameters:
            p.requires_grad_(True)
        fake = generator(torch.randn(batch_size, generator.latent_dim, generator=draw))
        real_logits, fake_logits = discriminator(real).logits[0], discriminator(fake).logits[0]
        d_loss = softplus(-real_logits).mean() + softplus(fake_logits).mean()
        d_loss.backward()
        d_adam.step()
        d_adam.zero_grad(set_to_none=True)
        for p in d_parameters:
            p.requires_grad_(False)
        for p in g_parameters:
            p.requires_grad_(True)
        fake = generator(torch.randn(batch_size, generator.latent_dim, generator=draw))
        g_loss = softplus(-discriminator(fake).logits[0]).mean()
        g_loss.backward()
        g_adam.step()
        g_adam.zero_grad(set_to_none=True)
        step += 1
        with torch.no_grad():
            beta = 0.5 ** (batch_size / min(10_000, step * batch_size * 0.05))
            torch._foreach_lerp_(shadows, weights, 1 - beta)
            for a, b in counters:
                a.copy_(b)
        logged += [d_loss.detach(), g_loss.detach(), real_logits.detach().mean(), fake_logits.detach().mean()]
        if step % LOG_EVERY == 0:
            torch.stack(logged).tolist()
            logged = []
        yield


def by_trainer(generator, discriminator, data, batch_size):
    """The trainer's own step, with its data stream."""
    gan = ganfw.TwoPlayerGAN(copy.deepcopy(generator), copy.deepcopy(discriminator), NonSaturating())
    dataset = ganfw.ArrayData(data)
    trainer = ganfw.Trainer(gan, dataset, steps=10**9, batch_size=batch_size)
    stream = Stream(dataset, batch_size=batch_size, seed=0)
    for batch in batches(stream, 0, 10**9):
        trainer.run_step(batch)
        if trainer.step % LOG_EVERY == 0:
            trainer.meter.read()
        yield


def compare(make, batch_size, blocks, block_seconds, clock):
    parts = make()
    loops = {"hand": hand_written(*parts, batch_size), "ours": by_trainer(*parts, batch_size)}
    for loop in loops.values():
        for _ in range(5):
            next(loop)
    started = clock()
    next(loops["hand"])
    steps = max(1, round(block_seconds / (clock() - started)))
    seconds = {"hand": [], "ours": []}
    for block in range(blocks):
        for name in ("hand", "ours") if block % 2 == 0 else ("ours", "hand"):
            started = clock()
            for _ in range(steps):
                next(loops[name])
            seconds[name].append((clock() - started) / steps)
    return seconds


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("cases", nargs="*", default=list(CASES), metavar=f"CASE ({', '.join(CASES)})")
    parser.add_argument("--blocks", type=int, default=20)
    parser.add_argument("--block-seconds", type=float, default=1.0)
    parser.add_argument(
        "--cpu-time", action="store_true", help="count CPU seconds: with one thread, what else runs matters less"
    )
    options = parser.parse_args()
    clock = time.process_time if options.cpu_time else time.perf_counter
    print(f"torch {torch.__version__}, {torch.get_num_threads()} threads, blocks of {options.block_seconds} s")
    print(f"{'case':14} {'batch':>5}  {'hand ms':>8} {'ours ms':>8} {'ratio':>6}  fastest: hand, ours, ratio")
    for case in options.cases:
        make, batch_size = CASES[case]
        seconds = compare(make, batch_size, options.blocks, options.block_seconds, clock)
        middle = [statistics.median(seconds[name]) * 1e3 for name in ("hand", "ours")]
        fastest = [min(seconds[name]) * 1e3 for name in ("hand", "ours")]
        shown = [f"{hand:9.3f} {ours:8.3f} {ours / hand:6.3f}" for hand, ours in (middle, fastest)]
        print(f"{case:14} {batch_size:5} {shown[0]} {shown[1]}   {(fastest[1] - fastest[0]) * 1e3:+.0f} us")


if __name__ == "__main__":
    main()
