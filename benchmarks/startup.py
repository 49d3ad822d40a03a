"""How long do the listing commands take, against importing what they are made of?

The baseline is `python -c "import pydantic, pluggy, yaml, typer"`. Commands are run in turn, so that what else the
machine does falls on all of them; the figures are minima of user and system time, and of wall time.

    python benchmarks/startup.py
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import time
from pathlib import Path

COMMANDS = ("--help", "recipes", "plugins", "schema")


def measure(command):
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(command, check=True, capture_output=True, env=environment)
    wall, after = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, wall


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=15)
    options = parser.parse_args()
    ganfw = str(Path(sys.executable).with_name("ganfw"))
    commands = {"baseline": [sys.executable, "-c", "import pydantic, pluggy, yaml, typer"]}
    commands |= {f"ganfw {name}": [ganfw, name] for name in COMMANDS}
    best = dict.fromkeys(commands, (float("inf"), float("inf")))
    for _ in range(options.rounds + 1):  # the first round fills caches of bytecode and of the schema
        for name, command in commands.items():
            best[name] = tuple(map(min, best[name], measure(command)))
    for name, (cpu, wall) in best.items():
        ratios = [x / y for x, y in zip((cpu, wall), best["baseline"], strict=True)]
        print(f"{name:14}  cpu {cpu:.3f} s ({ratios[0]:.2f})   wall {wall:.3f} s ({ratios[1]:.2f})")


if __name__ == "__main__":
    main()
