"""Rules that turn what was measured into sentences: what is happening, since when, how sure, what usually helps.

The thresholds were set on runs that go well (DCGAN, WGAN-GP, R3GAN's loss on emoji64; a ring of Gaussians) and on runs
broken on purpose; tests/core/health holds both kinds. Each rule needs several looks in a row, so that noise is silent.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import fmean, median
from typing import TYPE_CHECKING

from ganfw.health.advice import firmer, loss_of, slower

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ganfw.health.history import History
    from ganfw.training.logbook import Entry


@dataclass(frozen=True)
class Finding:
    """Something that goes wrong.

    Args:
        rule: Its name.
        since: Images shown when it began.
        sure: It has lasted twice as long as it takes to be told.
        text: What is happening, with figures.
        advice: Overrides that usually help, the likeliest first.
    """

    rule: str
    since: int
    sure: bool
    text: str
    advice: tuple[str, ...]


def no_gradient(history: History) -> Finding | None:
    """Nothing reaches the generator's weights any more, as after its last layer has saturated."""
    streak = history.streak("health/gradient_norm/generator", lambda norm: norm < 1e-9)
    if len(streak) < 4:
        return None
    text = "the generator has died: no gradient reaches it, as when all its outputs are saturated"
    return _finding("dead-generator", streak, 4, text, slower(history.settings, "generator", 10))


def alike(history: History) -> Finding | None:
    """All samples are nearly the same: the generator has collapsed, or has never spread out."""
    streak = history.streak("health/nearest", lambda ratio: ratio < 0.12)
    spread_before = max(history.values("health/nearest"), default=0) > 0.2
    needed = 5 if spread_before else 10
    if len(streak) < needed or _ratio("health/nearest", streak[-needed:]) > 1.25 or _blamed(history):
        return None
    ratio, spread = (streak[-1].values[f"health/{name}"] for name in ("nearest", "diversity"))
    text = (
        f"the generator has collapsed: its samples lie {ratio:.2g} times as far apart as real ones, and vary "
        f"{spread:.2g} times as much"
    )
    advice = (slower(history.settings, "generator", 10), firmer(history.settings))
    return _finding("collapse", streak, needed, text, *advice)


def modes_missing(history: History) -> Finding | None:
    """Whole regions of the data are never made, and it gets no better."""
    streak = history.streak("health/missing", lambda share: share > 0.4)[-12:]
    if len(streak) < 6 or _ratio("health/distance", streak[-6:]) < 0.85 or _blamed(history):
        return None
    if fmean(entry.values["health/nearest"] for entry in streak[-6:]) < 0.2:  # there is no spread at all: see above
        return None
    share = fmean(entry.values["health/missing"] for entry in streak)
    text = f"modes are missing: the generator leaves out the regions where {share:.0%} of the data are"
    other = () if loss_of(history.settings) == "rpgan" else ("loss.type=rpgan",)
    return _finding("missing-modes", streak, 6, text, firmer(history.settings), *other)


def _blamed(history: History) -> bool:
    """What the samples show has a cause that another rule names."""
    return any(rule(history) is not None for rule in (exploding, no_gradient, discriminator_won))


def discriminator_won(history: History) -> Finding | None:
    """The discriminator tells everything apart, and the generator makes no progress any more."""
    streak = history.streak("health/separation", lambda share: share >= 0.99)
    looks = [entry for entry in streak if "health/distance" in entry.values]
    if len(looks) < 6 or looks[-1].values["health/distance"] < 0.5:
        return None
    if _ratio("health/distance", looks[-6:]) < 0.9:
        return None
    norms = history.values("health/gradient_norm/generator")
    fallen = max(norms, default=0) / max(median(norms[-5:]), 1e-30) if norms else 1
    weak = f", and its gradient has fallen {fallen:.0f} times" if fallen >= 10 else ""
    text = (
        f"the discriminator has won: it tells {looks[-1].values['health/separation']:.1%} of all pairs of real and "
        f"fake apart, and the generator comes no nearer to the data{weak}"
    )
    saturating = ("loss.type=non-saturating",) if loss_of(history.settings) == "minimax" else ()
    advice = (*saturating, firmer(history.settings), slower(history.settings, "discriminator", 4))
    return _finding("discriminator-won", looks, 6, text, *advice)


def overfitting(history: History) -> Finding | None:
    """The discriminator knows its data by heart: it tells seen from held-out real samples."""
    streak = history.streak("health/overfitting", lambda share: share > 0.4)
    if len(streak) < 4:
        return None
    mean = fmean(entry.values["health/overfitting"] for entry in streak[-4:])
    if mean < 0.6:
        return None
    text = (
        f"the discriminator overfits: it tells training data from held-out data in {(1 + mean) / 2:.0%} of all pairs, "
        "where 50% is chance"
    )
    more = "augmentation.type=diffaugment" if not history.settings.get("augmentation") else firmer(history.settings)
    return _finding("overfitting", streak, 4, text, more)


def exploding(history: History) -> Finding | None:
    """A gradient is far larger than any that training could use."""
    for name in history.names("health/gradient_norm/"):
        phase = name.removeprefix("health/gradient_norm/")
        norms = history.values(name)
        usual = median(norms[:-3]) if len(norms) >= 8 else float("inf")
        limit = min(1e4, max(100.0, 100 * usual))
        streak = history.streak(name, lambda norm, limit=limit: norm > limit)  # type: ignore[misc]
        if len(streak) >= 3:
            text = f"the gradient of {phase} explodes: its norm is {norms[-1]:.2g}"
            network = phase.split("/")[0]
            bare = loss_of(history.settings) == "wasserstein" and not history.settings.get("regularizers")
            bound = ("regularizers.gradient-penalty.weight=10",) if bare else ()
            advice = (*bound, slower(history.settings, network, 10), f"optimizers.{network}.max_gradient_norm=10")
            return _finding("exploding-gradient", streak, 3, text, *advice)
    return None


def too_fast(history: History) -> Finding | None:
    """One step changes the weights by several percent; 0.1% to 1% is usual."""
    for name in history.names("health/update_ratio/"):
        typical = history.typical(name, 5)
        if typical is not None and typical > 0.04:
            network = name.removeprefix("health/update_ratio/").split("/")[0]
            since = [entry for entry in history.entries if name in entry.values][-5:]
            streak = history.streak(name, lambda ratio: ratio > 0.01) or since
            text = f"the {network} learns too fast: one step changes its weights by {typical:.1%}"
            return _finding("learning-rate", streak, 5, text, slower(history.settings, network, 10))
    return None


def out_of_augmentation(history: History) -> Finding | None:
    """Adaptive augmentation is at its limit, where it leaks into the samples (Karras et al. 2020, section 2.2)."""
    streak = history.streak("health/ada_p", lambda p: p > 0.85)
    if len(streak) < 4:
        return None
    text = (
        f"adaptive augmentation has risen to p={streak[-1].values['health/ada_p']:.2f}, and may leak into the samples"
    )
    return _finding("augmentation", streak, 4, text, firmer(history.settings))


def skipping(history: History) -> Finding | None:
    """Many updates are dropped, because their loss or gradient is not finite (``trainer.on_not_finite=skip``)."""
    for name in history.names("skipped/"):
        last = history.entries[-6:]
        counts = [entry.values.get(name, 0.0) for entry in last]
        steps = last[-1].step - last[0].step
        if len(last) < 6 or counts[-1] - counts[0] < max(3, 0.02 * steps):
            continue
        phase = name.removeprefix("skipped/")
        text = (
            f"{counts[-1] - counts[0]:.0f} updates of {phase} were skipped in the last {steps} steps, because their "
            "loss or gradient was not finite"
        )
        advice = (slower(history.settings, phase.split("/")[0], 10), "trainer.precision=float32")
        return _finding("skipped-updates", last, 6, text, *advice)
    return None


RULES: tuple[Callable[[History], Finding | None], ...] = (
    exploding, too_fast, no_gradient, discriminator_won, alike, modes_missing, overfitting, out_of_augmentation,
    skipping,
)  # fmt: skip


def _ratio(name: str, entries: Sequence[Entry]) -> float:
    """How the measure moved from the first to the last entry."""
    return entries[-1].values[name] / max(entries[0].values[name], 1e-12)


def _finding(rule: str, streak: Sequence[Entry], needed: int, text: str, *advice: str) -> Finding:
    return Finding(rule, streak[0].images, len(streak) >= 2 * needed, text, advice)
