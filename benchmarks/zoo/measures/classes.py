"""Whether samples show what was asked for, in the eyes of a classifier that never saw the generator."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import torch
from torch.nn.functional import cross_entropy

from ganfw.data.stream import Stream, batches
from ganfw_metrics import ClassAccuracy, MNISTClassifier
from ganfw_metrics.pictures import quantised

if TYPE_CHECKING:
    from collections.abc import Callable

    from torch import Tensor

    from zoo.subject import Subject


def accuracy(subject: Subject) -> dict[str, float]:
    """The share of samples in which the classifier of digits sees the class that was asked for."""
    scores = ClassAccuracy(MNISTClassifier()).measure(subject.evaluation)
    return {score.name: score.value for score in scores}


@torch.no_grad()
def code_accuracy(subject: Subject) -> dict[str, float]:
    """The share of samples whose digit is that of their first code, under the best pairing of codes and digits."""
    generator, classify = subject.gan.generator, MNISTClassifier()
    (term,) = (term for term in subject.gan.terms() if hasattr(term, "categorical"))
    rng = torch.Generator().manual_seed(subject.seed)
    z = generator.prior(torch.randn(2 * subject.count, generator.latent_dim, generator=rng))
    codes = z[:, : term.categorical[0]].argmax(1)
    digits = torch.cat([classify(quantised(generator(part))).logits.argmax(1) for part in z.split(100)])
    counts = torch.zeros(term.categorical[0], 10).index_put((codes, digits), torch.tensor(1.0), accumulate=True)
    return {"code-accuracy": best_pairing(counts) / len(z)}


def best_pairing(counts: Tensor) -> float:
    """The largest sum of entries of which no two share a row or a column, over all choices of columns so far.

    Shape:
        counts: ``(rows, columns)``, rows no more than columns.
    """
    best = {0: 0.0}  # by the set of columns that are taken, as bits
    for row in counts.tolist():
        further: dict[int, float] = {}
        for taken, total in best.items():
            for column, count in enumerate(row):
                if not taken >> column & 1:
                    key = taken | 1 << column
                    further[key] = max(further.get(key, 0.0), total + count)
        best = further
    return max(best.values())


@torch.no_grad()
def domains_agree(subject: Subject) -> dict[str, float]:
    """The share of latents that become one digit in all domains, each read by a classifier of its look."""
    generator, count = subject.gan.generator, subject.count
    rng = torch.Generator().manual_seed(subject.seed)
    z = generator.prior(torch.randn(count, generator.latent_dim, generator=rng))
    seen = []
    for number, domain in enumerate(subject.recipe.data.of.values()):
        classify = reader_of(domain.look)
        made = [generator(part, torch.full((len(part),), number)) for part in z.split(100)]
        seen.append(torch.cat([classify(quantised(part)) for part in made]))
    agree = torch.stack([digits == seen[0] for digits in seen]).all(0)
    # A generator that makes one digit alone agrees too: how many it makes is part of the answer.
    return {"domains-agree": agree.double().mean().item(), "domains-digits": float(len(seen[0].unique()))}


def reader_of(look: str) -> Callable[[Tensor], Tensor]:
    """Pictures to digits, for digits that look so.

    The classifier that ships reads white on black, and black on white when it is inverted. Outlines are another matter:
    for them one of the same kind is trained on outlines.
    """
    if look not in {"plain", "negative"}:
        judge = _judge(look)
        return lambda x: judge(x).logits.argmax(1)
    classify = MNISTClassifier()
    return lambda x: classify(-x if look == "negative" else x).logits.argmax(1)


@cache
def _judge(look: str, steps: int = 500) -> MNISTClassifier:
    """A classifier of this look, which reads at least 95 in 100 held-out digits."""
    from ganfw import open_data

    data, held_out = (
        open_data("mnist5k", size=28, channels=1, labels=True, look=look, split=split) for split in ("train", "test")
    )
    with torch.enable_grad(), torch.random.fork_rng():
        torch.manual_seed(0)
        judge = MNISTClassifier(pretrained=False).train()
        optimizer = torch.optim.Adam(judge.parameters(), 2e-3)
        for batch in batches(Stream(data, batch_size=64, seed=0), 0, steps):
            optimizer.zero_grad()
            cross_entropy(judge(batch.real).logits, batch.condition).backward()
            optimizer.step()
    judge.eval()
    (test,) = batches(Stream(held_out, batch_size=len(held_out), seed=0), 0, 1)
    right = (judge(test.real).logits.argmax(1) == test.condition).double().mean().item()
    assert right >= 0.95, f"the judge of {look} reads only {right:.0%} of held-out digits"
    return judge
