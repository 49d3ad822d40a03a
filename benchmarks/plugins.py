"""What do fifty installed plugins cost at start-up?

Fifty small distributions, each with a loss, a recipe and an event hook, are put on the path of every second command;
commands with and without them are run in turn, so that what else the machine does falls on both. The figures are
minima of user and system time, and of wall time.

    python benchmarks/plugins.py
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from startup import measure

COMMANDS = ("--help", "recipes", "plugins")
MODULE = '''"""A plugin that does nothing."""
from pathlib import Path

import ganfw


@ganfw.hookimpl
def ganfw_register_loss():
    yield ganfw.Part("dummy-{n}", "{module}.configs:DummyConfig", "a loss that is never built")


@ganfw.hookimpl
def ganfw_register_recipe():
    yield ganfw.RecipeFile("dummy-{n}", Path(__file__).with_name("dummy.yaml"), "a recipe that is never read")


@ganfw.hookimpl
def ganfw_after_step(trainer):
    pass
'''
METADATA = """Metadata-Version: 2.1
Name: ganfw-dummy-{n}
Version: 1.0
Summary: A plugin that does nothing
Requires-Python: >=3.11
Requires-Dist: ganfw-core<1,>=0.1
Requires-Dist: torch>=2.6

# A README of a usual length

{text}
"""


def install(folder, count):
    """Write ``count`` installed distributions into a folder of site-packages."""
    for n in range(count):
        module = f"ganfw_dummy_{n}"
        (folder / module).mkdir()
        (folder / module / "__init__.py").write_text(MODULE.format(n=n, module=module))
        (folder / module / "configs.py").write_text("raise RuntimeError('a listing imported this')\n")
        info = folder / f"{module}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(METADATA.format(n=n, text="It says what a plugin's page says. " * 100))
        (info / "entry_points.txt").write_text(f"[ganfw]\ndummy-{n} = {module}\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--plugins", type=int, default=50)
    options = parser.parse_args()
    ganfw = str(Path(sys.executable).with_name("ganfw"))
    with tempfile.TemporaryDirectory() as folder:
        install(Path(folder), options.plugins)
        with_them = ["env", f"PYTHONPATH={folder}{os.pathsep}{os.environ.get('PYTHONPATH', '')}"]
        listed = subprocess.run([*with_them, ganfw, "plugins"], capture_output=True, text=True, check=True).stdout
        assert listed.count("ganfw-dummy-") == options.plugins, listed
        best = {}
        for _ in range(options.rounds + 1):  # the first round fills the caches of bytecode
            for name in COMMANDS:
                for crowd, prefix in (("none", ["env"]), ("all", with_them)):
                    found = measure([*prefix, ganfw, name])
                    best[name, crowd] = tuple(map(min, best.get((name, crowd), found), found))
    for name in COMMANDS:
        (cpu, wall), (cpu_all, wall_all) = best[name, "none"], best[name, "all"]
        print(
            f"ganfw {name:8}  cpu {cpu:.3f} s, with {options.plugins} plugins {cpu_all:.3f} s ({cpu_all / cpu:.2f})   "
            f"wall {wall:.3f} s, {wall_all:.3f} s ({wall_all / wall:.2f})"
        )


if __name__ == "__main__":
    main()
