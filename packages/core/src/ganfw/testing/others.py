"""Checks of games, optimizers, data, metrics, extractors, trackers and exporters."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from ganfw.config.recipe import Recipe
from ganfw.config.trainer import TrainerConfig
from ganfw.data.dataset import Dataset
from ganfw.data.stream import Stream, batches
from ganfw.evaluation import Evaluation, Metric
from ganfw.export.exporter import Exporter
from ganfw.extractors import Extractor
from ganfw.gan import GAN
from ganfw.model import Model, load, save_model
from ganfw.specs import VectorSpec
from ganfw.testing.common import globals_of, settings
from ganfw.testing.subject import Subject, close, require
from ganfw.testing.toys import COUNT, toy_data, toy_gan
from ganfw.training.trainer import Trainer

if TYPE_CHECKING:
    from ganfw.config.trainer import OptimizerConfig
    from ganfw.testing.common import Check


def _resumes(make: Any, data: Dataset, optimizers: dict[str, OptimizerConfig] | None = None) -> None:
    """Two steps and two more are four steps, bit for bit, and change something."""

    def train(steps: int, run: Path) -> GAN:
        torch.manual_seed(0)
        gan: GAN = make()
        config = TrainerConfig(steps=steps, batch_size=COUNT, log_every=1, sample_every=None, tracker=None)
        return Trainer(gan, data, config, run=run, optimizers=optimizers, document={}).fit().cpu()

    with tempfile.TemporaryDirectory() as folder:
        whole = train(4, Path(folder) / "whole").state_dict()
        train(2, Path(folder) / "parts")
        resumed = train(4, Path(folder) / "parts").state_dict()
    torch.manual_seed(0)
    before = make().state_dict()
    require(any(not torch.equal(tensor, before[name]) for name, tensor in whole.items()), "four steps change nothing")
    differs = [name for name, tensor in whole.items() if not torch.equal(tensor, resumed[name])]
    require(
        not differs,
        f"two steps and, resumed, two more are not the four steps of an unbroken run: {', '.join(differs[:3])} differs",
        "keep all state in buffers, and draw all randomness from the step",
    )


def resume(subject: Subject) -> None:
    """A resumed run is the unbroken run, bit for bit."""
    if subject.kind == "optimizer":
        config: Any = subject.config
        data = toy_data(subject.spec)
        _resumes(lambda: toy_gan(subject.spec), data, {"generator": config, "discriminator": config})
        return
    recipe = subject.config
    assert isinstance(recipe, Recipe)  # checked when the plugin was loaded
    data = recipe.open_data() if recipe.data is not None else toy_data(subject.spec)
    _resumes(lambda: recipe.build(data.spec), data, recipe.optimizers)


def game(subject: Subject) -> None:
    """It is a GAN whose phases name its networks, and it makes samples if it says that it can."""
    gan = subject.build()
    require(isinstance(gan, GAN), f"expected a ganfw.GAN, found {type(gan).__name__}")
    networks = set(gan.networks())
    for phase in gan.phases:
        strangers = set(phase.network_names) - networks
        require(
            not strangers, f"phase {phase.name!r} names {', '.join(strangers)}; the networks are {', '.join(networks)}"
        )
    require(
        set(gan.averaged) <= networks, f"averaged names {', '.join(set(gan.averaged) - networks)}, which is no network"
    )
    if gan.can_sample:
        with torch.no_grad():
            first, again = (gan.eval().sample(3, rng=torch.Generator().manual_seed(0)) for _ in range(2))
        expected = (3, *subject.spec.shape)
        require(tuple(first.shape) == expected, f"expected samples of shape {expected}, found {tuple(first.shape)}")
        require(torch.equal(first, again), "one generator gives different samples", "draw from rng alone")


def _use_game(subject: Subject, gan: Any) -> None:
    if gan.can_sample:
        with torch.no_grad():
            gan.eval().sample(3, rng=torch.Generator().manual_seed(0))


def rows(subject: Subject) -> None:
    """Rows are a pure function of index and key, and decode to what the spec says."""
    data = subject.build()
    require(isinstance(data, Dataset), f"expected a ganfw.Dataset, found {type(data).__name__}")
    require(len(data) > 0, "there are no samples")
    indices, keys = np.arange(4) % len(data), np.arange(4)
    first, again = data.rows(indices, keys), data.rows(indices, keys)
    require(all(np.array_equal(first[name], again[name]) for name in first), "the same rows differ the second time",
            "derive all randomness from the keys")  # fmt: skip
    for batch in batches(Stream(data, batch_size=4, seed=0), 0, 1):
        real = batch.real
        require(
            tuple(real.shape) == (4, *data.spec.shape),
            f"expected {data.spec.shape} for each sample, found {tuple(real.shape)[1:]}",
        )
        if real.is_floating_point():
            require(real.isfinite().all(), "a sample is not finite")
            bounded = not isinstance(data.spec, VectorSpec)
            require(not bounded or real.abs().max() <= 1.001, "a sample lies outside [-1, 1]", "scale it in decode")
        require(
            ("condition" in batch) == (data.spec.condition is not None),
            "the batch's condition is not what the spec says",
        )


def fingerprint(subject: Subject) -> None:
    """Opened twice, the data have one fingerprint."""
    first, again = subject.build(0).fingerprint, subject.build(1).fingerprint
    require(
        first == again, f"opened twice, the fingerprint is {first!r} and {again!r}", "derive it from the content alone"
    )


def _use_data(subject: Subject, data: Any) -> None:
    data.rows(np.arange(2) % len(data), np.arange(2))


def _evaluation(subject: Subject) -> Evaluation:
    torch.manual_seed(0)
    data = toy_data(subject.spec, 64)
    return Evaluation(Model(toy_gan(subject.spec), subject.spec, 0), data, count=48, batch_size=16)


def scores(subject: Subject) -> None:
    """Scores are finite, named, repeatable, and say all that they depend on."""
    metric = subject.build()
    require(isinstance(metric, Metric), f"expected a ganfw.Metric, found {type(metric).__name__}")
    first, again = (list(metric.measure(_evaluation(subject))) for _ in range(2))
    require(first, "there are no scores")
    needed = _evaluation(subject).protocol
    for score, second in zip(first, again, strict=True):
        require(score.name and score.better in {"lower", "higher"}, f"the score {score!r} says too little of itself")
        require(np.isfinite(score.value), f"{score.name} is {score.value}")
        require(
            score == second,
            f"measured twice, {score.name} is {score.value} and {second.value}",
            "draw from evaluation.seed",
        )
        missing = needed.keys() - score.protocol.keys()
        require(
            not missing,
            f"the protocol of {score.name} lacks {', '.join(missing)}",
            "protocol={**evaluation.protocol, ...}",
        )


def _use_metric(subject: Subject, metric: Any) -> None:
    drawn = torch.get_rng_state()
    evaluation = _evaluation(subject)
    torch.set_rng_state(drawn)
    list(metric.measure(evaluation))


def features(subject: Subject) -> None:
    """One row of finite features for each sample, which do not depend on the rest of the batch."""
    extractor = subject.build().eval()
    require(isinstance(extractor, Extractor), f"expected a ganfw.Extractor, found {type(extractor).__name__}")
    x = subject.samples().requires_grad_()
    found = extractor(x)
    require(
        found.features.ndim == 2 and len(found.features) == COUNT,
        f"expected features ({COUNT}, F), found {tuple(found.features.shape)}",
    )
    require(found.features.isfinite().all(), "features are not finite")
    (gradient,) = torch.autograd.grad(found.features.sum(), x, allow_unused=True)
    require(gradient is not None, "no gradient passes back to the samples")
    with torch.no_grad():
        require(
            close(extractor(x[:2]).features, found.features[:2]), "a sample's features depend on the rest of its batch"
        )
    require(
        subject.build(1).weights_hash == extractor.weights_hash,
        "built twice, the weights differ",
        "a seed of its own, or a file",
    )


def _use_extractor(subject: Subject, extractor: Any) -> None:
    with torch.no_grad():
        extractor.eval()(subject.samples())


def logging(subject: Subject) -> None:
    """It starts, takes values, and finishes, in a run folder."""
    with tempfile.TemporaryDirectory() as folder:
        tracker = subject.config.build(Path(folder))  # type: ignore[attr-defined]
        tracker.start()
        try:
            tracker.log({"generator/adversarial": 0.5}, step=1)
        finally:
            tracker.finish()


def exported(subject: Subject) -> None:
    """It writes the files that it names, and what they make is what the model makes."""
    exporter = subject.build()
    require(isinstance(exporter, Exporter), f"expected a ganfw.Exporter, found {type(exporter).__name__}")
    with tempfile.TemporaryDirectory() as folder:
        gan = toy_gan(subject.spec)
        save_model(Path(folder) / "model", gan, subject.spec, {"gan": "toy"}, images=0)
        model = load(Path(folder) / "model", gan=toy_gan(subject.spec))
        (Path(folder) / "out").mkdir()
        found = exporter.export(model, Path(folder) / "out")
        require(found.files, "it names no files")
        require(all(file.is_file() for file in found.files), "a file that it names is not there")
    require(found.difference is None or found.difference < 1e-3, f"what was written differs by {found.difference}")


GAN_CHECKS: list[Check] = [settings, game, globals_of(_use_game), resume]
OPTIMIZER_CHECKS: list[Check] = [settings, resume]
DATA_CHECKS: list[Check] = [settings, rows, fingerprint, globals_of(_use_data)]
METRIC_CHECKS: list[Check] = [settings, scores, globals_of(_use_metric)]
EXTRACTOR_CHECKS: list[Check] = [settings, features, globals_of(_use_extractor)]
TRACKER_CHECKS: list[Check] = [settings, logging]
EXPORTER_CHECKS: list[Check] = [settings, exported]
