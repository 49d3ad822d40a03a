"""Terms: tensors in, one scalar out. They never own an optimizer and know nothing of the trainer.

A term that carries state (BEGAN's k, ADA's p) keeps it in buffers, so that it is part of the GAN's one state dict and
survives a resume, and moves it in ``after_step``.
"""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, ClassVar, Literal

from torch import Tensor, nn

if TYPE_CHECKING:
    from collections.abc import Callable

    from ganfw.game import Play
    from ganfw.training.step import Draw


class Term(nn.Module):
    """What losses, regularizers and augmentations have in common."""

    def after_step(self, mean: Callable[[str], Tensor]) -> None:
        """Move the term's own state once per step.

        Args:
            mean: ``mean("discriminator/real")`` is the mean over the whole global batch of what was logged under
                that name in this step: a scalar on the device, equal on all processes; a ``KeyError`` where nothing
                was logged, since the phase was not due.
        """


class Terms(nn.ModuleDict, Term):
    """Terms by name, as one child of a GAN."""


class Loss(Term):
    """An adversarial loss. Both players see both sides; means are over the batch; every loss is minimised.

    Shape:
        real, fake: logits ``(B, ...)``, the same shape on both sides; result: scalar.
    """

    compares: ClassVar[bool] = False
    """``generator`` compares fake with real logits (relativistic losses). Otherwise it is called with ``real=None``,
    which spares the generator's phase one forward pass of the discriminator."""

    @abstractmethod
    def discriminator(self, real: Tensor, fake: Tensor) -> Tensor:
        """The discriminator's objective."""

    @abstractmethod
    def generator(self, fake: Tensor, real: Tensor | None = None) -> Tensor:
        """The generator's objective."""


class Regularizer(Term):
    """A penalty on one player, computed from a `Play`: the networks, the batch and the step's own randomness.

    Args:
        every: Evaluate each ``every`` steps. Above 1 the term gets a phase of its own, is multiplied by ``every``, and
            the optimizer is corrected for it (lazy regularization, Karras et al. 2020, appendix B).
    """

    side: ClassVar[Literal["discriminator", "generator"]] = "discriminator"
    second_order: ClassVar[bool] = False
    """Differentiates a gradient."""
    per_sample: ClassVar[bool] = False
    """Penalises each sample's own gradient: refused for a discriminator that mixes the samples of a batch."""

    def __init__(self, every: int = 1) -> None:
        super().__init__()
        self.every = every

    @abstractmethod
    def forward(self, play: Play) -> Tensor:
        """The penalty, already weighted.

        Shape:
            result: scalar.
        """


class Constraint(Term):
    """Changes one player's parameters in place after its optimizer has stepped (weight clipping)."""

    side: ClassVar[Literal["discriminator", "generator"]] = "discriminator"

    @abstractmethod
    def forward(self, network: nn.Module) -> None:
        """Constrain the parameters of ``network``. Called without gradient."""


class Augmentation(Term):
    """A differentiable transformation of samples, real and fake alike, before the discriminator sees them."""

    @abstractmethod
    def forward(self, x: Tensor, draw: Draw) -> Tensor:
        """Augment each sample.

        Args:
            x: Samples in the spec's range.
            draw: The step's own randomness: never use a global generator.

        Shape:
            x, result: ``(B, *spec.shape)``.
        """
