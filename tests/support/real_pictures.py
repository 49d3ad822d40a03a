"""Real pictures for the tests of metrics, and ways to make them worse."""

from pathlib import Path

import numpy as np
import torch
from torch.nn.functional import interpolate

import ganfw
from ganfw.training.step import Batch

MNIST = Path(__file__).parents[1] / "metrics/data/mnist_held_out.npz"


def mnist():
    """500 digits, bytes ``(500, 1, 28, 28)``, and their classes in order."""
    with np.load(MNIST) as file:
        return torch.from_numpy(file["pictures"])[:, None], torch.from_numpy(file["labels"]).long()


def decoded(x):
    """Bytes to [-1, 1]."""
    return x / 127.5 - 1


def emoji(split="train", size=64, indices=None):
    """Emoji in [-1, 1]."""
    data = ganfw.open_data("emoji64", size=size, split=split)
    indices = np.arange(len(data)) if indices is None else np.asarray(indices)
    return data.decode(Batch({"real": torch.from_numpy(data.rows(indices, indices)["real"])})).real


def noisy(x, strength, seed=0):
    """With Gaussian noise."""
    rng = torch.Generator().manual_seed(seed)
    return (x + strength * torch.randn(x.shape, generator=rng)).clamp(-1, 1)


def blurred(x, factor):
    """Made smaller and large again."""
    small = interpolate(x, scale_factor=1 / factor, mode="bilinear", antialias=True, align_corners=False)
    return interpolate(small, x.shape[2:], mode="bilinear", align_corners=False).clamp(-1, 1)
