"""The hooks by which a plugin brings parts to ganfw.

A plugin is a module named by an entry point in the group ``ganfw``:

.. code-block:: toml

    [project.entry-points.ganfw]
    my_parts = "my_parts"

Each hook yields records. A plugin implements those that it needs::

    import ganfw


    @ganfw.hookimpl
    def ganfw_register_loss():
        yield ganfw.Part("my-loss", MyLossConfig, "one line that says what it is")
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import pluggy

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ganfw.plugins.records import Part, RecipeFile

hookspec = pluggy.HookspecMarker("ganfw")
hookimpl = pluggy.HookimplMarker("ganfw")


class Hookspecs(Protocol):
    """Every registration hook. A config's ``build(spec)`` returns what is named after the arrow."""

    @hookspec
    def ganfw_register_gan(self) -> Iterable[Part]:
        """Games. The config subclasses `ganfw.Recipe` → `GAN`."""

    @hookspec
    def ganfw_register_generator(self) -> Iterable[Part]:
        """Networks that make samples → `Generator`."""

    @hookspec
    def ganfw_register_discriminator(self) -> Iterable[Part]:
        """Networks that judge samples → `Discriminator`."""

    @hookspec
    def ganfw_register_encoder(self) -> Iterable[Part]:
        """Networks that encode samples → `Encoder`."""

    @hookspec
    def ganfw_register_loss(self) -> Iterable[Part]:
        """Adversarial losses → `Loss`."""

    @hookspec
    def ganfw_register_regularizer(self) -> Iterable[Part]:
        """Penalties and constraints on one player → `Regularizer` or `Constraint`."""

    @hookspec
    def ganfw_register_augmentation(self) -> Iterable[Part]:
        """Differentiable transformations of what the discriminator sees → `Augmentation`."""

    @hookspec
    def ganfw_register_optimizer(self) -> Iterable[Part]:
        """Optimizers. The config subclasses `ganfw.OptimizerConfig`."""

    @hookspec
    def ganfw_register_data(self) -> Iterable[Part]:
        """Data sources. The config subclasses `ganfw.DataConfig`."""

    @hookspec
    def ganfw_register_recipe(self) -> Iterable[RecipeFile]:
        """Recipes, as YAML files."""


KINDS = tuple(name.removeprefix("ganfw_register_") for name in vars(Hookspecs) if name.startswith("ganfw_register_"))
"""The kinds of part, in the order of the hooks."""
