"""One call for each kind of thing that a plugin ships."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ganfw.config.base import Config
from ganfw.config.combined_data import DomainsConfig
from ganfw.config.slots import Slot, configure
from ganfw.errors import GanfwError
from ganfw.plugins.hookspecs import PART_KINDS
from ganfw.plugins.registry import registry
from ganfw.specs import Condition, ImageSpec, VectorSpec
from ganfw.testing.report import Report, Unmet
from ganfw.testing.subject import Subject, restored

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ganfw.config.recipe import Recipe
    from ganfw.specs import Spec
    from ganfw.testing.common import Check


_TORCH = 3  # an exit code that Python gives to nothing of its own


def checks_of(kind: str) -> list[Check]:
    """The checks that a part of this kind has to pass, in order.

    Raises:
        ValueError: If there is no such kind.
    """
    from ganfw.testing import networks, others, terms

    table = {
        "generator": networks.CHECKS, "discriminator": networks.CHECKS, "encoder": networks.ENCODER_CHECKS,
        "loss": terms.LOSS_CHECKS, "regularizer": terms.REGULARIZER_CHECKS, "augmentation": terms.AUGMENTATION_CHECKS,
        "gan": others.GAN_CHECKS, "optimizer": others.OPTIMIZER_CHECKS, "data": others.DATA_CHECKS,
        "metric": others.METRIC_CHECKS, "extractor": others.EXTRACTOR_CHECKS, "tracker": others.TRACKER_CHECKS,
        "exporter": others.EXPORTER_CHECKS,
    }  # fmt: skip
    if kind not in table:
        raise ValueError(f"there is no kind {kind!r}; the kinds are {', '.join(PART_KINDS)}")
    return table[kind]


def check_part(
    kind: str, part: str | Mapping[str, Any] | Config, *, spec: Spec | None = None,
    skip: Mapping[str, str] | None = None,
) -> Report:  # fmt: skip
    """Check that a part keeps every promise of its kind.

    Args:
        kind: generator, discriminator, encoder, loss, regularizer, augmentation, gan, optimizer, data, metric,
            extractor, tracker or exporter.
        part: Its name, a mapping with its ``type`` and settings, or its config. Keep it tiny: every check builds it
            anew. A game takes the keys of its recipe, its name under ``gan``.
        spec: What it is built for; 16-pixel colour pictures by default, points in the plane for an optimizer.
        skip: Reasons by the name of a check that the part cannot pass. A check that passes must not be skipped.

    Returns:
        What passed, and what was skipped.

    Raises:
        ConformanceError: If a check fails; the message lists every one, with what usually mends it.
        ValueError: If there is no such kind, or ``skip`` names no check.
        RecipeError: If the settings are wrong.
    """
    checks, reasons = checks_of(kind), dict(skip or {})
    config = part if isinstance(part, Config) else _configured(kind, part)
    default: Spec = VectorSpec(2) if kind == "optimizer" else ImageSpec(16)
    subject = Subject(kind, registry().name_of(kind, config), config, spec or default)
    if unknown := sorted(set(reasons) - {check.__name__ for check in checks}):
        raise ValueError(
            f"skip names {unknown[0]!r}, but the checks of a {kind} are {', '.join(c.__name__ for c in checks)}"
        )
    report = Report(f"{kind} {subject.name!r}")
    for check in checks:
        _run(check, subject, report, reasons.get(check.__name__))
    return report.raise_if_failed()


def _configured(kind: str, part: str | Mapping[str, Any]) -> Config:
    if kind != "gan":
        return configure(Slot(kind), part, (kind,), "The part")
    from ganfw.config.resolve import recipe_from_document

    return recipe_from_document({"gan": part} if isinstance(part, str) else part)


def _run(check: Check, subject: Subject, report: Report, excuse: str | None) -> None:
    name = check.__name__
    found = None
    with restored():
        try:
            check(subject)
        except Exception as error:  # whatever a part raises is what the author wants to know
            first = next(iter(str(error).splitlines()), "")
            found = str(error) if isinstance(error, Unmet) else f"{type(error).__name__}: {first}"
    if excuse is not None and found is not None:
        report.skipped[name] = excuse
    elif excuse is not None:
        report.failed[name] = f"it passes, but is skipped ({excuse})\n    leave it out of skip"
    elif found is not None:
        report.failed[name] = found
    else:
        report.passed.append(name)


def check_recipe(name: str, overrides: Sequence[str] = ()) -> Report:
    """Check that a recipe is valid, that its GAN is built, and that two steps of it run, on made-up data.

    Args:
        name: As ``ganfw recipes`` lists it, or the path of a YAML file.
        overrides: What is changed in it, as ``ganfw train`` takes it: a width for networks that are too large to step.

    Raises:
        ConformanceError: If a stage of it cannot be built or trained.
        RecipeError: If it is not valid.
    """
    from ganfw.config.resolve import resolve
    from ganfw.testing.toys import toy_data
    from ganfw.training.trainer import Trainer

    report = Report(f"recipe {name!r}")
    for stage in resolve(name, list(overrides)).stages:
        with restored():
            recipe = stage.recipe
            try:
                data = toy_data(_spec_of(recipe), 8)
                quick = {"steps": 2, "kimg": None, "batch_size": 4, "micro_batches": 1, "tracker": None}
                trainer = recipe.trainer.model_copy(update=quick)
                Trainer(recipe.build(data.spec), data, trainer, optimizers=recipe.optimizers).fit()
            except Exception as error:
                report.failed[stage.name] = f"{type(error).__name__}: {error}"
            else:
                report.passed.append(stage.name)
    return report.raise_if_failed()


def _spec_of(recipe: Recipe) -> Spec:
    """What made-up data are to be: a class for each domain, or ten where the recipe's own come with labels."""
    labels = getattr(recipe.data, "labels", False)
    classes = len(recipe.data.of) if isinstance(recipe.data, DomainsConfig) else 0 if labels in {False, "none"} else 10
    condition = Condition("class", classes) if classes else None
    return replace(recipe.image.spec(), condition=condition)


def check_plugin(name: str) -> Report:
    """Check an installed plugin: that it loads, and loads light.

    Args:
        name: Its entry-point name, or the distribution's.

    Raises:
        ConformanceError: If it has a conflict or cannot be loaded, if importing it fails or imports torch, if a part
            has no summary, or if its distribution does not say which ganfw-core it needs.
        GanfwError: If no such plugin is installed.
    """
    from importlib.metadata import entry_points

    from packaging.requirements import Requirement
    from packaging.utils import canonicalize_name

    points = [p for p in entry_points(group="ganfw") if name in (p.name, p.dist.name if p.dist else "")]
    if not points:
        installed = sorted(point.name for point in entry_points(group="ganfw"))
        raise GanfwError(f"no plugin {name!r} is installed; there are {', '.join(installed)}. Try pip install -e .")
    report = Report(f"plugin {name!r}")
    for status in (status for status in registry().statuses if status.name in {point.name for point in points}):
        _found(report, "loads", status.status == "ok", f"it is {status.status}: {status.detail}")
        silent = [part for part in status.parts if not _summary(part)]
        _found(report, "summaries", not silent, f"no summary: {', '.join(silent)}")
    for point in points:
        wrong = _weight_of(point.module)
        _found(report, "light", not wrong, wrong)
        needs = [Requirement(need) for need in (point.dist.requires or [])] if point.dist else []
        stated = any(canonicalize_name(need.name) == "ganfw-core" and need.specifier for need in needs)
        mend = 'dependencies = ["ganfw-core>=0.1,<0.2"]'
        _found(report, "requires", stated, f"its metadata do not say which ganfw-core it needs\n    {mend}")
    return report.raise_if_failed()


def _weight_of(module: str) -> str:
    """What is wrong with importing a module in a process of its own; empty if nothing is."""
    code = f"import sys, {module}; sys.exit({_TORCH} if 'torch' in sys.modules else 0)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False, text=True)
    if done.returncode == _TORCH:
        return f'importing {module} imports torch\n    name settings by "module:Class", and import torch in build'
    last = (done.stderr.strip().splitlines() or [f"exit code {done.returncode}"])[-1]
    return "" if done.returncode == 0 else f"importing {module} fails: {last}"


def _found(report: Report, name: str, passed: bool, wrong: str) -> None:
    if passed:
        report.passed.append(name)
    else:
        report.failed[name] = wrong


def _summary(claim: str) -> str:
    kind, _, name = claim.partition(":")
    if kind == "recipe":
        return registry().recipe(name).summary
    if kind == "command":
        return registry().commands()[name].summary
    return "an event" if kind == "event" else registry().part(kind, name).summary
