"""Two real processes in one run folder, a folder that has moved or is a link, and a disk that is too small."""

import shutil
import signal
import time

import pytest
import torch
from disks import remount, small_disk
from short_runs import finish, start


@pytest.fixture(scope="module")
def unbroken(tmp_path_factory):
    return finish(tmp_path_factory.mktemp("unbroken"), "run", 1)


def wait_for_checkpoint(run, running):
    while not list(run.glob("checkpoints/step-*")):
        assert running.poll() is None, running.stderr.read().decode()
        time.sleep(0.01)


@pytest.mark.slow
def test_a_second_process_is_refused_and_the_first_is_not_disturbed(tmp_path, unbroken):
    first = start(tmp_path, "run", 1)
    wait_for_checkpoint(tmp_path / "run", first)
    first.send_signal(signal.SIGSTOP)  # else it may be done before the second has started
    try:
        second = start(tmp_path, "run", 1)
        _, errors = second.communicate()
        assert first.poll() is None, "the first ended before the second was refused"
    finally:
        first.send_signal(signal.SIGCONT)
    assert (second.returncode, errors.decode()) == (
        2,
        "ganfw: another process is training into run. Wait until it has ended, or end it: the same command goes on "
        "from its last checkpoint. To train beside it, choose another folder with --run.\n",
    )
    _, errors = first.communicate()
    assert first.returncode == 0, errors.decode()[-2000:]
    state = finish(tmp_path, "run", 1)
    assert [name for name in unbroken if not torch.equal(state[name], unbroken[name])] == []


@pytest.mark.slow
def test_a_run_that_has_moved_or_is_a_link_goes_on(tmp_path, unbroken):
    half = start(tmp_path, "first", 1, "trainer.steps=200")
    _, errors = half.communicate()
    assert half.returncode == 0, errors.decode()[-2000:]
    shutil.copytree(tmp_path / "first", tmp_path / "elsewhere" / "copied")
    (tmp_path / "first").rename(tmp_path / "moved")
    (tmp_path / "link").symlink_to("elsewhere/copied")
    for name in ("moved", "link"):
        state = finish(tmp_path, name, 1)
        assert [key for key in unbroken if not torch.equal(state[key], unbroken[key])] == []
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "elsewhere/copied/checkpoints/step-000000400").is_dir()
    assert not (tmp_path / "first").exists()


@pytest.mark.slow
def test_on_a_small_disk_the_run_stops_with_a_sentence_and_goes_on_with_room(tmp_path, unbroken):
    """Whatever it is that meets the full disk first."""
    with small_disk(tmp_path / "disk", 300) as disk:
        running = start(tmp_path, disk / "run", 1)
        _, errors = running.communicate()
        said = errors.decode().splitlines()
        assert running.returncode == 2
        assert not [line for line in said if "Traceback" in line or "Error" in line]
        assert said[-1].startswith(("ganfw: could not save", "ganfw: cannot write", "ganfw: the tracker"))
        assert "same command" in said[-1]
        remount(disk, "size=9000k")
        resumed = finish(tmp_path, disk / "run", 1)
        assert [name for name in unbroken if not torch.equal(resumed[name], unbroken[name])] == []
