"""Numbers that follow from sines alone, so that a golden value holds in every version of every library."""

import math

import torch


def _wave(shape, pace):
    return (torch.arange(math.prod(shape), dtype=torch.float64).square() * pace).sin().view(shape)


def features(count, pace, width=12):
    """Features that look drawn at random. Shape: ``(count, width)``, float64."""
    return _wave((count, width), pace)


def weights(state):
    """Weights that look drawn at random, for a state dict with batch normalisation."""
    made = {}
    for place, (name, tensor) in enumerate(sorted(state.items())):
        wave = _wave(tensor.shape, 0.37 + place / 1000)
        if name.endswith("running_var"):
            wave = 1 + wave / 2
        elif name.endswith("bn.weight"):
            wave = 1 + wave / 4
        elif tensor.ndim > 1:
            wave = wave * math.sqrt(4.5 / tensor[0].numel())
        else:
            wave = wave / 10
        made[name] = wave.to(tensor.dtype)
    return made


def pictures(size):
    """Two smooth ones. Shape: ``(2, 3, size, size)``, bytes."""
    at = torch.arange(size, dtype=torch.float64) * 20 / size
    waves = [(at[:, None] * (1 + k / 4)).sin() * (at * (2 - k / 5)).cos() for k in range(6)]
    return ((torch.stack(waves).view(2, 3, size, size) + 1) * 127.5).round().to(torch.uint8)
