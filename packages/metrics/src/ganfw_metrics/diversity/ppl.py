"""Perceptual path length: how much a sample changes with a small step of its latent.

Legend: B batch size, Z latent length.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import torch
from torch.nn.functional import normalize

from ganfw.errors import GanfwError
from ganfw.evaluation import Metric, Score
from ganfw.networks import Generator
from ganfw.training.step import key
from ganfw_metrics.errors import standard_error
from ganfw_metrics.features import need_samples

if TYPE_CHECKING:
    from collections.abc import Iterator

    from torch import Tensor

    from ganfw.evaluation import Evaluation
    from ganfw.extractors import Extractor

Path = Literal["slerp", "lerp"]


class PPL(Metric):
    """E ‖f̂(G(path(z₁, z₂; t))) − f̂(G(path(z₁, z₂; t + ε)))‖² / ε² with t uniform in [0, 1].

    f̂ are an extractor's features, scaled to length 1, in the place of LPIPS, whose weights no package brings: figures
    compare with each other, not with published ones.

    Args:
        extractor: f.
        path: ``slerp`` follows the sphere that normal latents lie near, ``lerp`` goes straight.
        epsilon: ε.

    References:
        Karras, Laine and Aila 2019, A Style-Based Generator Architecture for GANs, eq. 2.
    """

    def __init__(self, extractor: Extractor, *, path: Path = "slerp", epsilon: float = 1e-4) -> None:
        self.extractor, self.path, self.epsilon = extractor, path, epsilon

    @torch.no_grad()
    def measure(self, evaluation: Evaluation) -> Iterator[Score]:
        """One score, ``ppl``."""
        need_samples("ppl", 2, made=evaluation.count)
        generator = _generator(evaluation)
        extractor = self.extractor.to(evaluation.model.device).eval()
        steps = []
        for ends, t, condition in _draws(evaluation, generator.latent_dim):
            seen = []
            for at in (t, t + self.epsilon):
                z = generator.prior(between(*ends, at, self.path))
                seen.append(normalize(extractor(generator(z, condition)).features.double(), dim=1))
            steps.append((seen[1] - seen[0]).square().sum(1) / self.epsilon**2)
        each = torch.cat(steps)
        own = {"path": self.path, "epsilon": self.epsilon, "distance": "between features of length 1"}
        protocol = {**evaluation.protocol, **self.extractor.facts, **own}
        yield Score("ppl", each.mean().item(), "lower", standard_error(each), protocol, self.extractor.warning)


def between(start: Tensor, end: Tensor, t: Tensor, path: Path) -> Tensor:
    """A point of the path from ``start`` (t = 0) to ``end`` (t = 1).

    Slerp moves the direction along the great circle (Shoemake 1985) and the length in a straight line.

    Shape:
        start, end, result: ``(B, Z)``; t: ``(B, 1)``.
    """
    if path == "lerp":
        return start + (end - start) * t
    lengths = start.norm(dim=1, keepdim=True), end.norm(dim=1, keepdim=True)
    a, b = start / lengths[0], end / lengths[1]
    angle = (a * b).sum(1, keepdim=True).clamp(-1, 1).acos()
    bent = angle.sin() > 1e-4  # Between equal or opposite directions there is no one circle.
    of_a, of_b = (torch.where(bent, (s * angle).sin() / angle.sin(), s) for s in (1 - t, t))
    point: Tensor = (of_a * a + of_b * b) * (lengths[0] + (lengths[1] - lengths[0]) * t)
    return point


def _generator(evaluation: Evaluation) -> Generator:
    networks = evaluation.model.gan.networks()
    found = [network for network in networks.values() if isinstance(network, Generator)]
    if len(found) != 1:
        raise GanfwError(
            f"ppl moves the latents of one ganfw.Generator, but this model has {len(found)} among its networks "
            f"({', '.join(networks)})"
        )
    return found[0]


def _draws(evaluation: Evaluation, length: int) -> Iterator[tuple[tuple[Tensor, Tensor], Tensor, Tensor | None]]:
    """Two ends, a place between them and a condition for each of the evaluation's samples, a batch at a time."""
    device = evaluation.model.device
    rng = torch.Generator(device).manual_seed(key(evaluation.seed, "ppl"))
    conditional = evaluation.model.spec.condition is not None
    conditions = _conditions(evaluation) if conditional else None
    for start in range(0, evaluation.count, evaluation.batch_size):
        size = min(evaluation.batch_size, evaluation.count - start)
        first, second = (torch.randn(size, length, generator=rng, device=device) for _ in range(2))
        t = torch.rand(size, 1, generator=rng, device=device)
        given = None if conditions is None else conditions[torch.arange(start, start + size) % len(conditions)]
        yield (first, second), t, given


def _conditions(evaluation: Evaluation) -> Tensor:
    return torch.cat([batch.condition for batch in evaluation.real()])
