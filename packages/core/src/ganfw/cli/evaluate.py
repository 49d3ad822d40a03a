"""``ganfw evaluate``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from ganfw.cli.options import AsJson, Overrides, table
from ganfw.errors import GanfwError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ganfw.config.slots import PartConfig
    from ganfw.data.dataset import Dataset
    from ganfw.evaluation import Evaluation, Metric, Score
    from ganfw.model import Model


def evaluate(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="A run folder, or a model folder.")],
    settings: Overrides = None,
    *,
    metrics: Annotated[str, typer.Option(metavar="NAME,NAME", help="Metrics that `ganfw plugins` lists.")] = (
        "sliced-wasserstein"
    ),
    against: Annotated[
        str | None, typer.Option(metavar="DATA", help="Pictures, or a data part; by default what it learned from.")
    ] = None,
    count: Annotated[int, typer.Option(min=2, help="Samples on each side.")] = 1000,
    seed: Annotated[int, typer.Option(min=0, help="Of the latents, and of the choice of real samples.")] = 0,
    than: Annotated[
        Path | None, typer.Option(metavar="RUN2", help="Compare with the newest scores of another run.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Compare scores that were not measured alike.")] = False,
    as_json: AsJson = False,
) -> None:
    """Measure what a trained model makes. A metric's settings are given as METRIC.KEY=VALUE."""
    import ganfw
    from ganfw import scores
    from ganfw.evaluation import Evaluation, measured
    from ganfw.plugins.events import Events

    model = ganfw.load(run)
    if not model.gan.can_sample:
        raise GanfwError(
            f"{type(model.gan).__name__} makes no samples from latents alone, so there is nothing to measure"
        )
    names = [name.strip() for name in metrics.split(",")]
    measures = _metrics(names, settings or (), model)
    evaluation = Evaluation(model, _data(model, run, against), count=count, seed=seed)
    others = [] if than is None else [entry.score for entry in scores.read(_run_of(than) / "scores.jsonl")]
    events = Events()
    events.tell("before_evaluation", evaluation=evaluation)
    found = [score for name, metric in measures.items() for score in measured(name, metric, evaluation)]
    file = _run_of(run) / "scores.jsonl"
    scores.append(file, found, model.images)
    if as_json:
        import json
        from dataclasses import asdict

        typer.echo(json.dumps([asdict(score) for score in found], indent=2))
    else:
        _show(found, evaluation, file)
    events.tell("after_evaluation", evaluation=evaluation, scores=found)
    for score in found:
        theirs = [other for other in others if other.name == score.name]
        # The newest that was measured alike, or else the newest, for the message that says what differs.
        theirs.sort(key=lambda other: other.protocol == score.protocol)
        if theirs:
            typer.echo(f"{score.name}: {scores.compare(score, theirs[-1], force=force)[1]}, beside {than}")


def _run_of(path: Path) -> Path:
    """The run that a model folder belongs to; where a model stands alone, its own folder."""
    return path.parent if path.name == "model" and (path.parent / "recipe.yaml").exists() else path


def _metrics(names: Sequence[str], settings: Sequence[str], model: Model) -> dict[str, Metric]:
    from ganfw.config.overrides import parse_override
    from ganfw.config.problems import Problem, RecipeError, path_text
    from ganfw.config.slots import Slot, configure

    given: dict[str, dict[str, Any]] = {name: {"type": name} for name in names}
    problems: list[Problem] = []
    for argument in settings:
        match parse_override(argument):
            case Problem() as problem:
                problems.append(problem)
            case (str(name), str(key)), value if name in given:
                given[name][key] = value
            case place, _:
                wrong = f"expected METRIC.KEY=VALUE of one of {', '.join(names)}"
                problems.append(Problem(path_text(place), wrong, f"argument {argument}"))
    if problems:
        raise RecipeError(problems, "The command")
    slot = Slot("metric")
    configs = {name: configure(slot, value, (name,), "The command") for name, value in given.items()}
    return {name: cast("Metric", cast("PartConfig", config).build(model.spec)) for name, config in configs.items()}


def _data(model: Model, run: Path, against: str | None) -> Dataset:
    from ganfw.config.data import DataConfig, FilesConfig
    from ganfw.config.resolve import recipe_from_document
    from ganfw.config.slots import Slot, configure

    if against is None:
        config = recipe_from_document(model.document).data if "data" in model.document else None
        if config is None:
            raise GanfwError(f"the model in {run} does not say what it learned from; give its data with --against")
    elif Path(against).exists():
        config = FilesConfig(path=against)
    else:
        config = cast("DataConfig", configure(Slot("data"), against, ("against",), "The command"))
    data = config.build(model.spec).plain()
    if len(data) < 2:
        raise GanfwError(f"there are {len(data)} real samples, and it takes at least 2 to compare with")
    return data


def _show(found: Sequence[Score], evaluation: Evaluation, file: Path) -> None:
    rows = [("metric", "value", "standard error", "better")]
    for score in found:
        error = "" if score.standard_error is None else f"{score.standard_error:.2g}"
        rows.append((score.name, f"{score.value:.5g}", error, score.better))
    typer.echo(table(rows))
    model = evaluation.model
    typer.echo(
        f"\n{evaluation.count:,} samples after {model.images / 1000:g} kimg, against {evaluation.real_count:,} of "
        f"{len(evaluation.data):,} real ones, seed {evaluation.seed}"
    )
    alike: dict[str, list[str]] = {}
    for score in found:
        own = {key: value for key, value in score.protocol.items() if key not in evaluation.protocol}
        if own:
            alike.setdefault(", ".join(f"{key} {value}" for key, value in own.items()), []).append(score.name)
    for facts, names in alike.items():
        typer.echo(f"{', '.join(names)}: {facts}")
    for warning in dict.fromkeys(score.warning for score in found if score.warning):
        typer.echo(f"note: {warning}")
    if evaluation.real_count < evaluation.count:
        typer.echo(f"note: there are only {evaluation.real_count:,} real samples")
    typer.echo(f"kept in {file}")
