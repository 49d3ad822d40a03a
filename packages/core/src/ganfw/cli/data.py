"""``ganfw data``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ganfw.cli.options import PLUGIN_HELP, Overrides

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ganfw.config.data import DataConfig
    from ganfw.specs import ImageSpec

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)


@app.callback()
def _data() -> None:
    """Look into data before training on it."""


@app.command(epilog=PLUGIN_HELP)
def check(
    what: Annotated[str, typer.Argument(metavar="PATH|RECIPE", help="Pictures, or a recipe that says where they are.")],
    overrides: Overrides = None,
) -> None:
    """Read every picture and name the bad ones. The exit code is 1 if some are bad, 2 if none is good."""
    from ganfw.data.check import check as read_all

    for config, spec in _sources(what, overrides or ()):
        report = read_all(config, spec)
        for problem in report.problems:
            typer.echo(f"{problem.name}: {problem.reason}")
        for line in report.summary:
            typer.echo(line)
        if report.problems:
            raise typer.Exit(1 if report.good else 2)


def _sources(what: str, overrides: Sequence[str]) -> list[tuple[DataConfig, ImageSpec]]:
    """The data of a path, or of each stage of a recipe."""
    from ganfw.config.resolve import resolve

    path = Path(what)
    if path.suffix in {".yaml", ".yml"} or not path.exists():
        recipes = [stage.recipe for stage in resolve(what, overrides).stages]
        return [(recipe.data, recipe.image.spec()) for recipe in recipes if recipe.data is not None]
    return [_of_path(what, overrides)]


def _of_path(path: str, overrides: Sequence[str]) -> tuple[DataConfig, ImageSpec]:
    from pydantic import ValidationError

    from ganfw.config.data import DataConfig
    from ganfw.config.overrides import parse_override
    from ganfw.config.problems import Place, Problem, RecipeError, path_text, problems_of
    from ganfw.config.recipe import ImageConfig
    from ganfw.config.slots import Slot, configure

    image: dict[str, Any] = {}
    data: dict[str, Any] = {"path": path}
    problems: list[Problem] = []
    origins: dict[Place, str] = {}
    for argument in overrides:
        match parse_override(argument):
            case Problem() as problem:
                problems.append(problem)
            case ("image" | "data" as block, str(key)) as place, value:
                (image if block == "image" else data)[key] = value
                origins[place] = f"argument {argument}"
            case place, _:
                wrong = "beside a path only image.KEY and data.KEY settings count"
                problems.append(Problem(path_text(place), wrong, f"argument {argument}"))
    try:
        spec = ImageConfig.model_validate(image).spec()
    except ValidationError as error:
        problems += problems_of(error, image, origins=origins, prefix=("image",))
    if problems:
        raise RecipeError(problems, "The command")
    config = configure(Slot("data", infer={"path": "files"}), data, ("data",), "The command")
    assert isinstance(config, DataConfig)  # the registry holds no other under this kind
    return config, spec
