"""Plugins that go wrong, as wheels in a clean environment: each is named with its reason, and nothing else breaks."""

import json
import os
import re
import subprocess
import sys
import zipfile

import pytest

GOOD = """\
import ganfw


@ganfw.hookimpl
def ganfw_register_loss():
    yield ganfw.Part("{part}", "{module}.loss:{name}Config", "the hinge loss again")
"""
LOSS = """\
import ganfw


class {name}Config(ganfw.Config):
    def build(self, spec):
        from ganfw_losses import Hinge

        return Hinge()
"""


@pytest.fixture(scope="module")
def ganfw(wheels, third_party, tmp_path_factory):
    """Runs ganfw where core, the losses and some wheels are all there is of it."""
    folder = tmp_path_factory.mktemp("clean")
    for name in ("ganfw-core", "ganfw-losses"):
        zipfile.ZipFile(wheels[name]).extractall(folder)

    def run(plugins, *arguments, **environment):
        path = os.pathsep.join(map(str, [*plugins, folder, third_party]))
        return subprocess.run(
            # -S: no site-packages, so that no .pth file brings the editable installs in
            [sys.executable, "-S", "-m", "ganfw", *arguments],
            cwd=folder, capture_output=True, text=True, check=False,
            env={**os.environ, "PYTHONPATH": path, "GANFW_CACHE": str(folder / "cache"), **environment},
        )  # fmt: skip

    return run


@pytest.fixture
def wheel(tmp_path):
    """Builds a wheel and installs it into a folder of its own, as pip would."""

    def install(distribution, source, *, version="1.0", entry=None, requires=(), more=None):
        module = distribution.replace("-", "_")
        info = f"{module}-{version}.dist-info"
        needs = "".join(f"Requires-Dist: {requirement}\n" for requirement in requires)
        held = {
            f"{module}/__init__.py": source,
            **{f"{module}/{name}": text for name, text in (more or {}).items()},
            f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {distribution}\nVersion: {version}\n{needs}",
            f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
            f"{info}/entry_points.txt": f"[ganfw]\n{entry or module} = {module}\n",
        }
        held[f"{info}/RECORD"] = "".join(f"{name},,\n" for name in [*held, f"{info}/RECORD"])
        file = tmp_path / f"{module}-{version}-py3-none-any.whl"
        with zipfile.ZipFile(file, "w") as archive:
            for name, text in held.items():
                archive.writestr(name, text)
        folder = tmp_path / "site" / module
        zipfile.ZipFile(file).extractall(folder)
        return folder

    return install


@pytest.fixture
def good(wheel):
    return wheel(
        "good-losses", GOOD.format(part="good", module="good_losses", name="Good"),
        more={"loss.py": LOSS.format(name="Good")},
    )  # fmt: skip


MARKED = "import ganfw\n\n\n@ganfw.hookimpl\n"
BROKEN = {
    "import error": (
        "from ganfw import NoSuchThing\n",
        "ImportError: cannot import name 'NoSuchThing' from 'ganfw' (PATH) (__init__.py, line 1)",
    ),
    "syntax error": ("def broken(:\n", "SyntaxError: invalid syntax (__init__.py, line 1)"),
    "unknown argument": (
        f"{MARKED}def ganfw_after_step(model):\n    pass\n",
        "Argument(s) {'model'} are declared in the hookimpl but can not be found in the hookspec",
    ),
    "misspelt hook": (
        f"{MARKED}def ganfw_register_losses():\n    return []\n",
        "there is no hook ganfw_register_losses; did you mean ganfw_register_loss?",
    ),
    "missing dependency": (
        "import numpie\n",
        "ModuleNotFoundError: No module named 'numpie' (__init__.py, line 1); it needs numpie>=2, which is not "
        "installed: pip install -U bad-plugin",
    ),
    "no pydantic model": (
        f"{MARKED}def ganfw_register_loss():\n    yield ganfw.Part('bad', dict, 'a dictionary')\n",
        "loss 'bad': its config <class 'dict'> has to subclass ganfw.Config",
    ),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_plugin_is_named_and_breaks_nothing_else(ganfw, wheel, good, case):
    source, detail = BROKEN[case]
    bad = wheel("bad-plugin", source, entry="bad", requires=["ganfw-core>=0.1"] + ["numpie>=2"] * ("numpie" in source))
    assert listing(ganfw, [bad, good], "bad") == ["bad bad-plugin 1.0 failed", detail]
    found = {record["name"]: record for record in json.loads(ganfw([bad, good], "plugins", "--json").stdout)}
    assert (found["good_losses"]["status"], found["good_losses"]["parts"]) == ("ok", ["loss:good"])


def listing(ganfw, plugins, name):
    """What `ganfw plugins` says of one plugin: its line and the reason below it."""
    listed = ganfw(plugins, "plugins")
    assert (listed.returncode, listed.stderr) == (0, "")
    lines = [" ".join(line.split()) for line in listed.stdout.splitlines()]
    (at,) = (index for index, line in enumerate(lines) if line.startswith(f"{name} "))
    return [lines[at], re.sub(r"\(/.*?\)", "(PATH)", lines[at + 1])]


def test_an_incompatible_plugin_is_not_even_imported(ganfw, wheel, good):
    old = wheel("old-plugin", "raise SystemExit('imported')", requires=["ganfw-core>=0.0.1,<0.1", "torch"])
    assert listing(ganfw, [old, good], "old_plugin") == [
        "old_plugin old-plugin 1.0 incompatible",
        "it needs ganfw-core<0.1,>=0.0.1, but 0.1.0 is installed; look for a version that goes with it: "
        "pip install -U old-plugin",
    ]


def test_two_distributions_with_one_part(ganfw, wheel, good):
    twin = wheel(
        "twin-losses", GOOD.format(part="good", module="twin_losses", name="Twin"), version="2.0",
        more={"loss.py": LOSS.format(name="Twin")},
    )  # fmt: skip
    found = {record["name"]: record for record in json.loads(ganfw([twin, good], "plugins", "--json").stdout)}
    detail = (
        "the loss 'good' is claimed by good-losses 1.0 (plugin 'good_losses') and twin-losses 2.0 (plugin "
        "'twin_losses'), so none of them is used; uninstall one, or set GANFW_DISABLE_PLUGINS to the name of its plugin"
    )
    for name in ("good_losses", "twin_losses"):
        assert (found[name]["status"], found[name]["detail"]) == ("conflict", detail)
    settled = json.loads(ganfw([twin, good], "plugins", "--json", GANFW_DISABLE_PLUGINS="twin_losses").stdout)
    assert {record["name"]: record["status"] for record in settled}["good_losses"] == "ok"


def test_one_entry_point_name_in_two_distributions(ganfw, wheel, good):
    twin = wheel("twin-losses", GOOD.format(part="twin", module="twin_losses", name="Twin"), entry="good_losses")
    found = [r for r in json.loads(ganfw([twin, good], "plugins", "--json").stdout) if r["name"] == "good_losses"]
    detail = (
        "the entry-point name 'good_losses' belongs to good-losses 1.0 and twin-losses 1.0; none of them is used: "
        "uninstall all but one"
    )
    assert [(r["distribution"], r["status"], r["detail"]) for r in found] == [
        ("good-losses", "conflict", detail), ("twin-losses", "conflict", detail),
    ]  # fmt: skip


def test_a_recipe_that_names_a_broken_plugins_part_says_why(ganfw, wheel, good, tmp_path):
    bad = wheel("bad-plugin", "1 / 0\n", entry="bad")
    recipe = tmp_path / "mine.yaml"
    recipe.write_text("{data: shapes, generator: bad-net, discriminator: bad-net, loss: good}")
    checked = ganfw([bad, good], "check", recipe)
    assert checked.returncode == 2
    assert "Traceback" not in checked.stderr
    said = " ".join(checked.stderr.split())
    assert (
        "no generator named 'bad-net'; `ganfw plugins` lists all; it may be in the plugin 'bad' of bad-plugin 1.0, "
        "which could not be loaded: ZeroDivisionError: division by zero (__init__.py, line 1)"
    ) in said
    assert ganfw([bad, good], "recipes").returncode == 0


@pytest.mark.parametrize(
    ("arguments", "names", "reason"),
    [
        ([], "good_losses", "GANFW_DISABLE_PLUGINS"),
        ([], "good-losses", "GANFW_DISABLE_PLUGINS"),
        ([], "*", "GANFW_DISABLE_PLUGINS"),
        (["--no-plugins"], "", "--no-plugins"),
    ],
)
def test_plugins_can_be_switched_off(ganfw, good, arguments, names, reason):
    listed = ganfw([good], "plugins", "--json", *arguments, GANFW_DISABLE_PLUGINS=names)
    found = {record["name"]: record for record in json.loads(listed.stdout)}
    assert (found["good_losses"]["status"], found["good_losses"]["detail"]) == ("disabled", f"switched off by {reason}")
    assert found["losses"]["status"] == ("disabled" if "*" in names or arguments else "ok")
    assert found["core"]["status"] == "ok"
