"""A recipe trained as ``ganfw train`` trains it, ready to be measured."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ganfw.cli.opening import open_stage
from ganfw.config.resolve import resolve
from zoo.subject import Subject

if TYPE_CHECKING:
    from pathlib import Path

    from zoo.proof import Proof, Trial

QUIET = ("trainer.tracker=null", "trainer.sample_every=null", "trainer.health=false", "trainer.log_every=200")
"""For runs that nobody watches."""
CHECKPOINTS = 10


def train(proof: Proof, trial: Trial, folder: Path, *, seed: int = 0, further: tuple[str, ...] = ()) -> Subject:
    """Train the proof's recipe into a folder, or go on where a run was broken off; a run of stages in all of them.

    Args:
        proof: What is to be proven.
        trial: How.
        folder: Of the run.
        seed: Of everything random.
        further: More overrides, which count after the trial's.
    """
    overrides = [*trial.overrides, *further, f"seed={seed}"]
    if any(target.figure == "critic-rank" for target in trial.targets):
        steps = resolve(proof.recipe, overrides).stages[-1].recipe.trainer.total_steps
        overrides += [f"trainer.checkpoint_every={max(1, steps // CHECKPOINTS)}"]
        overrides += [f"trainer.keep_checkpoints={CHECKPOINTS + 1}"]
    stages = resolve(proof.recipe, overrides).stages
    before = None
    for number, stage in enumerate(stages, 1):
        run = folder if len(stages) == 1 else folder / f"{number}-{stage.name}"
        trainer = open_stage(stage, run=run, start=before)
        trainer.fit()
        before = run
    return Subject(trainer, stages[-1].recipe, extractor=proof.extractor, seed=seed)
