"""What few labels are worth to a discriminator that also plays, and to one that has nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from ganfw import AdamConfig, Phase, Play, Step, Trainer
from ganfw.data.stream import Stream, batches

if TYPE_CHECKING:
    from torch import Tensor, nn

    from ganfw import Discriminator
    from zoo.subject import Subject

STEPS = 1000
"""Of the network that learns from the labels alone, at least: it has as many as the game, if that is longer, so that
dropout and falling rates serve both alike."""


def test_error(subject: Subject) -> dict[str, float]:
    """The error of the trained discriminator on held-out samples."""
    return {"test-error": error(subject.gan.discriminator, subject)}


def few_labels(subject: Subject) -> dict[str, float]:
    """The same, and that of the same network taught by the labels alone."""
    ours, alone = test_error(subject)["test-error"], error(_alone(subject), subject)
    return {"test-error": ours, "test-error-alone": alone, "test-error-ratio": ours / alone}


@torch.no_grad()
def error(discriminator: Discriminator, subject: Subject) -> float:
    """The share of held-out samples whose class its head does not name."""
    held_out = subject.held_out
    wrong = []
    for batch in batches(Stream(held_out, batch_size=100, seed=0), 0, len(held_out) // 100):
        wrong.append(discriminator(batch.real).heads["class"].argmax(1) != batch.condition)
    return torch.cat(wrong).double().mean().item()


def _alone(subject: Subject) -> Discriminator:
    """The discriminator after nothing but the supervised term, with the game's augmentation and optimizer."""
    gan = subject._build().requires_grad_(True)
    (term,) = (term for term in gan.terms() if type(term).__name__ == "Supervised")

    def loss(step: Step) -> dict[str, Tensor]:
        return {"labels": term(Play(gan, step))}

    gan.phases = [Phase("discriminator", "discriminator", loss)]
    optimizer = subject.recipe.optimizers.get("discriminator", AdamConfig())
    batch_size = subject.recipe.trainer.batch_size
    steps = max(STEPS, subject.recipe.trainer.total_steps)
    trainer = Trainer(
        gan, subject.trainer.data, steps=steps, batch_size=batch_size, ema=None, health=False, log_every=steps,
        optimizers={"discriminator": optimizer}, seed=subject.seed,
    )  # fmt: skip
    trainer.fit()
    network: nn.Module = gan.eval().cpu().discriminator  # where the held-out samples are
    return network
