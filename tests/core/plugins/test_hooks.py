"""Every hook is documented with its exact arguments, and the example in its specification runs."""

import importlib.util
import inspect
import re
import shlex
from pathlib import Path
from types import ModuleType

import pytest

import ganfw
from ganfw.cli.main import main
from ganfw.plugins.hookspecs import EVENTS, HOOKS, KINDS, Hookspecs
from ganfw.plugins.registry import load_registry, using

DOCS = Path(__file__).parents[3] / "docs/plugins"


def page_maker():
    spec = importlib.util.spec_from_file_location("make_reference", DOCS / "make_reference.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def plugin_of(*hooks):
    """A plugin made of the examples of these hooks."""
    plugin = ModuleType("examples")
    plugin.ganfw = ganfw
    for hook in hooks:
        exec(page_maker().example(hook), vars(plugin))
    return plugin


def test_the_reference_is_the_one_that_the_specifications_make():
    made = page_maker().reference()
    assert (DOCS / "reference.md").read_text() == made, "run `python docs/plugins/make_reference.py`"


@pytest.mark.parametrize("hook", HOOKS)
def test_a_hook_is_documented_with_its_exact_arguments(hook):
    headings = re.findall(r"^### (\w+)\((.*)\)$", (DOCS / "reference.md").read_text(), re.MULTILINE)
    arguments = list(inspect.signature(getattr(Hookspecs, hook)).parameters)[1:]
    assert dict(headings)[hook] == ", ".join(arguments)


def test_the_families_are_complete():
    assert len(KINDS) + len(EVENTS) == len(HOOKS)
    before, after = ({event.partition("_")[2] for event in EVENTS if event.startswith(p)} for p in ("before", "after"))
    assert before == after == {"run", "step", "phase", "samples", "checkpoint", "evaluation"}


@pytest.mark.parametrize("hook", HOOKS)
def test_the_example_of_a_hook_is_a_plugin(hook):
    with using(load_registry([plugin_of(hook)], disable="*")) as chosen:
        status = chosen.statuses[-1]
    assert (status.name, status.status, status.detail) == ("examples", "ok", "")
    assert len(status.parts) == 1


@pytest.fixture
def type_in(tmp_path, monkeypatch, capsys):
    """Runs a command in an empty folder and returns what it says, with a trace of every hook."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GANFW_HOOK_TRACE", "1")

    def run(command):
        with pytest.raises(SystemExit) as stopped:
            main(shlex.split(command))
        said = capsys.readouterr()
        assert stopped.value.code == 0, said.err
        return said

    return run


def test_every_example_is_used(type_in):
    """The parts of the examples make a GAN together, which is trained, judged and exported; every hook is called."""
    pictures = "image: {size: 8}, data: {type: shapes, count: 16}"
    Path("game.yaml").write_text(f"{{gan: autoencoder, encoder: linear, generator: linear, {pictures}}}")
    with using(load_registry([plugin_of(*HOOKS)], disable="*")):
        penalty = "regularizers.drift.weight=0.01 augmentation=noise"
        settings = f"{penalty} optimizers.generator=adamax trainer.tracker=csv trainer.log_every=2 data.count=64"
        said = [
            type_in(f"train my-recipe --run run {settings}"),
            type_in("evaluate run --metrics mean-distance --count 32"),
            type_in("export run --to numpy"),
            type_in("parameters run"),
            type_in("train game.yaml trainer.steps=2 trainer.batch_size=8 trainer.tracker=null --run other"),
        ]
    assert Path("run/losses.csv").read_text().count("discriminator/drift") == 2
    assert Path("run/exports/numpy/weights.npz").is_file()
    assert said[3].out.strip() == "18"  # eight weights and a bias for each of two coordinates
    for event in EVENTS:
        assert f"ganfw_{event}" in "".join(text.err for text in said), event
