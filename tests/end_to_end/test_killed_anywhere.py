"""A run that is killed at any call to the file system, or in the middle of any file, goes on to the same bits."""

import os
import sys
from pathlib import Path

import pytest
from processes import run

SUPPORT = Path(__file__).parents[1] / "support"


@pytest.mark.slow
def test_the_same_command_goes_on_wherever_it_was_killed(tmp_path):
    """Every fifth call here; all of them with ``python tests/support/killed_anywhere.py FOLDER 1``."""
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(SUPPORT)}
    said = run(sys.executable, SUPPORT / "killed_anywhere.py", tmp_path, 5, env=environment)
    for stage in ("os.fsync", "os.rename", "os.mkdir", "open", "size"):
        assert stage in said
