"""Wheels of every distribution, and environments in which nothing of the workspace is installed but them."""

import os
import sys
import sysconfig
import tomllib
from dataclasses import dataclass
from pathlib import Path

import pytest
from processes import run

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def wheels(tmp_path_factory):
    """The wheel of each distribution by its name, all in one folder."""
    target = tmp_path_factory.mktemp("wheels")
    found = {}
    for file in sorted(ROOT.glob("packages/**/pyproject.toml")):
        name = tomllib.loads(file.read_text())["project"]["name"]
        run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", target, cwd=file.parent)
        found[name] = next(target.glob(f"{name.replace('-', '_')}-0*.whl"))
    return found


@pytest.fixture(scope="session")
def third_party(tmp_path_factory):
    """The site-packages of this environment without ganfw."""
    farm = tmp_path_factory.mktemp("third-party")
    for folder in {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}:
        for entry in Path(folder).iterdir():
            if "ganfw" not in entry.name and entry.suffix != ".pth":
                (farm / entry.name).symlink_to(entry)
    return farm


@dataclass(frozen=True)
class Venv:
    """A virtual environment that sees third-party packages, and of ganfw what is installed into it."""

    folder: Path
    wheels: Path
    environment: dict

    def run(self, *command, cwd, code=0):
        """Run a program of this environment."""
        return run(self.folder / "bin" / command[0], *command[1:], code=code, cwd=cwd, env=self.environment)

    def install(self, *names, cwd):
        """Install distributions of the workspace. pip sees the linked packages, so it refuses what is not there."""
        self.run("pip", "install", "--quiet", "--no-index", "--find-links", self.wheels, *names, cwd=cwd)


@pytest.fixture(scope="session")
def new_venv(wheels, third_party):
    """Makes a virtual environment in a folder."""

    def make(folder):
        run(sys.executable, "-m", "venv", folder / "venv")
        # An old one comes with the environment, and would hide the one that torch asks for.
        run(folder / "venv/bin/python", "-m", "pip", "uninstall", "--quiet", "--yes", "setuptools")
        (site,) = (folder / "venv").glob("lib/python*/site-packages")
        (site / "third_party.pth").write_text(f"{third_party}\n")
        kept = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "GANFW", "PIP"))}
        path = f"{folder / 'venv/bin'}{os.pathsep}{kept.get('PATH', '')}"
        ours = {
            "PATH": path,
            "PIP_CONFIG_FILE": os.devnull,
            "GANFW_CACHE": str(folder / "cache"),
            "OMP_NUM_THREADS": "1",
        }
        # Nothing is fetched: what a build needs is among the linked packages.
        ours |= {"PIP_CONFIG_FILE": os.devnull, "PIP_NO_INDEX": "1", "PIP_NO_BUILD_ISOLATION": "0"}
        return Venv(folder / "venv", next(iter(wheels.values())).parent, kept | ours)

    return make
