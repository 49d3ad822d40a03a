"""Plugins as installed distributions: one that is broken never stops the others."""

# Tables and whole messages read better unbroken.
# ruff: noqa: E501

from __future__ import annotations

import os
import re
import subprocess
import sys
from types import ModuleType

import pytest

from ganfw.errors import GanfwError
from ganfw.plugins.hookspecs import PART_KINDS, hookimpl
from ganfw.plugins.records import Part
from ganfw.plugins.registry import load_registry, registry, using

GOOD = """\
import ganfw
from ganfw.config.base import Config

class {name}(Config):
    def build(self, spec):
        return None

@ganfw.hookimpl
def ganfw_register_loss():
    yield ganfw.Part("{part}", {name}, "one line")
"""


@pytest.fixture
def site(tmp_path, monkeypatch):
    """A folder on the path into which distributions with plugins are put; nothing else is installed."""
    folder = tmp_path / "site"
    folder.mkdir()
    monkeypatch.syspath_prepend(folder)
    monkeypatch.delenv("GANFW_DISABLE_PLUGINS", raising=False)
    before = set(sys.modules)

    def only_here(group):
        from importlib.metadata import Distribution, DistributionFinder

        found = Distribution.discover(context=DistributionFinder.Context(path=[str(folder)]))
        return [point for dist in found for point in dist.entry_points if point.group == group]

    monkeypatch.setattr("ganfw.plugins.finding.entry_points", only_here)

    def install(distribution, source, *, module=None, entry=None, version="1.0", requires=()):
        module = module or distribution.replace("-", "_")
        (folder / f"{module}.py").write_text(source)
        info = folder / f"{module}-{version}.dist-info"
        info.mkdir()
        needs = "".join(f"Requires-Dist: {requirement}\n" for requirement in requires)
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {distribution}\nVersion: {version}\n{needs}")
        (info / "entry_points.txt").write_text(f"[ganfw]\n{entry or module} = {module}\n")

    yield install
    for name in set(sys.modules) - before:
        if getattr(sys.modules[name], "__file__", None) and str(folder) in str(sys.modules[name].__file__):
            del sys.modules[name]


def statuses(loaded):
    return {status.name: (status.status, status.detail) for status in loaded.statuses if status.name != "core"}


def test_a_good_plugin(site):
    site("good-losses", GOOD.format(name="Good", part="good"), version="2.1")
    loaded = load_registry()
    core, status = loaded.statuses
    assert {"gan:two-player", "optimizer:adam"} <= set(core.parts)
    assert (status.name, status.distribution, status.version, status.status) == (
        "good_losses",
        "good-losses",
        "2.1",
        "ok",
    )
    assert status.parts == ("loss:good",)
    part = loaded.part("loss", "good")
    assert loaded.name_of("loss", part.config()) == "good"
    assert loaded.owner("loss", "good") == status


MARKED = "import ganfw\n\n@ganfw.hookimpl\n"


@pytest.mark.parametrize(
    ("source", "detail"),
    [
        ("import no_such_module", "ModuleNotFoundError: No module named 'no_such_module' (bad.py, line 1)"),
        ("x = 1\nraise KeyError('x')", "KeyError: 'x' (bad.py, line 2)"),
        ("def f(:\n  pass", "SyntaxError: invalid syntax (bad.py, line 1)"),
        ("import sys\nsys.exit(3)", "SystemExit: 3 (bad.py, line 2)"),
        ("", "it brings nothing: no function ganfw_... marked @ganfw.hookimpl in its module"),
        ("import ganfw\n\n@ganfw.hookimpl(tryfirst=True)\ndef ganfw_after_step(trainer): ...",
         "ganfw_after_step is marked tryfirst, but each plugin is called by itself, in the order of their names; "
         "write @ganfw.hookimpl alone"),
        (MARKED + "def ganfw_after_stop(trainer): ...", "there is no hook ganfw_after_stop; did you mean ganfw_after_step?"),
        (MARKED + "def ganfw_register_command():\n    yield ganfw.Part('a', ganfw.AdamConfig, '')",
         "ganfw_register_command has to yield ganfw.Command, not Part(name='a', "
         "config=<class 'ganfw.config.trainer.AdamConfig'>, summary='', reference='')"),
        (MARKED + "def ganfw_register_los():\n    return []", "there is no hook ganfw_register_los; did you mean ganfw_register_loss?"),
        ("def ganfw_register_loss():\n    return []", "ganfw_register_loss is not marked as a hook; write @ganfw.hookimpl above it"),
        (MARKED + "def ganfw_register_loss(spec):\n    return []",
         "Argument(s) {'spec'} are declared in the hookimpl but can not be found in the hookspec"),
        (MARKED + "def ganfw_register_loss():\n    yield 1 / 0", "ZeroDivisionError: division by zero (bad.py, line 5)"),
        (MARKED + "def ganfw_register_loss():\n    yield 'hinge'", "ganfw_register_loss has to yield ganfw.Part, not 'hinge'"),
        (MARKED + "def ganfw_register_recipe():\n    yield ganfw.Part('a', ganfw.Config, '')",
         "ganfw_register_recipe has to yield ganfw.RecipeFile, not Part(name='a', config=<class 'ganfw.config.base.Config'>, "
         "summary='', reference='')"),
        (MARKED + "def ganfw_register_loss():\n    yield ganfw.Part('My Loss', ganfw.AdamConfig, '')",
         "loss 'My Loss': a name is lower-case words joined by hyphens"),
        (MARKED + "def ganfw_register_loss():\n    yield ganfw.Part('a', ganfw.Config, '')", "loss 'a': Config has no method build(spec)"),
        (MARKED + "def ganfw_register_data():\n    yield ganfw.Part('a', ganfw.AdamConfig, '')",
         "data 'a': its config <class 'ganfw.config.trainer.AdamConfig'> has to subclass ganfw.DataConfig"),
        (MARKED + "def ganfw_register_loss():\n    yield ganfw.Part('a', ganfw.AdamConfig, '')\n    yield ganfw.Part('b', ganfw.AdamConfig, '')",
         "AdamConfig is the config of 2 loss parts; each needs a class of its own"),
        (MARKED + "def ganfw_register_loss():\n    yield ganfw.Part('a', ganfw.AdamConfig, '')\n    yield ganfw.Part('a', ganfw.SGDConfig, '')",
         "it yields the loss 'a' 2 times"),
        ("import ganfw\nclass C(ganfw.Config):\n    type: int = 1\n    def build(self, spec): ...\n" + MARKED
         + "def ganfw_register_loss():\n    yield ganfw.Part('a', C, '')",
         "loss 'a': C has a field 'type', where recipes write the name"),
    ],
)  # fmt: skip
def test_a_broken_plugin_is_left_out(site, source, detail):
    site("bad", source)
    site("good", GOOD.format(name="Good", part="good"))
    loaded = load_registry()
    assert statuses(loaded) == {"bad": ("failed", detail), "good": ("ok", "")}
    assert list(loaded.parts("loss")) == ["good"]


@pytest.mark.parametrize(
    ("requires", "detail"),
    [
        (["ganfw-core>=0.1,<0.2", "torch>=2.6"], ""),
        (["ganfw-core >= 0.1.0", "ganfw-core!=0.0.9", "ganfw-core~=0.1"], ""),
        (["ganfw-core<0.1"], "it needs ganfw-core<0.1, but 0.1.0 is installed; look for a version that goes with it: pip install -U plugin"),
        (["ganfw-core>0.1"], "it needs ganfw-core>0.1, but 0.1.0 is installed; look for a version that goes with it: pip install -U plugin"),
        (["ganfw-core==0.3.*"], "it needs ganfw-core==0.3.*, but 0.1.0 is installed; look for a version that goes with it: pip install -U plugin"),
        (["ganfw-nowhere>=1"], "it needs ganfw-nowhere>=1, which is not installed; look for a version that goes with it: pip install -U plugin"),
        (["ganfw-nowhere>=1; extra == 'more'", "ganfw-core<0.1; python_version < '3'"], ""),
    ],
)  # fmt: skip
def test_a_plugin_says_which_versions_it_goes_with(site, requires, detail):
    site("plugin", GOOD.format(name="Good", part="good"), requires=requires)
    loaded = load_registry()
    assert statuses(loaded) == {"plugin": ("incompatible" if detail else "ok", detail)}
    if detail:
        assert "plugin" not in sys.modules, "it is not even imported"
        with pytest.raises(GanfwError, match="which could not be loaded: it needs ganfw-"):
            loaded.part("loss", "good")


def test_a_missing_dependency_is_named_as_the_metadata_have_it(site):
    site("bad", "import no_such_module.deeper", requires=["torch", "No-Such-Module>=1.10"])
    assert statuses(load_registry()) == {
        "bad": (
            "failed",
            "ModuleNotFoundError: No module named 'no_such_module' (bad.py, line 1); it needs No-Such-Module>=1.10, which "
            "is not installed: pip install -U bad",
        )
    }


def test_listeners_come_in_the_order_of_their_plugins(site):
    heard = "\n@ganfw.hookimpl\ndef ganfw_after_step({argument}):\n    return '{name}'\n"
    for name, argument in (("second", ""), ("first", "trainer")):
        site(name, GOOD.format(name=name.title(), part=name) + heard.format(name=name, argument=argument))
    loaded = load_registry()
    listeners = loaded.listeners("after_step")
    assert [(x.plugin, x.owner, x.arguments, x.function(*x.arguments)) for x in listeners] == [
        ("first", "first 1.0", ("trainer",), "first"), ("second", "second 1.0", (), "second"),
    ]  # fmt: skip
    assert loaded.listeners("before_run") == ()
    assert loaded.statuses[1].parts == ("loss:first", "event:after_step")


def test_a_plugin_may_bring_nothing_but_ears(site):
    site("ears", MARKED + "def ganfw_before_run(): ...")
    assert statuses(load_registry()) == {"ears": ("ok", "")}


def test_the_environment_asks_for_a_trace(site, monkeypatch, capsys):
    site("good", GOOD.format(name="Good", part="good"))
    load_registry()
    assert capsys.readouterr().err == ""
    monkeypatch.setenv("GANFW_HOOK_TRACE", "1")
    load_registry()
    (line,) = (line for line in capsys.readouterr().err.splitlines() if "(good 1.0)" in line)
    assert re.fullmatch(r"ganfw: hook ganfw_register_loss of good \(good 1\.0\): \d+\.\d\d ms, 1 records", line)


def test_no_plugins_is_what_switches_them_off(site):
    site("good", GOOD.format(name="Good", part="good"))
    loaded = load_registry(disable="*", disabled_by="--no-plugins")
    assert statuses(loaded) == {"good": ("disabled", "switched off by --no-plugins")}
    with pytest.raises(GanfwError) as error:
        loaded.part("loss", "good")
    assert str(error.value).endswith("; these plugins are switched off by --no-plugins: good")


def test_a_missing_part_says_why(site):
    site("bad", "import no_such_module", version="0.3")
    with pytest.raises(GanfwError) as error:
        load_registry().part("loss", "hinge")
    assert str(error.value) == (
        "no loss named 'hinge'; `ganfw plugins` lists all; it may be in the plugin 'bad' of bad 0.3, which could not be "
        "loaded: ModuleNotFoundError: No module named 'no_such_module' (bad.py, line 1)"
    )


def test_two_distributions_with_one_entry_point_name(site):
    site("first", GOOD.format(name="First", part="first"), entry="losses")
    site("second", GOOD.format(name="Second", part="second"), entry="losses", version="2.0")
    loaded = load_registry()
    detail = (
        "the entry-point name 'losses' belongs to first 1.0 and second 2.0; none of them is used: uninstall all but one"
    )
    assert [(s.distribution, s.status, s.detail) for s in loaded.statuses[1:]] == [
        ("first", "conflict", detail), ("second", "conflict", detail),
    ]  # fmt: skip
    assert not loaded.parts("loss")


def test_two_owners_of_a_part(site):
    both = (
        GOOD + "\n@ganfw.hookimpl\ndef ganfw_register_generator():\n    yield ganfw.Part('{part}-{name}', {name}, '')\n"
    )
    site("one", both.format(name="one", part="same"))
    site("two", both.format(name="two", part="same"), version="2.0")
    loaded = load_registry()
    detail = (
        "the loss 'same' is claimed by one 1.0 (plugin 'one') and two 2.0 (plugin 'two'), so none of them is used; "
        "uninstall one, or set GANFW_DISABLE_PLUGINS to the name of its plugin"
    )
    assert [(s.status, s.detail, s.parts) for s in loaded.statuses[1:]] == [
        ("conflict", detail, ("generator:same-one",)), ("conflict", detail, ("generator:same-two",)),
    ]  # fmt: skip
    assert list(loaded.parts("generator")) == ["same-one", "same-two"]
    with pytest.raises(GanfwError) as error:
        loaded.part("loss", "same")
    assert str(error.value) == detail
    assert list(load_registry(disable="two").parts("loss")) == ["same"]


@pytest.mark.parametrize("names", ["good", "good-parts", "other, good", "*"])
def test_disabled(site, monkeypatch, names):
    site("good-parts", GOOD.format(name="Good", part="good"), entry="good")
    monkeypatch.setenv("GANFW_DISABLE_PLUGINS", names)
    loaded = load_registry()
    assert statuses(loaded) == {"good": ("disabled", "switched off by GANFW_DISABLE_PLUGINS")}
    with pytest.raises(GanfwError) as error:
        loaded.part("loss", "good")
    assert str(error.value) == (
        "no loss named 'good'; `ganfw plugins` lists all; these plugins are switched off by GANFW_DISABLE_PLUGINS: good"
    )
    assert loaded.part("optimizer", "adam").name == "adam"


def test_a_disabled_plugin_is_not_imported(site):
    site("bad", "raise SystemExit")
    assert statuses(load_registry(disable=["bad"]))["bad"][0] == "disabled"
    assert "bad" not in sys.modules


def test_plugin_files(site, tmp_path):
    file = tmp_path / "mine.py"
    file.write_text(GOOD.format(name="Mine", part="mine"))
    loaded = load_registry([file])
    assert loaded.owner("loss", "mine").distribution == str(file)
    (tmp_path / "bad.py").write_text("1 / 0")
    assert statuses(load_registry([tmp_path / "bad.py"]))["bad"] == (
        "failed",
        "ZeroDivisionError: division by zero (bad.py, line 1)",
    )
    with pytest.raises(GanfwError) as error:
        load_registry(["no/such.py"])
    assert str(error.value) == "there is no plugin file no/such.py; give the path of a Python file"


def test_lazy_names_of_a_plugin_are_not_touched(site):
    """A plugin's top module may load its networks, and so torch, when they are asked for."""
    lazy = "\ndef __getattr__(name):\n    raise AssertionError(name)\n\ndef __dir__():\n    return ['Network']\n"
    site("lazy", GOOD.format(name="Lazy", part="lazy") + lazy)
    assert statuses(load_registry()) == {"lazy": ("ok", "")}


def test_using(site):
    loaded = load_registry()
    with using(loaded) as inner:
        assert inner is registry() is loaded
        with using(None):
            assert registry() is loaded
    assert registry() is not loaded


def test_nothing_here_imports_torch():
    code = (
        "import sys\n"
        "import ganfw.composition, ganfw.config.resolve, ganfw.config.schema\n"
        "from ganfw.plugins.registry import registry\n"
        "registry().recipes(); ganfw.config.schema.json_schema()\n"
        "sys.exit('torch' in sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], env={**os.environ, "PYTHONWARNINGS": "ignore"}, check=False)
    assert done.returncode == 0


def test_settings_named_by_a_path_are_imported_when_first_used():
    module = ModuleType("lazy_parts")
    module.ganfw_register_loss = hookimpl(lambda: [Part("lazy", "no_such_module:LazyConfig", "summary")])
    loaded = load_registry([module], disable="*")
    assert loaded.statuses[-1].status == "ok"
    with pytest.raises(GanfwError) as caught:
        loaded.config("loss", "lazy")
    assert str(caught.value) == (
        "loss 'lazy': its settings 'no_such_module:LazyConfig' cannot be imported: "
        "ModuleNotFoundError: No module named 'no_such_module'"
    )


@pytest.mark.parametrize("kind", PART_KINDS)
def test_the_settings_of_every_installed_part_can_be_imported(kind):
    for name in registry().parts(kind):
        assert registry().config(kind, name).__doc__
