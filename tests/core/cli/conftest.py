"""The command line in this process, and folders of tiny pictures."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from PIL import Image

from ganfw.cli.main import main

TINY = ("image.size=8", "trainer.batch_size=4", "generator.width=4", "discriminator.width=4", "trainer.tracker=null")


@dataclass(frozen=True)
class Result:
    code: int
    out: str
    err: str


@pytest.fixture
def ganfw(capsys, monkeypatch, tmp_path):
    """Run a command in an empty folder: ``ganfw("train", "dcgan")`` gives its exit code and what it said."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GANFW_CACHE", str(tmp_path / "cache"))

    def run(*arguments):
        capsys.readouterr()
        with pytest.raises(SystemExit) as stop:
            main([str(argument) for argument in arguments])
        return Result(stop.value.code, *capsys.readouterr())

    return run


@pytest.fixture
def tiny():
    """Overrides that make DCGAN train in no time."""
    return TINY


@pytest.fixture
def pictures(tmp_path):
    """A folder with twelve small pictures, called ``pictures`` in the folder that commands run in."""
    folder = tmp_path / "pictures"
    folder.mkdir()
    random = np.random.default_rng(0)
    for index in range(12):
        Image.fromarray(random.integers(0, 256, (17, 20, 3), dtype=np.uint8)).save(folder / f"{index:02d}.png")
    return folder
