"""Each rule on made-up histories: what it says word for word, and that it is silent a little this side of its limit."""

import pytest

from ganfw.health.diagnosis import Diagnosis, diagnose
from ganfw.training.logbook import Entry

SETTINGS = {
    "loss": {"type": "minimax"},
    "discriminator": {"type": "dcgan", "norm": "batch"},
    "optimizers": {"generator": {"lr": 0.001}, "discriminator": {"lr": {"start": 0.002, "end": 0.0, "to_kimg": 5}}},
    "regularizers": {},
}
WELL = {
    "health/separation": 0.8, "health/distance": 0.4, "health/nearest": 0.8, "health/missing": 0.1,
    "health/diversity": 0.9, "health/overfitting": 0.05, "health/gradient_norm/generator": 2.0,
    "health/gradient_norm/discriminator": 5.0, "health/update_ratio/generator": 0.004,
}  # fmt: skip


def entries(count, *, before=0, **changes):
    """``before`` windows that go well, then ``count`` with the changes; a list gives one value for each window."""
    made = [dict(WELL) for _ in range(before)]
    for place in range(count):
        given = {f"health/{k}": v[place] if isinstance(v, list) else v for k, v in changes.items()}
        made.append({**WELL, **given})
    return [Entry(100 * n, 3000 * n, values) for n, values in enumerate(made, 1)]


def said(history, settings=SETTINGS):
    return [line for _, line in diagnose(history, settings)]


def test_a_healthy_run_hears_nothing():
    assert said(entries(100)) == []


def test_collapse():
    history = entries(5, before=3, nearest=0.05, diversity=0.02)
    assert said(history[:-1]) == []
    assert said(history) == [
        "health: probably, the generator has collapsed: its samples lie 0.05 times as far apart as real ones, and vary "
        "0.02 times as much (since 12 kimg). Try, in another run: optimizers.generator.lr=0.0001 or "
        "regularizers.r1.gamma=1 discriminator.norm=none"
    ]
    assert said(entries(9, before=3, nearest=0.13)) == []
    assert said(entries(9, nearest=[0.03 + 0.009 * n for n in range(9)])) == []  # it is spreading out


def test_a_dead_generator():
    history = entries(4, **{"gradient_norm/generator": 0.0})
    assert said(history[:-1]) == []
    assert said(history) == [
        "health: probably, the generator has died: no gradient reaches it, as when all its outputs are saturated "
        "(since 3 kimg). Try, in another run: optimizers.generator.lr=0.0001"
    ]


def test_missing_modes():
    history = entries(6, before=2, missing=0.5, distance=0.6)
    assert said(history[:-1]) == []
    assert said(history) == [
        "health: probably, modes are missing: the generator leaves out the regions where 50% of the data are (since 9 "
        "kimg). Try, in another run: regularizers.r1.gamma=1 discriminator.norm=none or loss.type=rpgan"
    ]
    assert said(entries(9, missing=0.39)) == []
    assert said(entries(9, missing=0.8, distance=[1.5 * 0.9**n for n in range(9)])) == []  # it is on its way


def test_the_discriminator_has_won():
    norms = [1.0, 0.5, 0.1, 0.01, 0.01, 0.01]
    settings = {"separation": 0.995, "distance": 0.9, "missing": 0.9, **{"gradient_norm/generator": norms}}
    history = entries(6, **settings)
    assert said(history[:-1]) == []
    assert said(history) == [
        "health: probably, the discriminator has won: it tells 99.5% of all pairs of real and fake apart, and the "
        "generator comes no nearer to the data, and its gradient has fallen 100 times (since 3 kimg). Try, in another "
        "run: loss.type=non-saturating or regularizers.r1.gamma=1 discriminator.norm=none or "
        "optimizers.discriminator.lr.start=0.0005"
    ]
    assert said(entries(9, separation=0.98, distance=0.9)) == []
    assert said(entries(9, separation=1.0, distance=0.4)) == []  # a critic near the end of a run that went well
    assert said(entries(9, separation=1.0, distance=[1.5 * 0.9**n for n in range(9)])) == []


def test_overfitting():
    history = entries(4, overfitting=0.8)
    assert said(history[:-1]) == []
    assert said(history) == [
        "health: probably, the discriminator overfits: it tells training data from held-out data in 90% of all pairs, "
        "where 50% is chance (since 3 kimg). Try, in another run: augmentation.type=diffaugment"
    ]
    augmented = {**SETTINGS, "augmentation": {"type": "diffaugment"}, "regularizers": {"r1": {"gamma": 0.5}}}
    assert said(history, augmented)[0].endswith("Try, in another run: regularizers.r1.gamma=5")
    assert said(entries(20, overfitting=0.55)) == []


def test_exploding_gradients():
    bare = {"loss": {"type": "wasserstein"}}
    assert said(entries(3, **{"gradient_norm/discriminator": 2e4}), bare) == [
        "health: probably, the gradient of discriminator explodes: its norm is 2e+04 (since 3 kimg). Try, in another "
        "run: regularizers.gradient-penalty.weight=10 or optimizers.discriminator.lr=2e-05 or "
        "optimizers.discriminator.max_gradient_norm=10"
    ]
    assert len(said(entries(3, before=8, **{"gradient_norm/discriminator": 600.0}))) == 1  # 120 times the usual
    assert said(entries(3, before=8, **{"gradient_norm/discriminator": 400.0})) == []
    assert said(entries(3, before=8, **{"gradient_norm/generator": [90.0, 95.0, 99.0]})) == []


def test_a_learning_rate_that_is_too_high():
    assert said(entries(5, **{"update_ratio/generator": 0.05})) == [
        "health: probably, the generator learns too fast: one step changes its weights by 5.0% (since 3 kimg). Try, in "
        "another run: optimizers.generator.lr=0.0001"
    ]
    assert said(entries(9, **{"update_ratio/generator": 0.035})) == []


def test_augmentation_at_its_limit():
    assert said(entries(4, ada_p=0.9)) == [
        "health: probably, adaptive augmentation has risen to p=0.90, and may leak into the samples (since 3 kimg). "
        "Try, in another run: regularizers.r1.gamma=1 discriminator.norm=none"
    ]
    assert said(entries(20, ada_p=0.8)) == []


def test_a_finding_is_told_when_it_begins_when_it_is_sure_and_when_it_is_over():
    history = [*entries(8, overfitting=0.8), *entries(6, before=0)]
    told = diagnose(history, {})
    assert [line.split(":")[1].strip() for _, line in told] == ["probably, the discriminator overfits",
                                                               "the discriminator overfits", "over"]  # fmt: skip
    assert told[-1][1] == "health: over: overfitting"


def test_a_resumed_run_does_not_repeat_itself():
    history = entries(6, overfitting=0.8)
    diagnosis = Diagnosis({})
    diagnosis.catch_up(history[:5])
    assert diagnosis.examine(history) == []


@pytest.mark.parametrize("settings", [{}, {"gan": "Mine", "optimizers": {}}])
def test_advice_without_a_recipe(settings):
    (line,) = said(entries(5, before=3, nearest=0.05), settings)
    assert line.endswith("Try, in another run: optimizers.generator.lr=2e-05 or regularizers.r1.gamma=1")


def test_skipped_updates():
    history = [Entry(100 * n, 3000 * n, {**WELL, "skipped/generator": 5.0 * n}) for n in range(1, 7)]
    assert said(history[:-1]) == []
    assert said(history) == [
        "health: probably, 25 updates of generator were skipped in the last 500 steps, because their loss or gradient "
        "was not finite (since 3 kimg). Try, in another run: optimizers.generator.lr=0.0001 or "
        "trainer.precision=float32"
    ]
    assert said([Entry(100 * n, 3000 * n, {**WELL, "skipped/generator": 7.0}) for n in range(1, 20)]) == []
