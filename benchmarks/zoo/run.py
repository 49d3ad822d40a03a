"""Does every system learn what it promises? Trains each recipe in full, measures it, and writes docs/zoo.md.

    python benchmarks/zoo/run.py runs/zoo                     # all; what is finished is skipped, what broke off goes on
    python benchmarks/zoo/run.py runs/zoo --only ring,dcgan   # some
    python benchmarks/zoo/run.py --page                       # the page alone

A run is that of ``ganfw train RECIPE seed=S``. Its figures go to benchmarks/results/zoo, one file for each recipe and
seed; the file is what says that it is finished.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).parents[1]))

from ganfw.config.resolve import resolve
from zoo import grids, page, rows
from zoo.proofs import PROOFS
from zoo.training import train

if TYPE_CHECKING:
    from collections.abc import Sequence

    from zoo.proof import Proof

ROOT = Path(__file__).parents[2]
_QUIET = ("trainer.tracker=null", "trainer.health=false")


def main(arguments: Sequence[str] | None = None) -> None:
    """Train what is not finished, and write the page."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("runs", type=Path, nargs="?", help="where the run folders are; needed to train")
    parser.add_argument("--only", default="", metavar="NAME,NAME", help="these recipes")
    parser.add_argument("--scale", type=float, default=1.0, help="of each recipe's length, to try things out")
    parser.add_argument("--page", action="store_true", help="only write the page")
    parser.add_argument("--results", type=Path, default=ROOT / "benchmarks/results/zoo")
    parser.add_argument("--docs", type=Path, default=ROOT / "docs")
    options = parser.parse_args(arguments)
    if not options.page:
        if options.runs is None:
            parser.error("give the folder for the runs, or --page")
        for proof in chosen(options.only):
            for seed in proof.seeds:
                finish(proof, seed, options)
    (options.docs / "zoo.md").write_text(page.page(options.results))


def chosen(names: str) -> tuple[Proof, ...]:
    """The proofs of these names, or all."""
    wanted = [name for name in names.split(",") if name]
    known = {proof.recipe: proof for proof in PROOFS}
    if unknown := [name for name in wanted if name not in known]:
        raise SystemExit(f"no proof of {', '.join(unknown)}; there are {', '.join(known)}")
    return tuple(known[name] for name in wanted) if wanted else PROOFS


def finish(proof: Proof, seed: int, options: argparse.Namespace) -> None:
    """Train, measure and keep one run, unless that has been done."""
    file = rows.file_of(options.results, proof, seed)
    if file.exists():
        print(f"{proof.recipe}, seed {seed}: finished before")
        return
    folder = options.runs / f"{proof.recipe}-seed{seed}"
    clock = Clock(folder / "cpu-seconds")
    with clock:
        subject = train(proof, proof.full, folder, seed=seed, further=(*_QUIET, *shortened(proof, options.scale)))
    row = rows.row_of(proof, subject, seed=seed, scale=options.scale, cpu_seconds=clock.total)
    if seed == proof.seeds[0]:
        grids.save_grid(options.docs / "pictures/zoo" / f"{proof.recipe}.png", subject)
    rows.write(file, row)
    print(f"{proof.recipe}, seed {seed}: {row['figures']}, {row['cpu_minutes']} CPU minutes", flush=True)


def shortened(proof: Proof, scale: float) -> tuple[str, ...]:
    """Overrides that make a run so much shorter."""
    if scale == 1:
        return ()
    steps = resolve(proof.recipe, proof.full.overrides).stages[-1].recipe.trainer.total_steps
    return ("trainer.kimg=null", f"trainer.steps={max(1, round(steps * scale))}")


class Clock:
    """CPU seconds of this process, added to those of earlier tries that are kept in a file."""

    def __init__(self, file: Path) -> None:
        self.file, self.total = file, float(file.read_text()) if file.exists() else 0.0

    def __enter__(self) -> None:
        self._start = time.process_time()

    def __exit__(self, *_: object) -> None:
        self.total += time.process_time() - self._start
        self.file.parent.mkdir(parents=True, exist_ok=True)
        self.file.write_text(f"{self.total:.1f}")


if __name__ == "__main__":
    main()
