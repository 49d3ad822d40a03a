"""Data made of other data."""

import numpy as np
import pytest
import torch

import ganfw
from ganfw.config.combined_data import BinaryConfig
from ganfw.data.combined import Binary
from ganfw.training.step import Batch


def read(data, count=4):
    rows = data.rows(np.arange(count), np.zeros(count, np.int64))
    return data.decode(Batch({name: torch.from_numpy(values) for name, values in rows.items()}))


@pytest.mark.parametrize("threshold", [-0.5, 0.0, 0.5])
def test_binary_data_have_two_values_told_apart_at_the_threshold(threshold):
    grey = ganfw.open_data("shapes", size=16, channels=1, labels=True)
    batch, wanted = read(Binary(grey, threshold)), read(grey)
    assert set(batch.real.unique().tolist()) == {-1.0, 1.0}
    assert torch.equal(batch.real > 0, wanted.real > threshold)
    assert torch.equal(batch.condition, wanted.condition)


def test_binary_data_are_others_than_the_grey_ones():
    grey = ganfw.open_data("shapes", size=16, channels=1)
    prints = [grey.fingerprint, *(Binary(grey, threshold).fingerprint for threshold in (0.0, 0.5))]
    assert len(set(prints)) == 3


def test_held_out_data_are_made_binary_alike():
    learned = BinaryConfig(data={"type": "mnist5k"}, threshold=0.2)
    assert learned.held_out() == BinaryConfig(data={"type": "mnist5k", "split": "test"}, threshold=0.2)
    assert BinaryConfig(data="shapes").held_out() is None
    assert learned.license() == learned.data.license()
