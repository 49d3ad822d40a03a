"""A small run, and copies of it to damage."""

import shutil

import pytest

from ganfw.cli.main import main


@pytest.fixture(scope="session")
def run(tmp_path_factory):
    """The folder of a run of two steps."""
    folder = tmp_path_factory.mktemp("trained")
    settings = [
        "image.size=8", "generator.hidden=[4]", "discriminator.hidden=[4]", "data=shapes", "trainer.steps=2",
        "trainer.batch_size=4", "trainer.tracker=null", "trainer.sample_every=null", "augmentation=null",
    ]  # fmt: skip
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GANFW_CACHE", str(folder / "cache"))
        with pytest.raises(SystemExit) as stopped:
            main(["train", "mlp", "--run", str(folder / "run"), *settings])
    assert stopped.value.code == 0
    return folder / "run"


@pytest.fixture
def copied(run, tmp_path):
    """The run, for one test to damage."""
    return shutil.copytree(run, tmp_path / "run")
