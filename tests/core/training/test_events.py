"""Plugins hear of everything that happens in a run, in order; one that raises is named and loses nothing."""

import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest
import torch
from toys import toy_trainer, weights

import ganfw
from ganfw.plugins.registry import load_registry, using


def plugin(name, **functions):
    """A plugin that listens."""
    module = ModuleType(name)
    for event, function in functions.items():
        function.__name__ = f"ganfw_{event}"
        setattr(module, f"ganfw_{event}", ganfw.hookimpl(function))
    return module


def recorder(heard):
    """A plugin that notes every event with what it is told."""
    return plugin(
        "recorder",
        before_run=lambda trainer: heard.append(("before_run", trainer.step)),
        after_run=lambda trainer: heard.append(("after_run", trainer.step)),
        before_step=lambda trainer, batch: heard.append(("before_step", trainer.step, len(batch))),
        after_step=lambda trainer: heard.append(("after_step", trainer.step)),
        before_phase=lambda phase: heard.append(("before_phase", phase.name)),
        after_phase=lambda trainer, phase: heard.append(("after_phase", phase.name)),
        before_samples=lambda trainer: heard.append(("before_samples", trainer.step)),
        after_samples=lambda grid, path: heard.append(("after_samples", grid.shape, path.is_file())),
        before_checkpoint=lambda trainer: heard.append(("before_checkpoint", trainer.step)),
        after_checkpoint=lambda trainer, path: heard.append(("after_checkpoint", path.name, trainer.step)),
    )


def listening(*plugins):
    return using(load_registry(plugins, disable="*"))


PHASES = [(f"{when}_phase", name) for name in ("discriminator", "generator") for when in ("before", "after")]


def step(index):
    return [("before_step", index, 16), *PHASES, ("after_step", index + 1)]


def test_every_event_is_told_in_order(tmp_path):
    heard = []
    with listening(recorder(heard)):
        toy_trainer(steps=2, run=tmp_path / "run").fit()
        first, heard[:] = list(heard), []
        toy_trainer(steps=3, run=tmp_path / "run").fit()
    saved = [("before_checkpoint", 2), ("after_checkpoint", "step-000000002", 2)]
    assert first == [("before_run", 0), *step(0), *step(1), *saved, ("after_run", 2)]
    saved = [("before_checkpoint", 3), ("after_checkpoint", "step-000000003", 3)]
    assert heard == [("before_run", 2), *step(2), *saved, ("after_run", 3)]


def test_samples_are_told_with_the_picture_that_was_written(tmp_path):
    heard = []
    data = ganfw.ArrayData(torch.zeros(8, 3, 8, 8))
    gan = ganfw.compose(generator={"type": "mlp", "hidden": [8]}, discriminator="mlp", loss="hinge", data=data)
    with listening(recorder(heard)):
        toy_trainer(gan, data, steps=1, run=tmp_path / "run", sample_every=1, sample_count=4, batch_size=4).fit()
    assert [fact for fact in heard if "samples" in fact[0]] == [
        ("before_samples", 1), ("after_samples", (16, 16, 3), True),
    ]  # fmt: skip


def test_nothing_changes_for_being_watched():
    watched, alone = toy_trainer(steps=5), toy_trainer(steps=5)
    alone.fit()
    with listening(recorder([])):
        watched = toy_trainer(steps=5)
        watched.fit()
    assert torch.equal(weights(watched.gan), weights(alone.gan))


def failing(trainer):
    if trainer.step == 3:
        raise ValueError("three is too many")


def test_a_plugin_that_raises_stops_the_run_and_is_named(tmp_path):
    with listening(plugin("careless", after_step=failing)), pytest.raises(ganfw.GanfwError) as error:
        toy_trainer(steps=5, run=tmp_path / "run", checkpoint_every=2).fit()
    assert str(error.value) == (
        "the plugin 'careless' of careless failed in ganfw_after_step: ValueError: three is too many "
        f"(test_events.py, line {failing.__code__.co_firstlineno + 2}). What was saved before is untouched. To go on "
        "without what it does in events, give trainer.on_error=disable; to go on without the plugin, set "
        "GANFW_DISABLE_PLUGINS=careless."
    )
    unbroken, resumed = toy_trainer(steps=5), toy_trainer(steps=5, run=tmp_path / "run", checkpoint_every=2)
    unbroken.fit()
    resumed.fit()
    assert resumed.step == 5
    assert torch.equal(weights(resumed.gan), weights(unbroken.gan))


def test_a_plugin_that_raises_may_be_switched_off_instead(tmp_path, caplog):
    heard = []
    with listening(
        plugin("careless", after_step=failing, after_run=lambda trainer: heard.append("told")), recorder(heard)
    ):
        toy_trainer(steps=5, on_error="disable").fit()
    assert [fact for fact in heard if fact[0] == "after_step"] == [("after_step", n + 1) for n in range(5)]
    assert heard[-1] == ("after_run", 5), "and the careless one is not told of the end"
    assert [record.getMessage() for record in caplog.records] == [
        "the plugin 'careless' of careless failed in ganfw_after_step: ValueError: three is too many "
        f"(test_events.py, line {failing.__code__.co_firstlineno + 2}); it hears of no further events"
    ]


CARELESS = """\
import ganfw


@ganfw.hookimpl
def ganfw_after_step(trainer):
    if trainer.step == 3:
        raise ValueError("three is too many")
"""


def test_on_the_command_line(tmp_path):
    (tmp_path / "careless.py").write_text(CARELESS)
    command = [
        sys.executable, "-m", "ganfw", "train", "mlp", "--run", "run", "image.size=8", "trainer.batch_size=4",
        "trainer.checkpoint_every=2", "trainer.steps=4", "trainer.tracker=null", "trainer.sample_every=null",
        "generator.hidden=[8]", "discriminator.hidden=[8]", "augmentation=null", "data=shapes", "data.count=16",
    ]  # fmt: skip
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}

    def run(*more):
        return subprocess.run([*command, *more], cwd=tmp_path, env=environment, capture_output=True, text=True)

    stopped = run("--plugin", "careless.py")
    assert stopped.returncode == 2
    assert stopped.stderr.splitlines()[-1] == (
        "ganfw: the plugin 'careless' of careless.py failed in ganfw_after_step: ValueError: three is too many "
        "(careless.py, line 7). What was saved before is untouched. To go on without what it does in events, give "
        "trainer.on_error=disable; to go on without the plugin, set GANFW_DISABLE_PLUGINS=careless."
    )
    assert "Traceback" not in stopped.stderr
    disabled = run("--plugin", "careless.py", "trainer.on_error=disable")
    assert disabled.returncode == 0
    assert "going on from step 2" in disabled.stderr
    assert "it hears of no further events" in disabled.stderr


NOTES = """\
import os
from pathlib import Path

import ganfw


def note(event):
    with Path(f"heard-{os.environ['RANK']}.txt").open("a") as file:
        file.write(event + "\\n")


@ganfw.hookimpl
def ganfw_before_run():
    note("before_run")


@ganfw.hookimpl
def ganfw_after_step():
    note("after_step")


@ganfw.hookimpl
def ganfw_after_phase():
    note("after_phase")


@ganfw.hookimpl
def ganfw_after_checkpoint():
    note("after_checkpoint")


@ganfw.hookimpl
def ganfw_after_run():
    note("after_run")
"""


@pytest.mark.slow
def test_each_process_hears_of_its_steps_and_the_main_one_of_what_is_written(tmp_path):
    (tmp_path / "notes.py").write_text(NOTES)
    command = [
        "train", "mlp", "--run", "run", "image.size=8", "trainer.batch_size=4", "trainer.steps=1",
        "trainer.tracker=null", "generator.hidden=[8]", "discriminator.hidden=[8]", "augmentation=null",
        "regularizers.r1=null", "data=shapes", "data.count=16", "--num-processes", "2", "--plugin", "notes.py",
    ]  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-m", "ganfw", *command],
        cwd=tmp_path, env={**os.environ, "OMP_NUM_THREADS": "1"}, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    steps = ["before_run", "after_phase", "after_phase", "after_step"]
    heard = [Path(tmp_path / f"heard-{rank}.txt").read_text().split() for rank in (0, 1)]
    assert heard == [[*steps, "after_checkpoint", "after_run"], [*steps, "after_run"]]
