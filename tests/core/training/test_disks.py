"""A disk that is really full, or really read-only: the reason is said, the last good checkpoint stays, and the same
command goes on once that is mended.
"""

import threading

import numpy as np
import pytest
import torch
from disks import fill, remount, small_disk
from toys import toy_trainer, weights

import ganfw
from ganfw.config.data import FilesConfig
from ganfw.specs import ImageSpec
from ganfw.training.checkpoint import Checkpoints

STEPS, FULL_AT = 12, 6
ROOM = "Make room and run the same command again."
AGAIN = "and run the same command again: it goes on from the last checkpoint."


def trainer_of(run, **settings):
    data = ganfw.ArrayData(np.random.default_rng(0).integers(0, 256, (32, 3, 8, 8), dtype=np.uint8))
    torch.manual_seed(0)
    small = {"type": "dcgan", "width": 2}
    gan = ganfw.compose(generator=small, discriminator=small, loss="hinge", data=data)
    all_settings = {"checkpoint_every": 4, "sample_every": 4, "sample_count": 4, "log_every": 1, **settings}
    return ganfw.Trainer(gan, data, steps=STEPS, batch_size=4, run=run, **all_settings)


def train_until_full(run, disk, **settings):
    trainer = trainer_of(run, **settings)

    def fill_at(_mean):
        if trainer.step == FULL_AT - 1:
            fill(disk)

    trainer.gan.after_step = fill_at
    with pytest.raises(ganfw.GanfwError) as caught:
        trainer.fit()
    return str(caught.value)


@pytest.fixture(scope="module")
def unbroken(tmp_path_factory):
    return weights(trainer_of(tmp_path_factory.mktemp("unbroken") / "run").fit())


@pytest.mark.parametrize(
    ("full", "settings", "message"),
    [
        (
            "checkpoints", {},
            "could not save step-000000008 in {run}/checkpoints: the disk is full. The last good checkpoint, "
            "step-000000004, is untouched. " + ROOM,
        ),
        (
            "samples", {},
            "could not save step-000000008.png in {run}/samples: the disk is full. The last good checkpoint, "
            "step-000000004, is untouched. " + ROOM,
        ),
        (
            "model", {},
            "could not save model in {run}: the disk is full. The last good checkpoint, step-000000008, is untouched. "
            + ROOM,
        ),
        (
            "logs", {"tracker": None},
            "cannot write the log {run}/logs/metrics.jsonl: No space left on device. Make room, or remove what is in "
            "the way, " + AGAIN,
        ),
        (
            "logs/ganfw", {},
            "the tracker of the run {run} cannot log: No space left on device. Make room, or do without it by "
            "trainer.tracker=null, " + AGAIN,
        ),
    ],
)  # fmt: skip
def test_a_full_disk_stops_the_run_and_is_survived(tmp_path, capfd, unbroken, full, settings, message):
    run, hook = tmp_path / "run", threading.excepthook
    with small_disk(run / full, 400) as disk:
        said = train_until_full(run, disk, **settings)
        assert said == message.format(run=run)
        _, facts = Checkpoints(run / "checkpoints").newest()
        # A log may have room for some more lines on its last page.
        assert facts["step"] in {"checkpoints": [4], "samples": [4], "model": [8]}.get(full, [4, 8])
        assert "Traceback" not in capfd.readouterr().err
        assert threading.excepthook is hook
        (disk / "filling").unlink()
        assert torch.equal(weights(trainer_of(run, **settings).fit()), unbroken)
        assert not list(run.rglob(".*"))  # no part of a file is left


def test_a_tracker_that_cannot_finish_does_not_hide_how_the_run_has_ended(tmp_path, monkeypatch, caplog):
    def full(_tracker):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("accelerate.tracking.TensorBoardTracker.finish", full)
    trainer_of(tmp_path).fit()
    assert [record.getMessage() for record in caplog.records] == [
        "the tracker tensorboard lost its last lines: No space left on device"
    ]
    caplog.clear()
    trainer = trainer_of(tmp_path / "other")
    trainer.run_step = lambda _: (_ for _ in ()).throw(ganfw.GanfwError("the reason"))
    with pytest.raises(ganfw.GanfwError, match="the reason"):
        trainer.fit()
    assert caplog.records == []


def test_a_full_disk_at_the_cache_leaves_nothing_behind(tmp_path, monkeypatch, folder_of_pictures):
    with small_disk(tmp_path / "cache", 24) as disk:
        monkeypatch.setenv("GANFW_CACHE", str(disk))
        with pytest.raises(ganfw.GanfwError) as caught:
            FilesConfig(path=str(folder_of_pictures)).build(ImageSpec(32))
        assert str(caught.value) == (
            f"cannot write the prepared pictures to {disk / 'data'}: No space left on device. Make room or give "
            "another folder: GANFW_CACHE=/path/with/room"
        )
        assert list((disk / "data").iterdir()) == []
        remount(disk, "size=400k")
        assert len(FilesConfig(path=str(folder_of_pictures)).build(ImageSpec(32))) == 12


@pytest.fixture
def folder_of_pictures(tmp_path):
    from PIL import Image

    (tmp_path / "pictures").mkdir()
    for number in range(12):
        Image.new("RGB", (32, 32), (number, 0, 0)).save(tmp_path / "pictures" / f"{number}.png")
    return tmp_path / "pictures"


@pytest.mark.parametrize("begun", [False, True])
def test_a_read_only_run_folder_is_refused_before_training(tmp_path, begun):
    with small_disk(tmp_path / "disk", 4000) as disk:
        run = disk / "run"
        if begun:
            toy_trainer(run=run, steps=2, document={}).fit()
        remount(disk, "ro")
        trainer = toy_trainer(run=run, steps=4, document={})
        trainer.run_step = lambda _: pytest.fail("trained")
        with pytest.raises(ganfw.GanfwError) as caught:
            trainer.fit()
        assert str(caught.value) == (
            f"cannot write to the run folder {run}: Read-only file system. Make it writable and run the same command "
            "again, or choose another folder with --run."
        )
        remount(disk, "rw")
        assert toy_trainer(run=run, steps=4, document={}).fit() is not None
        assert Checkpoints(run / "checkpoints").newest()[1]["step"] == 4


def test_one_folder_of_the_run_on_a_read_only_disk_is_refused_before_training(tmp_path):
    with small_disk(tmp_path / "run/samples", 100) as disk:
        remount(disk, "ro")
        trainer = toy_trainer(run=tmp_path / "run", steps=4, document={})
        trainer.run_step = lambda _: pytest.fail("trained")
        with pytest.raises(ganfw.GanfwError) as caught:
            trainer.fit()
        assert str(caught.value) == (
            f"cannot write to the run folder {disk}: Read-only file system. Make it writable and run the same command "
            "again, or choose another folder with --run."
        )
