"""From a validated stage to data, networks and a trainer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ganfw.errors import GanfwError

if TYPE_CHECKING:
    from pathlib import Path

    from ganfw.config.recipe import Recipe
    from ganfw.config.resolve import Stage
    from ganfw.data.dataset import Dataset
    from ganfw.gan import GAN
    from ganfw.specs import Spec
    from ganfw.training.trainer import Trainer


def build_gan(recipe: Recipe, spec: Spec) -> GAN:
    """Make the GAN.

    Raises:
        GanfwError: Also where a part refuses its settings with a plain ``ValueError``.
    """
    try:
        return recipe.build(spec)
    except GanfwError:
        raise
    except ValueError as error:
        raise GanfwError(f"the networks cannot be built with these settings: {error}") from error


def open_held_out(recipe: Recipe) -> Dataset | None:
    """Open what the recipe's health is measured on beside its data; ``None`` where there is none, or none is measured.

    Raises:
        GanfwError: If it cannot be opened.
    """
    if not recipe.trainer.health:
        return None
    try:
        return recipe.open_held_out()
    except GanfwError as error:
        raise GanfwError(f"held_out: {error}") from error  # else it would read as if it were about the data


def open_stage(stage: Stage, *, run: Path | None = None, start: str | Path | None = None) -> Trainer:
    """Open the data, make the GAN, and a trainer for both.

    Args:
        stage: What to train.
        run: Its folder.
        start: Where its weights start; by default where the recipe says.
    """
    import torch

    from ganfw.training.modes import seed_globally
    from ganfw.training.step import key
    from ganfw.training.trainer import Trainer

    recipe = stage.recipe
    data = recipe.open_data()
    # On the CPU, so that the first weights are the same on any device and in every process.
    seed_globally(key(recipe.seed, "weights"), torch.device("cpu"))
    return Trainer(
        build_gan(recipe, data.spec), data, recipe.trainer, optimizers=recipe.optimizers, seed=recipe.seed, run=run,
        document=stage.document, freeze=recipe.freeze, start=start or recipe.start_from,
        held_out=open_held_out(recipe),
    )  # fmt: skip
