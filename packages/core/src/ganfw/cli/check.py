"""``ganfw check``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, cast

import typer

from ganfw.cli.options import Overrides, RecipeName  # noqa: TC001  typer reads the annotations
from ganfw.errors import GanfwError

if TYPE_CHECKING:
    from ganfw.config.resolve import Stage
    from ganfw.gan import GAN
    from ganfw.specs import Spec


def check(recipe: RecipeName, overrides: Overrides = None) -> None:
    """Check a recipe: its settings, its data, and how its parts fit."""
    from ganfw.config.resolve import resolve

    for number, stage in enumerate(resolve(recipe, overrides or ()).stages):
        problems: list[str] = []
        # A later stage starts from the one before, whatever the recipe says.
        lines = _check(stage, problems, start=stage.recipe.start_from if number == 0 else None)
        if problems:
            raise GanfwError("\n".join(problems))
        typer.echo(f"{recipe if stage.name == 'main' else f'{recipe}, stage {stage.name}'}: ok")
        for line in lines:
            typer.echo(f"  {line}")


def _check(stage: Stage, problems: list[str], *, start: str | None) -> list[str]:
    """What there is to say of a stage that could be trained; else what keeps it from that."""
    import torch

    from ganfw.cli.opening import build_gan, open_held_out
    from ganfw.training.starting import check_before_training
    from ganfw.training.updating import make_updaters

    recipe = stage.recipe
    data, held_out, spec = None, None, cast("Spec", recipe.image.spec())
    try:
        data = recipe.open_data()
        spec = data.spec
        held_out = open_held_out(recipe)
    except GanfwError as error:
        problems.append(str(error))
    try:
        with torch.device("meta"):  # shapes without memory
            gan = build_gan(recipe, spec)
        if data is not None:
            check_before_training(gan, data, recipe.trainer, recipe.freeze, world=1, held_out=held_out)
        make_updaters(gan, gan.phases, recipe.optimizers, half=None)
        if start is not None:
            _check_start(gan, start)
    except GanfwError as error:
        problems.append(str(error))
    try:
        if recipe.trainer.tracker is not None:
            recipe.trainer.tracker.build(Path("runs") / "check")  # opens nothing yet
    except GanfwError as error:
        problems.append(str(error))
    if problems or data is None:
        return []
    counts = [
        f"{name}: {sum(p.numel() for p in network.parameters()):,} parameters"
        for name, network in gan.networks().items()
    ]
    return [f"data: {len(data):,} samples of {' x '.join(map(str, spec.shape))}", *counts]


def _check_start(gan: GAN, start: str) -> None:
    """Whether the networks could start from there."""
    import warnings

    from ganfw.training.starting import start_from

    with warnings.catch_warnings():
        # Networks without memory take no weights, and PyTorch says so for each of them.
        warnings.filterwarnings("ignore", ".*is a no-op", UserWarning)
        start_from(gan, Path(start))
