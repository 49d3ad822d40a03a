"""What holds for every test."""

import os

import pytest
import torch

from ganfw.plugins import registry

if "PYTEST_XDIST_WORKER" in os.environ:  # one of as many as there are cores; what it starts has one thread too
    os.environ["OMP_NUM_THREADS"] = "1"
    torch.set_num_threads(1)


@pytest.fixture(autouse=True)
def fresh_registry():
    """Plugins that a test puts in place are not seen by the next one."""
    yield
    registry._installed.cache_clear()
