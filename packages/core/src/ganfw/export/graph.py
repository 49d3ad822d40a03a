"""The generator as one graph of ``torch.export``, which PyTorch runs without ganfw."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from ganfw.errors import GanfwError
from ganfw.export.exporter import Exported, Exporter
from ganfw.networks import Generator

if TYPE_CHECKING:
    from pathlib import Path

    from ganfw.model import Model
    from ganfw.specs import Condition


class Sampler(nn.Module):
    """Standard normal noise to samples; a generator's own prior is part of the graph."""

    def __init__(self, generator: Generator) -> None:
        super().__init__()
        self.generator = generator

    def forward(self, noise: Tensor, condition: Tensor | None = None) -> Tensor:
        """Shape: noise ``(B, Z)``; condition ``(B, ...)`` where the model has one; result ``(B, *spec.shape)``."""
        made: Tensor = self.generator(self.generator.prior(noise), condition)
        return made


class TorchExport(Exporter):
    """Writes ``generator.pt2``: a graph with its weights that takes standard normal noise ``(B, Z)`` for any B.

    ``torch.export.load("generator.pt2").module()(torch.randn(4, Z))`` makes four samples. Give such files only to
    people who trust you with their machine, and open only those of people you trust: a graph is a program.
    """

    def export(self, model: Model, folder: Path) -> Exported:
        """Trace the generator, write the graph, open it and compare; see `Exporter.export`."""
        sampler = sampler_of(model, "torch-export")
        rng = torch.Generator(model.device).manual_seed(0)
        example, fresh = (inputs_of(n, sampler.generator.latent_dim, model.spec.condition, rng) for n in (2, 3))
        batch = torch.export.Dim("batch")
        with torch.no_grad():
            try:
                graph = torch.export.export(sampler, example, dynamic_shapes=tuple({0: batch} for _ in example))
            except Exception as error:
                raise GanfwError(
                    f"{type(sampler.generator).__name__} cannot be traced by torch.export: {error}; use --to "
                    "safetensors"
                ) from error
            file = folder / "generator.pt2"
            torch.export.save(graph, file)
            opened = torch.export.load(file).module()
            difference = (opened(*fresh) - sampler(*fresh)).abs().max().item()
        return Exported((file,), difference)


def sampler_of(model: Model, name: str) -> Sampler:
    """The model's generator from noise to samples, in evaluation mode.

    Args:
        model: A model.
        name: The format that asks, for the error.

    Raises:
        GanfwError: If the model has no generator that takes latents.
    """
    generator = getattr(model.gan, "generator", None)
    if not isinstance(generator, Generator):
        raise GanfwError(
            f"{name} writes a generator that turns latents into samples, and {type(model.gan).__name__} has none; use "
            "--to safetensors"
        )
    return Sampler(generator).eval()


def inputs_of(count: int, latent_dim: int, condition: Condition | None, rng: torch.Generator) -> tuple[Tensor, ...]:
    """Random inputs of a `Sampler`: noise and, for a conditional model, a condition. Shape: ``(count, ...)`` each."""
    noise = torch.randn(count, latent_dim, generator=rng, device=rng.device)
    if condition is None:
        return (noise,)
    if condition.kind == "class":
        return noise, torch.randint(condition.count, (count,), generator=rng, device=rng.device)
    return noise, torch.randn(count, condition.count, generator=rng, device=rng.device)
