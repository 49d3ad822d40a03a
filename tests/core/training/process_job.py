"""Run by torchrun in test_processes.py: train toys and write their final weights.

Arguments: the file to write, the number of steps, and for a run that is to be broken off its folder.
"""

import os
import sys

import torch
from safetensors.torch import save_file
from toys import ring, toy_gan, toy_trainer, weights

from ganfw_losses import ADA, R1, GradientPenalty, HistoricalAveraging, LeCam, SpectralNorm

GAMES = {
    "plain": {},
    "r1": {"regularizers": {"r1": R1(gamma=1.0, every=2)}},
    "gradient-penalty": {"regularizers": {"gp": GradientPenalty()}},
    "state": {
        "regularizers": {"lecam": LeCam(start=3), "history": HistoricalAveraging(0.1), "norm": SpectralNorm()},
        "augmentation": ADA(kimg=0.5, target=0.0, groups={}),  # points have no geometry, but p moves
    },
}


def train(name, steps, run=None, **settings):
    # Each process draws other weights, as a script that sets no seed does: the first one's are taken.
    gan = toy_gan(seed=int(os.environ.get("RANK", "0")), **GAMES[name], **settings).double()
    trainer = toy_trainer(
        gan, ring(dtype=torch.float64), steps=steps, run=run, document={"game": name}, checkpoint_every=7
    )
    trainer.fit()
    return trainer, weights(gan)


if __name__ == "__main__":
    out, steps, run = sys.argv[1], int(sys.argv[2]), sys.argv[3] if len(sys.argv) > 3 else None
    if run is None:
        results = {name: train(name, steps)[1] for name in GAMES}
    else:
        results = {"run": train("r1", steps, run, norm=True, dropout=0.2)[1]}
    if torch.distributed.is_initialized():
        for name, mine in results.items():
            rows = [torch.empty_like(mine) for _ in range(torch.distributed.get_world_size())]
            torch.distributed.all_gather(rows, mine)
            assert all(torch.equal(row, mine) for row in rows), f"{name}: the processes ended with different weights"
        rank = torch.distributed.get_rank()
        torch.distributed.barrier()
        torch.distributed.destroy_process_group()
    else:
        rank = 0
    if rank == 0:
        save_file(results, out)
