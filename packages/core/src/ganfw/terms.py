"""Terms: tensors in, one scalar out. They never own an optimizer and know nothing of the trainer.

A term that carries state (BEGAN's k, ADA's p) keeps it in buffers, so that it is part of the GAN's one state dict and
survives a resume, and moves it in ``after_step``.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, ClassVar, Literal

from torch import Tensor, nn

from ganfw.errors import GanfwError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ganfw.game import Play
    from ganfw.training.step import Draw


class Term(nn.Module, ABC):
    """What losses, regularizers and augmentations have in common."""

    def after_step(self, mean: Callable[[str], Tensor]) -> None:
        """Move the term's own state once per step.

        Args:
            mean: ``mean("discriminator/real")`` is the mean over the whole global batch of what was logged under
                that name in this step: a scalar on the device, equal on all processes. It raises a ``KeyError`` where
                nothing was logged, since the phase was not due or its network is frozen; then the state has to stay
                as it is. So read all means first, and move the state after that, within ``suppress(KeyError)``.
        """


class Terms(nn.ModuleDict, Term):
    """Terms by name, as one child of a GAN."""


Side = Literal["discriminator", "generator"]


class Loss(Term):
    """An adversarial loss. Both players see both sides; means are over the batch; every loss is minimised.

    Shape:
        real, fake: logits ``(B, ...)``, the same shape on both sides; result: scalar.
    """

    compares: ClassVar[bool] = False
    """``generator`` compares fake with real logits (relativistic losses). Otherwise it is called with ``real=None``,
    which spares the generator's phase one forward pass of the discriminator."""
    energies: ClassVar[bool] = False
    """Expects energies, which are lower for what is more real (EBGAN, BEGAN), from a discriminator that says so."""

    @abstractmethod
    def discriminator(self, real: Tensor, fake: Tensor) -> Tensor:
        """The discriminator's objective."""

    @abstractmethod
    def generator(self, fake: Tensor, real: Tensor | None = None) -> Tensor:
        """The generator's objective."""


class Regularizer(Term):
    """A penalty, computed from a `Play`: the networks, the batch and the step's own randomness.

    Args:
        every: Evaluate each ``every`` steps. Above 1 the term gets a phase of its own, is multiplied by ``every``, and
            the optimizer is corrected for it (lazy regularization, Karras et al. 2020, appendix B).

    Raises:
        GanfwError: If ``every`` is below 1.
    """

    side: Side | Literal["both"] = "discriminator"
    """The player that it is added to, of the class or of one object; with ``both``, ``play.player`` says whose turn it
    is."""
    second_order: ClassVar[bool] = False
    """Differentiates a gradient."""
    features: ClassVar[bool] = False
    """Reads ``features`` of the verdicts: the game then asks the discriminator for them."""
    per_sample: ClassVar[bool] = False
    """Penalises each sample's own gradient: refused for a discriminator that mixes the samples of a batch."""
    heads: Mapping[str, int] = {}
    """The heads of the discriminator that it reads, and their lengths: one that lacks them is refused."""

    def __init__(self, every: int = 1) -> None:
        super().__init__()
        if every < 1:
            raise GanfwError(
                f"{type(self).__name__}: every={every}, but it is a number of steps: give 1 for each of them, or more. "
                "To leave a term out, do not give it."
            )
        self.every = every

    def attach(self, network: nn.Module) -> None:
        """Get to know the player of its side, once, when the game is made (not for ``both``).

        This is the place for buffers as large as the network (historical averaging).
        """

    @abstractmethod
    def forward(self, play: Play) -> Tensor:
        """The penalty, already weighted.

        Shape:
            result: scalar.
        """


class Constraint(Term):
    """Keeps one player's parameters in bounds, by either of its two methods.

    Attributes:
        side: The player.
    """

    side: Side = "discriminator"

    def attach(self, network: nn.Module) -> None:
        """Change ``network`` once, when the game is made (spectral normalisation)."""

    def forward(self, network: nn.Module) -> None:
        """Change the parameters in place after each step of the optimizer (weight clipping); without gradient."""


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
