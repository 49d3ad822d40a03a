"""Grids of models with codes: a row for each value, and continuous codes that are swept."""

from types import SimpleNamespace

import numpy as np
import torch
from zoo import grids


def test_a_row_is_a_value_of_the_code_and_its_end_sweeps_the_continuous_ones():
    class Echo:
        """One pixel: the value of the code in tenths, and the sum of the continuous codes in hundredths."""

        latent_dim = 9

        def prior(self, noise):
            return noise

        def __call__(self, z):
            return (z[:, :4].argmax(1) / 10 + z[:, 4:6].sum(1) / 100)[:, None, None, None]

    term = SimpleNamespace(categorical=(4,), continuous=2)
    gan = SimpleNamespace(generator=Echo(), terms=lambda: [term])
    grid = grids._codes(SimpleNamespace(gan=gan, seed=0), term.categorical, term.continuous)
    assert grid.shape == (4, 15)
    swept = grid[:, 5:].astype(float) / 127.5 - 1
    expected = torch.linspace(-1, 1, 5).repeat(2)[None] / 100 + torch.arange(4)[:, None] / 10
    np.testing.assert_allclose(swept, expected, atol=0.005)
    some = np.diff(grid[:, :5].astype(float), axis=0)
    assert np.abs(some - 12.75).max() <= 1  # the same latents in each row but for the code
