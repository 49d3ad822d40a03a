"""Whether a critic's estimate says how good the samples are: the promise of Wasserstein GANs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from ganfw import Evaluation
from ganfw.model import Model
from ganfw.training.checkpoint import Checkpoints, read_tensors
from ganfw_metrics import KID
from zoo.measures.pictures import extractor_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ganfw import GAN
    from zoo.subject import Subject

_COUNT = 500


def rank(subject: Subject) -> dict[str, float]:
    """Spearman's correlation, over the run's checkpoints, of the critic's estimate with KID.

    Arjovsky et al. 2017, section 4.2: the estimate E D(x) − E D(G(z)) falls as samples become better.
    """
    metric, estimates, distances = KID(extractor_of(subject)), [], []
    for folder in Checkpoints(subject.trainer.run / "checkpoints").all():
        gan = subject._build()
        state = read_tensors(folder / "state.safetensors")
        gan.load_state_dict({name.removeprefix("gan."): x for name, x in state.items() if name.startswith("gan.")})
        model = Model(gan, subject.trainer.data.spec, 0)
        evaluation = Evaluation(model, subject.held_out, count=_COUNT, seed=subject.seed)
        (score,) = metric.measure(evaluation)
        distances.append(score.value)
        estimates.append(estimate(gan, Evaluation(model, subject.data, count=_COUNT, seed=subject.seed)))
    return {"critic-rank": spearman(estimates, distances), "checkpoints": float(len(distances))}


@torch.no_grad()
def estimate(gan: GAN, evaluation: Evaluation) -> float:
    """E D(x) − E D(G(z)), batch by batch as the critic has learned to see them."""
    gan.discriminator.train()
    sides = (evaluation.real(), evaluation.fake())
    real, fake = (torch.cat([gan.discriminator(batch.x).logits[0].flatten() for batch in side]) for side in sides)
    return (real.mean() - fake.mean()).item()


def spearman(x: Sequence[float], y: Sequence[float]) -> float:
    """The correlation of ranks, where no two values are equal."""
    ranks = torch.stack([torch.tensor(values, dtype=torch.float64).argsort().argsort().double() for values in (x, y)])
    return torch.corrcoef(ranks)[0, 1].item()
