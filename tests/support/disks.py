"""Small disks that a test can fill, or make read-only: tmpfs, which only root may mount."""

import os
import shutil
import subprocess
from contextlib import contextmanager

import pytest


def _mount(*options):
    return subprocess.run(["mount", *options], capture_output=True, text=True, check=False)


@contextmanager
def small_disk(folder, kilobytes):
    """A disk of its own at a folder."""
    if shutil.which("mount") is None:
        pytest.skip("there is no mount")
    folder.mkdir(parents=True, exist_ok=True)
    done = _mount("-t", "tmpfs", "-o", f"size={kilobytes}k", "tmpfs", str(folder))
    if done.returncode:
        pytest.skip(f"a small disk cannot be mounted here: {done.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def remount(folder, options):
    """Change a disk that is mounted: ``size=9000k``, ``ro``."""
    done = _mount("-o", f"remount,{options}", str(folder))
    assert done.returncode == 0, done.stderr


def fill(folder):
    """Leave no room on a disk; the file that takes it."""
    file = folder / "filling"
    handle = os.open(file, os.O_WRONLY | os.O_CREAT)
    try:
        while True:
            os.write(handle, bytes(4096))
    except OSError:
        return file
    finally:
        os.close(handle)
