"""``ganfw sample``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ganfw.errors import GanfwError

if TYPE_CHECKING:
    from torch import Tensor

    from ganfw.specs import Condition


def sample(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="A run folder, or a model folder.")],
    *,
    count: Annotated[int, typer.Option(min=1, help="How many samples.")] = 16,
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same samples.")] = 0,
    out: Annotated[Path, typer.Option(metavar="FOLDER", help="Where they go.")] = Path("samples"),
    of_class: Annotated[
        str | None, typer.Option("--class", metavar="CLASS", help="All of this class, by name or number.")
    ] = None,
    truncation: Annotated[
        float | None, typer.Option(metavar="T", help="Typical samples for varied ones: latents within this of 0.")
    ] = None,
    standing_statistics: Annotated[
        int | None, typer.Option(metavar="N", min=1, help="Measure batch normalisation anew, on N batches.")
    ] = None,
    grid: Annotated[bool, typer.Option("--grid", help="Also lay them out in one picture, grid.png.")] = False,
) -> None:
    """Make samples with a trained model."""
    import torch

    import ganfw
    from ganfw.specs import ImageSpec

    model = ganfw.load(run)
    pictures = isinstance(model.spec, ImageSpec)
    if grid and not pictures:
        raise GanfwError(f"--grid lays out pictures, but the samples of {run} are {model.spec}; leave it out")
    condition = None if of_class is None else torch.full((count,), _number_of(of_class, model.spec.condition, run))
    if standing_statistics is not None:
        model.use_standing_statistics(standing_statistics, seed=seed, truncation=truncation)
    shown: list[Tensor] = []
    try:
        out.mkdir(parents=True, exist_ok=True)
        done = 0
        for samples in model.batches(count, seed=seed, condition=condition, truncation=truncation):
            (_save_pictures if pictures else _save_arrays)(out, samples, done)
            done += len(samples)
            shown += [samples] if grid else []
        if grid:
            from ganfw.training.samples import make_grid, save_picture

            save_picture(out / "grid.png", make_grid(torch.cat(shown)))
    except OSError as error:
        raise GanfwError(f"cannot write samples to {out}: {error.strerror or error}") from error
    typer.echo(f"{count} samples in {out}")


def _number_of(name: str, condition: Condition | None, run: Path) -> int:
    if condition is None or condition.kind != "class":
        raise GanfwError(f"--class {name}: {run} was trained without classes; leave it out")
    if name in condition.names:
        return condition.names.index(name)
    if name.isdecimal() and int(name) < condition.count:
        return int(name)
    named = f", or a name: {', '.join(condition.names[:10])}" if condition.names else ""
    more = f" and {condition.count - 10} more" if len(condition.names) > 10 else ""
    raise GanfwError(
        f"--class {name}: {run} has no such class. Give a number from 0 to {condition.count - 1}{named}{more}"
    )


def _save_pictures(out: Path, samples: Tensor, first: int) -> None:
    from ganfw.training.samples import save_picture, to_uint8

    for index, pixels in enumerate(to_uint8(samples), first):
        save_picture(out / f"sample-{index:05d}.png", pixels)


def _save_arrays(out: Path, samples: Tensor, first: int) -> None:
    import numpy as np

    for index, values in enumerate(samples.numpy(), first):
        np.save(out / f"sample-{index:05d}.npy", values)
