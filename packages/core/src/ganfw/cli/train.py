"""``ganfw train``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ganfw.cli.messages import rank
from ganfw.cli.options import Overrides, RecipeName, plugin_options
from ganfw.errors import GanfwError

if TYPE_CHECKING:
    from ganfw.config.resolve import Resolved

_STOPPED = "ganfw: stopped; the same command goes on from the last checkpoint in {run}"


def train(
    recipe: RecipeName,
    overrides: Overrides = None,
    *,
    run: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Where everything goes; runs/RECIPE by default.")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only show the settings, and the time and memory of one step.")
    ] = False,
    num_processes: Annotated[
        int, typer.Option(min=1, metavar="N", help="Train with N processes, one for each GPU or on the CPU.")
    ] = 1,
) -> None:
    """Train a recipe, or go on with a run that was broken off."""
    from ganfw.config.resolve import resolve

    resolved = resolve(recipe, overrides or ())
    if dry_run:
        if num_processes > 1:
            raise GanfwError("--dry-run measures one process; leave out --num-processes")
        return _dry_run(resolved)
    run = run or Path("runs") / resolved.name
    _refuse_other_kind(run, staged=len(resolved.stages) > 1)
    if num_processes > 1:
        command = ["train", recipe, *(overrides or ()), f"--run={run}", *plugin_options()]
        raise typer.Exit(_launch(resolved, command, num_processes))
    try:
        folder = _train(resolved, run)
    except KeyboardInterrupt:
        _say(_STOPPED.format(run=run), err=True)
        raise typer.Exit(130) from None
    except SystemExit:
        _say(_STOPPED.format(run=run), err=True)
        raise
    _say(f"samples: {folder / 'samples'}\nmodel:   {folder / 'model'}\n\nmore of them: ganfw sample {folder}")


def _refuse_other_kind(run: Path, *, staged: bool) -> None:
    """Keep a plain run and a run of stages out of each other's folder."""
    from ganfw.training.run_folder import stages_with

    stages = [stage.name for stage in stages_with(run, "recipe.yaml")]
    if staged and (run / "recipe.yaml").exists():
        raise GanfwError(f"the folder {run} holds a plain run, but this recipe has stages; choose another with --run")
    if not staged and stages:
        raise GanfwError(
            f"the folder {run} holds a run of stages ({', '.join(stages)}), but this recipe has none; "
            "choose another with --run"
        )


def _train(resolved: Resolved, run: Path) -> Path:
    """Train every stage, each from the weights of the one before; the last one's folder."""
    from ganfw.cli.opening import open_stage

    folder = None
    for number, stage in enumerate(resolved.stages, 1):
        before, folder = folder, run if len(resolved.stages) == 1 else run / f"{number}-{stage.name}"
        open_stage(stage, run=folder, start=before).fit()
    assert folder is not None  # a recipe has at least one stage
    _leave_the_others()
    return folder


def _leave_the_others() -> None:
    """Take leave of the other processes: threads that still talk to them would abort the exit."""
    import torch.distributed as dist

    if dist.is_initialized():
        dist.barrier()
        dist.destroy_process_group()


def _launch(resolved: Resolved, command: list[str], processes: int) -> int:
    from ganfw.cli.launching import launch

    for stage in resolved.stages:
        stage.recipe.open_data()  # Prepared once here, not at the same time by every process.
    return launch(command, processes)


def _dry_run(resolved: Resolved) -> None:
    from ganfw.cli.opening import open_stage
    from ganfw.config.yaml import dumps
    from ganfw.training.dry_run import measure

    for stage in resolved.stages:
        if len(resolved.stages) > 1:
            typer.echo(f"# stage {stage.name}")
        typer.echo(dumps(stage.document))
        typer.echo(measure(open_stage(stage)).text())


def _say(message: str, *, err: bool = False) -> None:
    if rank() == 0:
        typer.echo(message, err=err)
