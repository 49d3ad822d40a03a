"""From a recipe's name and some arguments to validated settings, one recipe per stage."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from ganfw.config import yaml
from ganfw.config.overrides import Layer, merge, parse_overrides
from ganfw.config.places import Node
from ganfw.config.problems import Problem, RecipeError, origin_of, path_text, problems_of, show
from ganfw.config.recipe import Recipe
from ganfw.errors import GanfwError
from ganfw.plugins.compatibility import unmet
from ganfw.plugins.registry import registry, using

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from importlib.resources.abc import Traversable

    from ganfw.config.problems import Place
    from ganfw.plugins.registry import Registry

_DEFAULT_GAN = "two-player"
_STAGES_KEY = re.compile(r"\s*stages\s*[.=]")
_STAGE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


@dataclass(frozen=True)
class Stage:
    """One run of its own.

    Args:
        name: Its folder, when there are several.
        recipe: Its settings.
        document: The same as plain data, every default written out; `recipe_from_document` gives an equal recipe.
    """

    name: str
    recipe: Recipe
    document: dict[str, Any]


@dataclass(frozen=True)
class Resolved:
    """A recipe with its overrides.

    Args:
        name: The recipe's name, or its file's without the ending.
        source: The file.
        stages: At least one; each starts from the weights of the one before. A plain recipe is one, named ``main``.
    """

    name: str
    source: str
    stages: tuple[Stage, ...]


def resolve(name_or_path: str | Path, overrides: Sequence[str] = (), *, registry: Registry | None = None) -> Resolved:
    """Find a recipe, lay the overrides over it, and validate.

    Args:
        name_or_path: The name of an installed recipe, or the path of a YAML file.
        overrides: ``key.sub=value``, later ones winning.
        registry: The parts to choose from; by default everything installed.

    Raises:
        GanfwError: If there is no such recipe or file.
        RecipeError: With all problems of the recipe and the overrides.
    """
    with using(registry):
        name, path = _find(name_or_path)
        source = yaml.parse_file(path)
        if not isinstance(source.data, dict):
            raise GanfwError(f"{path.name} holds no recipe: expected a mapping (key: value), got {show(source.data)}")
        return Resolved(name, str(path), _stages(Layer(source.data, source.origins()), overrides))


def recipe_from_document(document: Mapping[str, Any]) -> Recipe:
    """The recipe that a resolved document was written from.

    Args:
        document: ``recipe.yaml`` of a run, or ``recipe`` in a model's config.

    Raises:
        RecipeError: With all problems, such as a part that is not installed here.
    """
    layer = Layer(dict(document))
    model, problems = _model(layer)
    if model is not None:
        recipe, found = _validate(model, layer)
        if recipe is not None:
            return recipe
        problems += found
    raise RecipeError(problems)


def difference(here: Mapping[str, Any], there: Mapping[str, Any]) -> list[str]:
    """How two documents differ, one line for each value: ``trainer.steps: 1000 here, 2000 in the run``.

    Args:
        here: The recipe as it is asked for.
        there: The recipe of the run folder.
    """
    ours, theirs = dict(_leaves(here, ())), dict(_leaves(there, ()))
    places = [*ours, *(place for place in theirs if place not in ours)]
    absent = object()
    return [
        f"{path_text(place)}: {_said(ours, place)} here, {_said(theirs, place)} in the run"
        for place in places
        if ours.get(place, absent) != theirs.get(place, absent)
    ]


def _leaves(value: Any, place: Place) -> list[tuple[Place, Any]]:
    if isinstance(value, dict) and value:
        return [leaf for key, item in value.items() for leaf in _leaves(item, (*place, key))]
    return [(place, list(value) if isinstance(value, tuple) else value)]


def _said(leaves: Mapping[Place, Any], place: Place) -> str:
    return show(leaves[place]) if place in leaves else "not set"


def _find(name_or_path: str | Path) -> tuple[str, Path | Traversable]:
    text = os.fspath(name_or_path)
    path = Path(text)
    # os.path says no, where Path.is_file raises, to a name that no file can have.
    if os.path.isfile(text) and (
        isinstance(name_or_path, Path) or path.suffix in {".yaml", ".yml"} or path.name != text
    ):
        return path.stem, path
    if isinstance(name_or_path, Path) or path.suffix in {".yaml", ".yml"} or path.name != text:
        raise GanfwError(
            f"there is no recipe file {text}; give the path of a YAML file, or a name that `ganfw recipes` lists"
        )
    return text, registry().recipe(text).path


def _stages(base: Layer, overrides: Sequence[str]) -> tuple[Stage, ...]:
    base, parts, problems = _split(base)
    wrong_versions, absent = _requirements(base)
    problems += wrong_versions
    for argument in [argument for argument in overrides if _STAGES_KEY.match(argument)]:
        path = argument.partition("=")[0].strip()
        message = "stages are written in the recipe's file; an override counts for each of them"
        problems.append(Problem(path, message, f"argument {argument}"))
    overrides = [argument for argument in overrides if not _STAGES_KEY.match(argument)]
    stages: list[Stage] = []
    for name, part in parts:
        # Which game it is has to be known before the layers can be merged by its rules.
        top = merge(base, part, Node())
        game = [argument for argument in overrides if argument.partition("=")[0].strip() == "gan"]
        model, wrong = _model(merge(top, parse_overrides(game, Node())[0], Node()))
        problems += wrong
        root = Node.of(model or Recipe, {})
        arguments, wrong = parse_overrides(overrides, root)
        problems += wrong
        layer = merge(merge(base, part, root), arguments, root)
        recipe, wrong = (None, []) if model is None else _validate(model, layer, needs_data=True)
        problems += wrong
        if recipe is not None:
            stages.append(Stage(name, recipe, recipe.model_dump(mode="json")))
    if problems:
        raise RecipeError(problems + absent)
    return tuple(stages)


def _requirements(base: Layer) -> tuple[list[Problem], list[Problem]]:
    """Distributions of other versions than the recipe was made with; and those that are not installed, which matters
    only where something is missing for it: an override may have replaced what needs them."""
    wrong: list[Problem] = []
    absent: list[Problem] = []
    requires = base.data.get("requires")
    for index, text in enumerate(requires if isinstance(requires, list) else []):
        try:
            why = unmet(text) if isinstance(text, str) else None
        except ValueError:
            continue  # the recipe's own validation says so
        if why is not None:
            origin = origin_of(("requires", index), base.origins)
            problem = Problem("requires", f"{why}; pip install -U '{text}'", origin)
            (absent if "not installed" in why else wrong).append(problem)
    return wrong, absent


def _split(base: Layer) -> tuple[Layer, list[tuple[str, Layer]], list[Problem]]:
    """A recipe without its stages, and each stage as a layer of its own."""
    if "stages" not in base.data:
        return base, [("main", Layer({}))], []
    shared = {key: value for key, value in base.data.items() if key != "stages"}
    listed = base.data["stages"]
    parts: list[tuple[str, Layer]] = []
    problems: list[Problem] = []
    if not isinstance(listed, list) or not listed:
        problems.append(_stage_problem(base, (), f"expected a list of stages, got {show(listed)}"))
        listed = []
    for index, stage in enumerate(listed):
        name = stage.get("name") if isinstance(stage, dict) else None
        if not isinstance(name, str) or not _STAGE_NAME.fullmatch(name):
            problems.append(
                _stage_problem(base, (index,), "each stage is a mapping with a name (letters, digits, - and _)")
            )
        elif any(name == other for other, _ in parts):
            problems.append(_stage_problem(base, (index, "name"), f'two stages are named "{name}"'))
        else:
            data = {key: value for key, value in stage.items() if key != "name"}
            place = ("stages", index)
            parts.append(
                (name, Layer(data, {at[2:]: origin for at, origin in base.under(place).items() if at != place}))
            )
    return Layer(shared, base.origins), parts, problems


def _stage_problem(base: Layer, place: Place, message: str) -> Problem:
    full = ("stages", *place)
    return Problem(path_text(full), message, origin_of(full, base.origins))


def _model(layer: Layer) -> tuple[type[Recipe] | None, list[Problem]]:
    """The class that reads a document, by the game it names."""
    name = layer.data.get("gan", _DEFAULT_GAN)
    origin = origin_of(("gan",), layer.origins)
    if not isinstance(name, str):
        return None, [Problem("gan", f"expected the name of a game, got {show(name)}", origin)]
    try:
        config = registry().config("gan", name)
    except GanfwError as error:
        return None, [Problem("gan", str(error), origin)]
    assert issubclass(config, Recipe)  # checked when the plugin was loaded
    return config, []


def _validate(model: type[Recipe], layer: Layer, *, needs_data: bool = False) -> tuple[Recipe | None, list[Problem]]:
    root = Node.of(model, layer.data)
    problems = []
    if needs_data and layer.data.get("data") is None:
        known = ", ".join(registry().parts("data")) or "none is installed"
        message = f"is missing; give data.path=FOLDER, or data=NAME with one of: {known}"
        problems.append(Problem("data", message, origin_of(("data",), layer.origins)))
    try:
        return model.model_validate(layer.data), problems
    except ValidationError as error:
        found = problems_of(error, layer.data, origins=layer.origins, keys_at=lambda place: root.at(place).paths(place))
        return None, [_with_choices(problem, root) for problem in found] + problems


def _with_choices(problem: Problem, root: Node) -> Problem:
    """Say what a missing part may be, and that a key belongs to another part than the one that is named."""
    *above, key = problem.path.split(".")
    around = root.at(tuple(above))
    if around.slot is not None and key in around.slot.infer and problem.message.startswith("unknown key"):
        named = f"{'.'.join(above)}.type={around.slot.part_name(around.value, around.key)}"
        message = f"belongs to {around.slot.infer[key]}, but {named} is given too; leave one out"
        return replace(problem, message=message, suggestion="")
    slot = root.at((*above, key)).slot
    if slot is None or problem.message != "is missing":
        return problem
    known = ", ".join(registry().parts(slot.kind)) or "none is installed"
    return replace(problem, message=f"is missing; choose one of: {known}")
