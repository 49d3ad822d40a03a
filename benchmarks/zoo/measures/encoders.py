"""What an encoder names: classes that came with the data, few of them or all."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from ganfw import AdamConfig, Phase, Trainer
from zoo.measures.codes import encoded
from zoo.measures.labels import STEPS

if TYPE_CHECKING:
    from ganfw import GAN
    from zoo.subject import Subject


@torch.no_grad()
def _error(gan: GAN, subject: Subject) -> float:
    """The share of held-out samples whose class the encoder does not name."""
    x, _, classes = encoded(subject, subject.held_out)
    name = gan.classify if getattr(gan, "classes", 0) else gan.find_condition
    named = torch.cat([name(part).argmax(1) for part in x.split(100)])
    return (named != classes).double().mean().item()


def named(subject: Subject) -> dict[str, float]:
    """The share of held-out digits whose class the encoder names."""
    return {"named-accuracy": 1 - _error(subject.gan, subject)}


def few_labels(subject: Subject) -> dict[str, float]:
    """Errors on held-out digits: of the encoder, and of the same one taught by the same labels and nothing else."""
    ours, alone = _error(subject.gan, subject), _error(_alone(subject), subject)
    return {"sorting-error": ours, "sorting-error-alone": alone, "sorting-error-ratio": ours / alone}


def _alone(subject: Subject) -> GAN:
    gan = subject._build().requires_grad_(True)
    gan.phases = [Phase("classifier", "encoder", gan.classifier_loss, optimizer="classifier")]
    recipe = subject.recipe
    steps = max(STEPS, recipe.trainer.total_steps)
    trainer = Trainer(
        gan, subject.trainer.data, steps=steps, batch_size=recipe.trainer.batch_size, ema=None, health=False,
        log_every=steps, optimizers={"classifier": recipe.optimizers.get("classifier", AdamConfig())},
        seed=subject.seed,
    )  # fmt: skip
    trainer.fit()
    return gan.eval().cpu()  # where the held-out samples are
