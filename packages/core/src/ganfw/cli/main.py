"""The commands in one app, and the one place where errors become messages and exit codes."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

import ganfw
from ganfw.cli import check, data, evaluate, export, new, plugins, recipes, sample, schema, show, train
from ganfw.cli.extending import add_plugin_commands
from ganfw.cli.messages import OUT_OF_MEMORY, complain, is_out_of_memory, show_warnings, wait_for_the_main_process
from ganfw.cli.options import PLUGIN_HELP, plugins_chosen
from ganfw.cli.partners import has_lost_another, leave_a_broken_job
from ganfw.errors import GanfwError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

# Listings answer at once. Rich would take longer to import than all the rest, and to find out that --help is not there
# typer would load most of pydantic, unless a default says so.
_QUICK = {"default_map": {"help": False}}
_BUILT_IN: dict[str, Callable[..., None]] = {
    "train": train.train, "sample": sample.sample, "recipes": recipes.recipes, "show": show.show, "check": check.check,
    "evaluate": evaluate.evaluate, "export": export.export, "schema": schema.schema, "plugins": plugins.plugins,
}  # fmt: skip
_GROUPS = {"data": data.app, "new": new.app}


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"ganfw {ganfw.__version__}")
        raise typer.Exit


def _ganfw(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and stop.")
    ] = False,
) -> None:
    """Build, train, judge and ship generative adversarial networks out of parts."""


def make_app(arguments: Sequence[str]) -> typer.Typer:
    """The commands, and of those that plugins bring the one that is called for, or all for a list of them."""
    app = typer.Typer(
        name="ganfw", no_args_is_help=True, add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False,
        context_settings=_QUICK,
    )  # fmt: skip
    app.callback(epilog=PLUGIN_HELP)(_ganfw)
    for name, function in _BUILT_IN.items():
        app.command(name, epilog=PLUGIN_HELP, context_settings=_QUICK)(function)
    for name, group in _GROUPS.items():
        app.add_typer(group, name=name)
    wanted = next((argument for argument in arguments if not argument.startswith("-")), None)
    if wanted not in {*_BUILT_IN, *_GROUPS}:
        add_plugin_commands(app, wanted, reserved={*_BUILT_IN, *_GROUPS})
    return app


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line.

    Args:
        arguments: Without the program's name; those of the process when left out.

    Raises:
        SystemExit: Always. 0 is success, 2 a mistake that the user can mend, 130 an interruption.
    """
    show_warnings()
    try:
        with plugins_chosen(sys.argv[1:] if arguments is None else arguments) as rest:
            make_app(rest)(args=rest, prog_name="ganfw")
    except Exception as error:
        if has_lost_another(error):
            leave_a_broken_job()
        exhausted = is_out_of_memory(error)
        mendable = isinstance(error, GanfwError) or exhausted
        if mendable and os.environ.get("GANFW_TRACEBACK") == "1":
            raise
        wait_for_the_main_process()
        if not mendable:
            raise
        complain(OUT_OF_MEMORY.format(str(error).partition("\n")[0].rstrip(".")) if exhausted else str(error))
        sys.exit(2)
    sys.exit(0)
