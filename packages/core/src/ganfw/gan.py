"""A GAN is networks plus phases. A phase says which networks learn, from which terms, and how often."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from torch import Tensor, nn

from ganfw.errors import GanfwError
from ganfw.terms import Term

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import torch

    from ganfw.training.step import Step


@dataclass(frozen=True)
class Phase:
    """One update within a step.

    While it runs, every network that it does not name is frozen, so a loss needs no ``detach`` and no ``no_grad``.

    Args:
        name: Also the prefix of its terms in the log: ``discriminator``, ``discriminator/r1``, ``generator``.
        networks: Names of the GAN's children that are optimised here.
        loss: Scalar terms by name, already weighted; they are summed and logged.
        every: Runs when ``index % every == 0``, or when ``every(index)`` is true.
        gain: Multiplies the loss; lazy regularization has ``gain = every``, and Adam is corrected for it.
        second_order: Differentiates a gradient, so it runs eager with math attention.
        optimizer: Name of the optimizer; by default the networks' names joined by ``+``. Phases may share one.
    """

    name: str
    networks: str | tuple[str, ...]
    loss: Callable[[Step], Mapping[str, Tensor]]
    every: int | Callable[[int], bool] = 1
    gain: float = 1.0
    second_order: bool = False
    optimizer: str | None = None

    @property
    def network_names(self) -> tuple[str, ...]:
        """The networks, always as a tuple."""
        return (self.networks,) if isinstance(self.networks, str) else self.networks

    @property
    def optimizer_name(self) -> str:
        """The optimizer that this phase steps."""
        return self.optimizer or "+".join(self.network_names)

    def due(self, index: int) -> bool:
        """Whether the phase runs in step ``index``."""
        return self.every(index) if callable(self.every) else index % self.every == 0


class GAN(nn.Module):
    """Networks as children, state as buffers (one state dict), and the phases in order.

    A subclass builds its networks in ``__init__``, sets ``phases``, and implements ``sample``. It is complete: no
    trainer, hook or registration knows more about it.
    """

    phases: Sequence[Phase]
    averaged: ClassVar[tuple[str, ...]] = ("generator",)
    """Networks of which the trainer keeps an exponential moving average. Sampling needs no others."""
    document: Mapping[str, Any] | None = None
    """The settings that it was made from, where it was: what a run folder keeps to build it again."""

    def networks(self) -> dict[str, nn.Module]:
        """The children that can learn: all that have parameters, but for the terms."""
        children = self.named_children()
        return {name: c for name, c in children if not isinstance(c, Term) and next(c.parameters(), None) is not None}

    def terms(self) -> list[Term]:
        """Every term among the children."""
        groups = [child for child in self.children() if isinstance(child, Term)]
        return [module for group in groups for module in group.modules() if isinstance(module, Term)]

    def sample(self, count: int, *, rng: torch.Generator, condition: Tensor | None = None) -> Tensor:
        """Make samples.

        Args:
            count: How many.
            rng: Source of all randomness, on the networks' device.
            condition: One per sample, where the GAN is conditional; drawn from the prior when left out.

        Shape:
            result: ``(count, *spec.shape)``.
        """
        raise NotImplementedError(f"{type(self).__name__} has no sample()")

    def sample_truncated(
        self, count: int, *, rng: torch.Generator, condition: Tensor | None = None, truncation: float
    ) -> Tensor:
        """Make samples that are more typical and less varied, the more so the smaller ``truncation``; see `sample`.

        Raises:
            GanfwError: If the GAN knows no truncation, as here.
        """
        raise GanfwError(
            f"truncation={truncation:g}: {type(self).__name__} knows no truncation. Leave it out, or give it a "
            "sample_truncated()."
        )

    def realness(self, x: Tensor, condition: Tensor | None = None) -> Tensor | None:
        """How real the discriminator holds samples to be, larger for what is more real.

        Measured on samples that it learned from and on others, this shows how far it overfits.

        Shape:
            x: ``(B, *spec.shape)``; condition: ``(B, ...)``; result: ``(B, J)`` for J judges, or ``None`` where nothing
            judges samples, as here.
        """
        return None

    @property
    def can_sample(self) -> bool:
        """Whether the GAN makes samples from latents alone; a translator, which needs an input, does not."""
        return type(self).sample is not GAN.sample

    def after_step(self, mean: Callable[[str], Tensor]) -> None:
        """Move the GAN's own state, once per step, after its terms have moved theirs.

        Args:
            mean: Mean over the global batch of what was logged under a name in this step, on the device; a
                ``KeyError`` where nothing was, since the phase was not due.
        """

    def after_optimizer(self, phase: Phase) -> None:
        """Constrain parameters in place after a phase's optimizer has stepped (weight clipping)."""
