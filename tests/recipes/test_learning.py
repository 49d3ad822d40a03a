"""Each recipe learns: the figures of its proof start bad and end good, after a short run from one seed.

The proofs are in `benchmarks/zoo/proofs`, with those of the full runs, whose outcome is in docs/zoo.md.
"""

import pytest
from zoo.measures import MEASURES, RELATIVE, measure
from zoo.proofs import FULL_SIZE, PROOFS
from zoo.training import QUIET, train

from ganfw.plugins.registry import registry


@pytest.mark.slow
@pytest.mark.parametrize("proof", PROOFS, ids=lambda proof: proof.recipe)
def test_the_recipe_learns(proof, tmp_path):
    subject = train(proof, proof.short, tmp_path, further=QUIET)
    figures = [target.figure for target in proof.short.targets]
    before = measure([figure for figure in figures if figure not in RELATIVE], subject.before())
    after = measure(figures, subject)
    print({name: round(value, 3) for name, value in after.items()})  # noqa: T201  seen with -s, and where it fails
    assert [str(t) for t in proof.short.targets if t.figure in before and not t.starts_bad(before[t.figure])] == []
    assert [str(t) for t in proof.short.targets if not t.met(after[t.figure])] == []


def test_every_shipped_recipe_has_a_proof():
    proven = [proof.recipe for proof in PROOFS]
    assert sorted([*proven, *FULL_SIZE]) == sorted(registry().recipes())


def test_every_proof_has_targets_that_can_be_measured():
    for proof in PROOFS:
        for trial in (proof.short, proof.full):
            assert trial.targets, proof.recipe
            assert {target.figure for target in trial.targets} <= set(MEASURES), proof.recipe
