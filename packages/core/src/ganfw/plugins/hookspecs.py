"""Every hook, with its exact arguments: this file is the whole contract between ganfw and a plugin.

A plugin is a module named by an entry point in the group ``ganfw``, or a Python file given with ``--plugin``:

.. code-block:: toml

    [project.entry-points.ganfw]
    my_parts = "my_parts"

It implements the hooks that it needs as functions marked ``@ganfw.hookimpl``, each with as many of the hook's arguments
as it uses. There are two families:

- ``ganfw_register_*`` yields records: what the plugin brings. They are asked for once, whenever ganfw starts, so a
  plugin imports torch only where a part is built.
- ``ganfw_before_*`` and ``ganfw_after_*`` are told what happens during training, in the order of the plugins' names.
  What one raises names its plugin and, as ``trainer.on_error`` says, stops the run or switches the plugin off.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import pluggy

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    import numpy as np
    import numpy.typing as npt

    from ganfw.evaluation import Evaluation, Score
    from ganfw.gan import Phase
    from ganfw.plugins.records import Command, Part, RecipeFile
    from ganfw.training.step import Batch
    from ganfw.training.trainer import Trainer

hookspec = pluggy.HookspecMarker("ganfw")
hookimpl = pluggy.HookimplMarker("ganfw")


class Hookspecs(Protocol):
    """The hooks. A part's config has a method ``build``; the arrow says what that returns."""

    @hookspec
    def ganfw_register_gan(self) -> Iterable[Part]:
        """Games: which networks there are and how they learn. The config subclasses `ganfw.Recipe` → `ganfw.GAN`.

        Example:
            @ganfw.hookimpl
            def ganfw_register_gan():
                yield ganfw.Part("autoencoder", "my_parts.game:AutoencoderRecipe", "reconstruction alone")
        """

    @hookspec
    def ganfw_register_generator(self) -> Iterable[Part]:
        """Networks that make samples → `ganfw.Generator`.

        Example:
            @ganfw.hookimpl
            def ganfw_register_generator():
                yield ganfw.Part("linear", "my_parts.networks:LinearGeneratorConfig", "one matrix")
        """

    @hookspec
    def ganfw_register_discriminator(self) -> Iterable[Part]:
        """Networks that judge samples → `ganfw.Discriminator`.

        Example:
            @ganfw.hookimpl
            def ganfw_register_discriminator():
                yield ganfw.Part("linear", "my_parts.networks:LinearDiscriminatorConfig", "one matrix")
        """

    @hookspec
    def ganfw_register_encoder(self) -> Iterable[Part]:
        """Networks that encode samples → `ganfw.Encoder`.

        Example:
            @ganfw.hookimpl
            def ganfw_register_encoder():
                yield ganfw.Part("linear", "my_parts.networks:LinearEncoderConfig", "one matrix")
        """

    @hookspec
    def ganfw_register_loss(self) -> Iterable[Part]:
        """Adversarial losses → `ganfw.Loss`.

        Example:
            @ganfw.hookimpl
            def ganfw_register_loss():
                yield ganfw.Part("squares", "my_parts.terms:SquaresConfig", "squared distance to 1 and 0")
        """

    @hookspec
    def ganfw_register_regularizer(self) -> Iterable[Part]:
        """Penalties and constraints on one player → `ganfw.Regularizer` or `ganfw.Constraint`.

        Example:
            @ganfw.hookimpl
            def ganfw_register_regularizer():
                yield ganfw.Part("drift", "my_parts.terms:DriftConfig", "keeps the logits near zero")
        """

    @hookspec
    def ganfw_register_augmentation(self) -> Iterable[Part]:
        """Differentiable transformations of what the discriminator sees → `ganfw.Augmentation`.

        Example:
            @ganfw.hookimpl
            def ganfw_register_augmentation():
                yield ganfw.Part("noise", "my_parts.terms:NoiseConfig", "Gaussian noise on every sample")
        """

    @hookspec
    def ganfw_register_optimizer(self) -> Iterable[Part]:
        """Optimizers. The config subclasses `ganfw.OptimizerConfig` → `torch.optim.Optimizer`.

        Example:
            @ganfw.hookimpl
            def ganfw_register_optimizer():
                yield ganfw.Part("adamax", "my_parts.settings:AdamaxConfig", "Adam by the largest gradient")
        """

    @hookspec
    def ganfw_register_data(self) -> Iterable[Part]:
        """Data sources. The config subclasses `ganfw.DataConfig` → `ganfw.Dataset`.

        Example:
            @ganfw.hookimpl
            def ganfw_register_data():
                yield ganfw.Part("squares", "my_parts.settings:SquaresDataConfig", "points in a square")
        """

    @hookspec
    def ganfw_register_metric(self) -> Iterable[Part]:
        """Measures of what a model makes, for ``ganfw evaluate`` → `ganfw.Metric`.

        Example:
            @ganfw.hookimpl
            def ganfw_register_metric():
                yield ganfw.Part("mean-distance", "my_parts.metric:MeanDistanceConfig", "distance between the means")
        """

    @hookspec
    def ganfw_register_extractor(self) -> Iterable[Part]:
        """Networks by whose features metrics compare samples → `ganfw.Extractor`.

        Example:
            @ganfw.hookimpl
            def ganfw_register_extractor():
                yield ganfw.Part("polar", "my_parts.extractor:PolarConfig", "distance and direction from the origin")
        """

    @hookspec
    def ganfw_register_tracker(self) -> Iterable[Part]:
        """Where losses and samples are logged. The config subclasses `ganfw.TrackerConfig` → Accelerate's
        ``GeneralTracker``.

        Example:
            @ganfw.hookimpl
            def ganfw_register_tracker():
                yield ganfw.Part("csv", "my_parts.settings:CSVConfig", "a table in the run folder")
        """

    @hookspec
    def ganfw_register_exporter(self) -> Iterable[Part]:
        """Formats that ``ganfw export`` writes → `ganfw.Exporter`.

        Example:
            @ganfw.hookimpl
            def ganfw_register_exporter():
                yield ganfw.Part("numpy", "my_parts.exporter:NumpyConfig", "the weights as .npz")
        """

    @hookspec
    def ganfw_register_recipe(self) -> Iterable[RecipeFile]:
        """Recipes, as YAML files.

        Example:
            from importlib.resources import files


            @ganfw.hookimpl
            def ganfw_register_recipe():
                yield ganfw.RecipeFile("my-recipe", files("my_parts") / "my-recipe.yaml", "points in a square")
        """

    @hookspec
    def ganfw_register_command(self) -> Iterable[Command]:
        """Commands of the command line: ``ganfw NAME ...``.

        Example:
            @ganfw.hookimpl
            def ganfw_register_command():
                yield ganfw.Command("parameters", "my_parts.command:parameters", "Count a model's parameters.")
        """

    @hookspec
    def ganfw_before_run(self, trainer: Trainer) -> None:
        """Training begins, on every process: a checkpoint has been restored, the first step has not been made.

        Example:
            @ganfw.hookimpl
            def ganfw_before_run(trainer):
                print(f"from step {trainer.step} to {trainer.config.total_steps}")
        """

    @hookspec
    def ganfw_after_run(self, trainer: Trainer) -> None:
        """Training has reached its length, on every process, and everything is written. Not told when a run breaks off.

        Example:
            @ganfw.hookimpl
            def ganfw_after_run(trainer):
                print(f"{trainer.images} images shown")
        """

    @hookspec
    def ganfw_before_step(self, trainer: Trainer, batch: Batch) -> None:
        """A step begins, on every process. ``batch`` is this process's share of the global batch.

        Example:
            @ganfw.hookimpl
            def ganfw_before_step(batch):
                assert batch.real.isfinite().all()
        """

    @hookspec
    def ganfw_after_step(self, trainer: Trainer) -> None:
        """A step is made and counted in ``trainer.step``, on every process.

        Example:
            @ganfw.hookimpl
            def ganfw_after_step(trainer):
                if trainer.step % 100 == 0:
                    print(f"{trainer.images} images shown")
        """

    @hookspec
    def ganfw_before_phase(self, trainer: Trainer, phase: Phase) -> None:
        """A phase that is due begins, on every process; only its networks can learn now.

        Example:
            @ganfw.hookimpl
            def ganfw_before_phase(phase):
                print(phase.name)
        """

    @hookspec
    def ganfw_after_phase(self, trainer: Trainer, phase: Phase) -> None:
        """A phase's networks have been updated, on every process.

        Example:
            @ganfw.hookimpl
            def ganfw_after_phase(trainer, phase):
                norms = [p.norm() for name in phase.network_names for p in getattr(trainer.gan, name).parameters()]
                print(phase.name, sum(norms))
        """

    @hookspec
    def ganfw_before_samples(self, trainer: Trainer) -> None:
        """A grid of samples is about to be made, on the main process.

        Example:
            @ganfw.hookimpl
            def ganfw_before_samples(trainer):
                print(f"{trainer.config.sample_count} samples")
        """

    @hookspec
    def ganfw_after_samples(self, trainer: Trainer, grid: npt.NDArray[np.uint8], path: Path) -> None:
        """A grid of samples, ``(height, width, channels)`` in bytes, has been written to ``path``, on the main process.

        Example:
            @ganfw.hookimpl
            def ganfw_after_samples(grid, path):
                print(path, grid.mean())
        """

    @hookspec
    def ganfw_before_checkpoint(self, trainer: Trainer) -> None:
        """A checkpoint is about to be written, on the main process.

        Example:
            @ganfw.hookimpl
            def ganfw_before_checkpoint(trainer):
                print(f"saving step {trainer.step}")
        """

    @hookspec
    def ganfw_after_checkpoint(self, trainer: Trainer, path: Path) -> None:
        """A checkpoint and the model have been written, on the main process; ``path`` is the checkpoint's folder.

        Example:
            @ganfw.hookimpl
            def ganfw_after_checkpoint(path):
                print(f"saved {path}")
        """

    @hookspec
    def ganfw_before_evaluation(self, evaluation: Evaluation) -> None:
        """Metrics are about to be measured.

        Example:
            @ganfw.hookimpl
            def ganfw_before_evaluation(evaluation):
                print(f"{evaluation.count} samples against {len(evaluation.data)} real ones")
        """

    @hookspec
    def ganfw_after_evaluation(self, evaluation: Evaluation, scores: Sequence[Score]) -> None:
        """Metrics have been measured.

        Example:
            @ganfw.hookimpl
            def ganfw_after_evaluation(scores):
                for score in scores:
                    print(score.name, score.value)
        """


HOOKS = tuple(name for name in vars(Hookspecs) if name.startswith("ganfw_"))
"""Every hook, in the order above."""
KINDS = tuple(name.removeprefix("ganfw_register_") for name in HOOKS if name.startswith("ganfw_register_"))
"""What may be registered, in the order of the hooks."""
PART_KINDS = tuple(kind for kind in KINDS if kind not in {"recipe", "command"})
"""The kinds of part: what has a config, and a place in a recipe or on the command line."""
EVENTS = tuple(name.removeprefix("ganfw_") for name in HOOKS if not name.startswith("ganfw_register_"))
"""The training events: ``before_run`` and so on."""
