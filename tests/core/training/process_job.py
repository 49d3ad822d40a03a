"""Run by torchrun in test_processes.py: train toys and write their final state.

Arguments: the file to write, then ``GAME:STEPS`` or, for one that saves and goes on, ``GAME:STEPS:FOLDER``.
"""

import os
import sys
from pathlib import Path

import torch
import torch.distributed as dist
from safetensors.torch import save_file
from torch import nn
from toys import ToyDiscriminator, ToyGenerator, ring, toy_gan, toy_trainer, weights

import ganfw
from ganfw_losses import (
    ADA,
    BEGAN,
    R1,
    GradientPenalty,
    Hinge,
    HistoricalAveraging,
    LeCam,
    MinibatchStdDev,
    PathLength,
    SpectralNorm,
)

WORLD = int(os.environ.get("WORLD_SIZE", "1"))
BATCH, PARTS = 16, 4


class Grouping(ganfw.Discriminator):
    """Points ``(B, 2)`` to one logit, by how much neighbours differ."""

    def __init__(self):
        super().__init__()
        self.first, self.groups, self.last = nn.Linear(2, 8), MinibatchStdDev(4, strided=False), nn.Linear(9, 1)

    def forward(self, x, condition=None, *, features=False):
        hidden = torch.tanh(self.first(x))[:, :, None, None]
        return ganfw.Verdict([self.last(self.groups(hidden).flatten(1))])


class Energy(ganfw.Discriminator):
    """Points ``(B, 2)`` to the error of an auto-encoder."""

    energies = True

    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(2, 16), nn.Tanh(), nn.Linear(16, 1), nn.Linear(1, 2))

    def forward(self, x, condition=None, *, features=False):
        return ganfw.Verdict([(self.net(x) - x).abs().mean(1)])


class Remembering(ganfw.TwoPlayerGAN):
    """The discriminator sees fakes of earlier steps."""

    def __init__(self):
        super().__init__(ToyGenerator(), ToyDiscriminator(), Hinge())
        self.pool = ganfw.ReplayBuffer(40, (2,))

    def discriminator_loss(self, step):
        play = ganfw.Play(self, step)
        remembered = self.discriminator(self.pool(play.fake, step)).logits[0]
        return {"adversarial": self.loss.discriminator(play.real_verdict.logits[0], remembered)}


class NotAlwaysFinite(ganfw.TwoPlayerGAN):
    """Its generator's loss is not a number in two steps, on the last of the processes alone."""

    def generator_loss(self, step):
        terms = super().generator_loss(step)
        bad = step.index in {3, 12} and step.seed == 0 and step.part == step.parts - 1
        return {name: term * torch.nan for name, term in terms.items()} if bad else terms


def not_always_finite():
    parts = toy_gan(seed=SEED, norm=True)
    return NotAlwaysFinite(parts.generator, parts.discriminator, parts.loss)


def with_state():
    terms = {"lecam": LeCam(start=3), "history": HistoricalAveraging(0.1), "norm": SpectralNorm()}
    # Points have no geometry, but p moves.
    return toy_gan(seed=SEED, regularizers=terms, augmentation=ADA(kimg=0.5, target=0.0, groups={}))


def of_everything(norm=True):
    terms = {"r1": R1(gamma=1.0, every=2), "lecam": LeCam(start=3)}
    return toy_gan(seed=SEED, norm=norm, regularizers=terms, augmentation=ADA(kimg=0.5, target=0.0, groups={}))


# Each process draws other weights, as a script that sets no seed does: the first one's are taken.
SEED = int(os.environ.get("RANK", "0"))
SGD = {"optimizers": dict.fromkeys(("generator", "discriminator"), ganfw.SGDConfig(lr=0.05))}
MICRO = {"micro_batches": PARTS // WORLD}
SYNC = {"sync_batch_stats": True}
# Game, settings of its trainer.
GAMES = {
    "plain": (lambda: toy_gan(seed=SEED), SGD),
    "r1": (lambda: toy_gan(seed=SEED, regularizers={"r1": R1(gamma=1.0, every=2)}), {}),
    "gradient-penalty": (lambda: toy_gan(seed=SEED, regularizers={"gp": GradientPenalty()}), {}),
    "path-length": (lambda: toy_gan(seed=SEED, regularizers={"pl": PathLength(latent="z", every=2)}), {}),
    "state": (with_state, {}),
    "balance": (lambda: ganfw.TwoPlayerGAN(ToyGenerator(), Energy(), BEGAN(rate=0.05)), {}),
    "pool": (Remembering, {}),
    "groups": (lambda: ganfw.TwoPlayerGAN(ToyGenerator(), Grouping(), Hinge(), regularizers={"r1": R1()}), {}),
    "batch-statistics": (lambda: toy_gan(seed=SEED, norm=True), SYNC),
    # Without spectral norm, which takes one step of its power iteration in each forward pass.
    "micro-batches": (lambda: of_everything(norm=False), MICRO),
    "skip": (not_always_finite, {**SYNC, "on_not_finite": "skip"}),
    "roll-back": (not_always_finite, {**SYNC, "on_not_finite": "roll-back", "log_every": 5}),
    "everything": (of_everything, SYNC),
    "broken": (lambda: toy_gan(norm=True, dropout=0.2, regularizers={"r1": R1(gamma=1.0, every=2)}), {}),
}


def train(name, steps, run=None):
    make, settings = GAMES[name]
    torch.manual_seed(SEED)
    trainer = toy_trainer(
        make().double(), ring(dtype=torch.float64), steps=steps, run=run, document={"game": name}, batch_size=BATCH,
        checkpoint_every=7, ema=ganfw.EMAConfig(half_life=100), **settings,
    )  # fmt: skip
    trainer.fit()
    return torch.cat([weights(trainer.gan), weights(trainer.ema.shadows)])


def agreed(name, mine):
    rows = [torch.empty_like(mine) for _ in range(WORLD)]
    dist.all_gather(rows, mine)
    assert all(torch.equal(row, mine) for row in rows), f"{name}: the processes ended with different weights"


if __name__ == "__main__":
    out, *wanted = sys.argv[1:]
    results = {}
    for name, steps, *run in (word.split(":") for word in wanted):
        results[" ".join([name, *(Path(folder).name for folder in run)])] = train(name, int(steps), *run)
    if dist.is_initialized():
        for name, mine in results.items():
            agreed(name, mine)
        dist.barrier()
        dist.destroy_process_group()
    if SEED == 0:
        save_file(results, out)
