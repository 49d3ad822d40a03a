"""The two-player game: the GAN that most recipes need, made of parts."""

from __future__ import annotations

from functools import cached_property, partial, reduce
from operator import add
from typing import TYPE_CHECKING, ClassVar

import torch
from torch import nn

from ganfw.errors import GanfwError
from ganfw.gan import GAN, Phase
from ganfw.health.measures import separation
from ganfw.terms import Constraint, Regularizer, Terms

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from torch import Tensor

    from ganfw.networks import Discriminator, Generator, Verdict
    from ganfw.specs import Condition
    from ganfw.terms import Augmentation, Loss, Side
    from ganfw.training.step import Step


class Play:
    """One phase of the game as its terms see it: networks, batch, verdicts (each computed once), and randomness."""

    def __init__(self, gan: TwoPlayerGAN, step: Step, player: Side = "discriminator") -> None:
        self.generator, self.discriminator = gan.generator, gan.discriminator
        self.step, self.images, self.player = step, step.images, player
        self._gan = gan

    @property
    def real(self) -> Tensor:
        """Real samples, before augmentation. Shape: ``(B, *spec.shape)``."""
        return self.step.batch.real

    @cached_property
    def condition(self) -> Tensor | None:
        """The condition of the real samples, which the fakes share. Shape: ``(B, ...)``."""
        return self.step.batch.get("condition")

    @property
    def labelled(self) -> tuple[Tensor, Tensor]:
        """Samples whose class is known, where few are, and their classes. Shape: ``(B, *spec.shape)`` and ``(B,)``.

        Raises:
            GanfwError: If the data bring none.
        """
        if "labelled" not in self.step.batch:
            raise GanfwError(
                "a term learns from the few samples that are labelled, but the data bring none apart. Give "
                "data.type=semi-supervised, with the labelled data under data.data."
            )
        return self.step.batch.labelled, self.step.batch.label

    @cached_property
    def z(self) -> Tensor:
        """Fresh latents. Shape: ``(B, Z)``."""
        return self.generator.prior(self.step.noise(len(self.step.batch), self.generator.latent_dim))

    @cached_property
    def fake(self) -> Tensor:
        """Samples of the generator, before augmentation. Shape: ``(B, *spec.shape)``."""
        fake: Tensor = self.generator(self.z, self.condition)
        return fake

    def judge(self, x: Tensor) -> Verdict:
        """Augment ``x`` with fresh randomness and ask the discriminator, for features too where a term reads them.

        Shape:
            x: ``(B, *spec.shape)``.
        """
        augmentation = self._gan.augmentation
        seen = x if augmentation is None else augmentation(x, self.step)
        verdict: Verdict = self.discriminator(seen, self.condition, features=self._gan.features)
        return verdict

    @cached_property
    def real_verdict(self) -> Verdict:
        """The discriminator's verdict on the real samples."""
        return self.judge(self.real)

    @cached_property
    def fake_verdict(self) -> Verdict:
        """The discriminator's verdict on the fakes."""
        return self.judge(self.fake)


class TwoPlayerGAN(GAN):
    """A generator against a discriminator (Goodfellow et al. 2014, Algorithm 1), with any loss and regularizers.

    Each regularizer with ``every == 1`` joins its player's phase; a lazy one gets a phase of its own.

    A game of two over something else than samples (codes, pairs of both) subclasses this one: ``players`` says which
    networks learn on each side, and ``plays`` what is real, what is fake and how it is judged.

    Args:
        generator: Makes samples from latents.
        discriminator: Judges samples.
        loss: The adversarial loss; with several judges its values are summed over them.
        regularizers: Penalties by name.
        augmentation: Applied to real and fake samples before the discriminator sees them.
        condition: What the samples are conditioned on, for sampling without a given condition.
        generator_every: Discriminator steps per generator step (n_critic). A lazy penalty counts its own player's.
        further: Networks of a subclass by name, which become children too.

    Raises:
        GanfwError: If the parts cannot be combined; the message says what to change.
    """

    players: ClassVar[Mapping[Side, tuple[str, ...]]] = {
        "discriminator": ("discriminator",),
        "generator": ("generator",),
    }
    """The networks that learn on each side. The first one's name is that of the side's phase and optimizer."""

    def __init__(
        self,
        generator: Generator,
        discriminator: Discriminator,
        loss: Loss,
        *,
        regularizers: Mapping[str, Regularizer | Constraint] | None = None,
        augmentation: Augmentation | None = None,
        condition: Condition | None = None,
        generator_every: int = 1,
        further: Mapping[str, nn.Module] | None = None,
    ) -> None:
        super().__init__()
        if generator_every < 1:
            raise GanfwError(
                f"generator_every={generator_every}: give the discriminator steps per generator step, 1 or more"
            )
        self.generator, self.discriminator, self.loss = generator, discriminator, loss
        for name, network in (further or {}).items():
            self.add_module(name, network)
        self.regularizers = Terms(regularizers or {})
        self.augmentation = augmentation
        self.condition = condition
        self.features = any(isinstance(term, Regularizer) and term.features for term in self.regularizers.values())
        self._refuse_impossible_mixes()
        self._introduce_players()
        # n_critic steps of the discriminator come first, then one of the generator.
        last = generator_every - 1
        self._updates_every: dict[Side, int] = {"discriminator": 1, "generator": generator_every}
        self.phases = [
            self._main_phase("discriminator", self.discriminator_loss, 1),
            *self._lazy_phases("discriminator"),
            self._main_phase("generator", self.generator_loss, lambda index: index % generator_every == last),
            *self._lazy_phases("generator"),
        ]

    def plays(self, step: Step, player: Side) -> list[Play]:
        """What a phase plays: one play, or several whose terms are summed (a level of a pyramid each)."""
        return [Play(self, step, player)]

    def discriminator_loss(self, step: Step) -> dict[str, Tensor]:
        """The discriminator's terms."""
        plays = self.plays(step, "discriminator")
        verdicts = [(play.real_verdict.logits, play.fake_verdict.logits) for play in plays]
        pairs = [pair for real, fake in verdicts for pair in zip(real, fake, strict=True)]
        self._log(step, pairs)
        return {
            "adversarial": reduce(add, (self.loss.discriminator(real, fake) for real, fake in pairs)),
            **self._penalise("discriminator", plays),
        }

    @torch.no_grad()
    def _log(self, step: Step, pairs: list[tuple[Tensor, Tensor]]) -> None:
        """Sums over the judges, as the loss is; under ``health/`` means over them."""
        reals, fakes = zip(*pairs, strict=True)
        step.log("discriminator/real", reduce(add, map(torch.mean, reals)))
        step.log("discriminator/fake", reduce(add, map(torch.mean, fakes)))
        # ADA's r_t is the mean of the real one over some steps (Karras et al. 2020, equation 1).
        for name, side in (("real", reals), ("fake", fakes)):
            step.log(f"health/{name}_sign", _mean(logits.sign().mean() for logits in side))
        upper, lower = (fakes, reals) if self.discriminator.energies else (reals, fakes)
        step.log("health/separation", _mean(map(separation, upper, lower)))

    def generator_loss(self, step: Step) -> dict[str, Tensor]:
        """The generator's terms."""
        plays = self.plays(step, "generator")
        rounds = [self.generator_terms(play) for play in plays]
        return {
            **{name: reduce(add, (terms[name] for terms in rounds)) for name in rounds[0]},
            **self._penalise("generator", plays),
        }

    def generator_terms(self, play: Play) -> dict[str, Tensor]:
        """What the generator learns from one play beside the regularizers: here the adversarial loss alone."""
        fakes = play.fake_verdict.logits
        reals = play.real_verdict.logits if self.loss.compares else [None] * len(fakes)
        return {"adversarial": reduce(add, map(self.loss.generator, fakes, reals))}

    def sample(self, count: int, *, rng: torch.Generator, condition: Tensor | None = None) -> Tensor:
        """Samples of the generator; see `GAN.sample`."""
        noise, condition = self._draw(count, rng, condition)
        made: Tensor = self.generator(self.generator.prior(noise), condition)
        return made

    def sample_truncated(
        self, count: int, *, rng: torch.Generator, condition: Tensor | None = None, truncation: float
    ) -> Tensor:
        """Samples by `Generator.truncated`, of the noise and conditions that `sample` draws."""
        noise, condition = self._draw(count, rng, condition)
        return self.generator.truncated(noise, condition, truncation=truncation)

    def _draw(self, count: int, rng: torch.Generator, condition: Tensor | None) -> tuple[Tensor, Tensor | None]:
        noise = torch.randn(count, self.generator.latent_dim, generator=rng, device=rng.device)
        if condition is None and self.condition is not None and self.condition.kind == "class":
            condition = torch.randint(self.condition.count, (count,), generator=rng, device=rng.device)
        return noise, condition

    def realness(self, x: Tensor, condition: Tensor | None = None) -> Tensor | None:
        """What the discriminator says, not augmented; see `GAN.realness`. Shape: result ``(B, J)``."""
        logits = self.discriminator(x, condition).logits
        each = torch.stack([judge.flatten(1).mean(1) if judge.ndim > 1 else judge for judge in logits], 1)
        return -each if self.discriminator.energies else each

    def after_optimizer(self, phase: Phase) -> None:
        """Apply the constraints on the networks that the phase has moved."""
        for term in self.regularizers.values():
            if isinstance(term, Constraint):
                for name in set(self.players[term.side]) & set(phase.network_names):
                    term(getattr(self, name))

    def _introduce_players(self) -> None:
        for term in self.regularizers.values():
            if isinstance(term, Regularizer | Constraint) and term.side != "both":
                networks = [getattr(self, name) for name in self.players[term.side]]
                term.attach(networks[0] if len(networks) == 1 else nn.ModuleList(networks))

    def _penalise(self, side: Side, plays: list[Play]) -> dict[str, Tensor]:
        penalties = self._penalties(side, lazy=False)
        return {name: reduce(add, map(term, plays)) for name, term in penalties.items()}

    def _penalties(self, side: Side, *, lazy: bool) -> dict[str, Regularizer]:
        return {
            name: term
            for name, term in self.regularizers.items()
            if isinstance(term, Regularizer) and term.side in (side, "both") and (term.every > 1) == lazy
        }

    def _main_phase(
        self, side: Side, loss: Callable[[Step], dict[str, Tensor]], every: int | Callable[[int], bool]
    ) -> Phase:
        curved = any(term.second_order for term in self._penalties(side, lazy=False).values())
        name = self.players[side][0]
        return Phase(name, self._learning(side), loss, every=every, second_order=curved, optimizer=name)

    def _lazy_phases(self, side: Side) -> list[Phase]:
        player = self.players[side][0]
        return [
            Phase(
                f"{player}/{name}", self._learning(side), partial(self._lazy_loss, term, side),
                every=term.every * self._updates_every[side], gain=float(term.every), second_order=term.second_order,
                optimizer=player,
            )
            for name, term in self._penalties(side, lazy=True).items()
        ]  # fmt: skip

    def _learning(self, side: Side) -> str | tuple[str, ...]:
        names = self.players[side]
        return names[0] if len(names) == 1 else names

    def _lazy_loss(self, term: Regularizer, side: Side, step: Step) -> dict[str, Tensor]:
        return {"penalty": reduce(add, map(term, self.plays(step, side)))}

    def _refuse_impossible_mixes(self) -> None:
        network, loss = type(self.discriminator).__name__, type(self.loss).__name__
        if self.loss.energies != self.discriminator.energies:
            judged = "energies, which are lower for what is more real" if self.discriminator.energies else "logits"
            wanted = "energies, as EBGAN and BEGAN do" if self.loss.energies else "logits, as most losses do"
            raise GanfwError(
                f"{network} judges by {judged}, but {loss} expects {wanted}. Choose another loss.type, or another "
                "discriminator.type."
            )
        for name, term in self.regularizers.items():
            needed = term.heads if isinstance(term, Regularizer) else {}
            if lacking := {head: n for head, n in needed.items() if self.discriminator.heads.get(head) != n}:
                head, length = next(iter(lacking.items()))
                heads = ", ".join(f"{key}: {n}" for key, n in self.discriminator.heads.items()) or "none"
                raise GanfwError(
                    f"regularizers.{name} reads the discriminator's head {head!r} of length {length}, but the heads of "
                    f"{network} are {heads}. Set discriminator.heads.{head}={length}, or discriminator.{head}={length} "
                    f"where its type has no other head; or leave the term out: regularizers.{name}=null."
                )
        mixing = self.discriminator.uses_batch_statistics
        penalties = [n for n, t in self.regularizers.items() if isinstance(t, Regularizer) and t.per_sample]
        if mixing and penalties:
            raise GanfwError(
                f"regularizers.{penalties[0]} penalises each sample's own gradient, but {network} mixes the "
                "samples of a batch (batch normalisation), so that gradient is not defined. Build the discriminator "
                "without it (discriminator.norm=none), or leave out the penalty."
            )


def _mean(values: Iterable[Tensor]) -> Tensor:
    """Of as many as there are judges; mostly that is one."""
    first, *others = values
    return reduce(add, others, first) / (1 + len(others)) if others else first
