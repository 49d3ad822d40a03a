"""What holds for every test."""

import pytest

from ganfw.plugins import registry


@pytest.fixture(autouse=True)
def fresh_registry():
    """Plugins that a test puts in place are not seen by the next one."""
    yield
    registry._installed.cache_clear()
