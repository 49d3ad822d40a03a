"""The kit on what is made of parts: games, recipes and plugins."""

import sys
from types import ModuleType
from typing import ClassVar

import pytest
import torch
from torch import nn

import ganfw
from ganfw.errors import GanfwError
from ganfw.plugins.registry import load_registry, using
from ganfw.testing import ConformanceError, check_part, check_plugin, check_recipe
from ganfw.testing.toys import toy_data


class Restless(ganfw.GAN):
    """A game whose state a resume would lose."""

    averaged: ClassVar = ("net",)

    def __init__(self):
        super().__init__()
        self.net, self.weight = nn.Linear(2, 2), 1.0
        self.phases = [ganfw.Phase("only", "net", self.loss)]

    def loss(self, step):
        self.weight += 1
        return {"term": self.weight * self.net(step.batch.real).square().mean()}

    def sample(self, count, *, rng, condition=None):
        return self.net(torch.randn(count, 2, generator=rng))


class RestlessRecipe(ganfw.Recipe):
    def build(self, spec):
        return Restless()


def test_a_game_is_checked_whole():
    module = ModuleType("planted")
    module.ganfw_register_gan = ganfw.hookimpl(lambda: [ganfw.Part("restless", RestlessRecipe, "restless")])
    module.ganfw_register_gan.__name__ = "ganfw_register_gan"
    with using(load_registry([module])), pytest.raises(ConformanceError) as error:
        check_part("gan", "restless", spec=ganfw.VectorSpec(2))
    assert "resume: two steps and, resumed, two more are not the four steps of an unbroken run" in str(error.value)
    assert "fails 1 of its checks" in str(error.value)


def test_a_recipe_is_built_and_stepped(tmp_path):
    good, bad = tmp_path / "good.yaml", tmp_path / "bad.yaml"
    parts = "{data: shapes, image: {size: 8}, generator: {type: mlp, hidden: [8]}, discriminator: %s, loss: hinge}"
    good.write_text(parts % "{type: mlp, hidden: [8]}")
    assert check_recipe(str(good)).passed == ["main"]
    bad.write_text((parts % "{type: dcgan}").replace("size: 8", "size: 9"))
    with pytest.raises(ConformanceError, match=r"^recipe '.*bad\.yaml' fails 1 of its checks"):
        check_recipe(str(bad))


def test_installed_plugins_load_light():
    for name in ("losses", "classic", "emoji64"):
        assert check_plugin(name).passed == ["loads", "summaries", "light", "requires"]


LISTENER = "import ganfw\n\n\n@ganfw.hookimpl\ndef ganfw_after_step(trainer):\n    pass\n"


def install(folder, module, *requires):
    """A distribution of one module, as pip would lay it out."""
    (folder / "planted_module.py").write_text(module)
    about = folder / "planted-0.1.dist-info"
    about.mkdir()
    lines = ["Metadata-Version: 2.1", "Name: planted", "Version: 0.1", *(f"Requires-Dist: {r}" for r in requires)]
    (about / "METADATA").write_text("\n".join(lines) + "\n")
    (about / "entry_points.txt").write_text("[ganfw]\nplanted = planted_module\n")


@pytest.fixture
def planted(tmp_path, monkeypatch):
    """Installs a plugin and gives what the kit says of it: nothing, or the whole message."""
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))

    def check(module, *requires):
        install(tmp_path, module, *requires)
        try:
            with using(load_registry()):
                check_plugin("planted")
        except ConformanceError as error:
            return str(error)
        return ""

    yield check
    sys.modules.pop("planted_module", None)


@pytest.mark.parametrize(
    "requirement",
    ["ganfw-core (>=0.1,<0.2)", "ganfw_core>=0.1", "ganfw-core==0.1.0", "Ganfw-Core>=0.1", "ganfw-core[x]>=0.1"],
)
def test_a_requirement_may_be_written_in_any_way(planted, requirement):
    assert planted(LISTENER, requirement) == ""


@pytest.mark.parametrize("requirement", ["ganfw-core", "ganfw-core-extras>=0.1"])
def test_a_plugin_says_which_core_it_needs(planted, requirement):
    assert "requires: its metadata do not say which ganfw-core it needs" in planted(LISTENER, requirement)


@pytest.mark.parametrize(
    ("module", "message"),
    [
        ("import torch", 'light: importing planted_module imports torch\n    name settings by "module:Class", and'),
        ("raise RuntimeError('no licence')", "light: importing planted_module fails: RuntimeError: no licence"),
    ],
)
def test_why_a_plugin_does_not_load_light(planted, module, message):
    assert message in planted(module, "ganfw-core>=0.1")


def test_a_plugin_that_is_not_installed():
    with pytest.raises(GanfwError, match=r"^no plugin 'nowhere' is installed; there are .*\. Try pip install -e \.$"):
        check_plugin("nowhere")


def test_made_up_data_follow_the_spec():
    for spec in (
        ganfw.SequenceSpec(5, 7),
        ganfw.VectorSpec(3, ganfw.Condition("vector", 4)),
        ganfw.AudioSpec(16, 8000),
    ):
        assert toy_data(spec).spec == spec
