"""Checks of losses, regularizers, constraints and augmentations."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from ganfw.game import Play
from ganfw.terms import Augmentation, Constraint, Loss, Regularizer
from ganfw.testing.common import globals_of, settings
from ganfw.testing.subject import Subject, close, require
from ganfw.testing.toys import COUNT, ToyDiscriminator, toy_data, toy_gan
from ganfw.training.trainer import Trainer

if TYPE_CHECKING:
    from ganfw.game import TwoPlayerGAN
    from ganfw.terms import Side
    from ganfw.testing.common import Check

_LOGITS = ((COUNT,), (COUNT, 1), (COUNT, 1, 3, 3))
_FROM_THE_STEP = "draw from play.step or draw (noise, uniform, integers): it gives the same numbers to a resumed run"


def _logits(loss: Loss, shape: tuple[int, ...], dtype: torch.dtype = torch.float32) -> tuple[Tensor, Tensor]:
    rng = torch.Generator().manual_seed(5)
    real, fake = (torch.randn(shape, generator=rng) for _ in range(2))
    if loss.energies:
        real, fake = real.abs(), fake.abs()
    return real.to(dtype).requires_grad_(), fake.to(dtype).requires_grad_()


def _both(loss: Loss, real: Tensor, fake: Tensor) -> tuple[Tensor, Tensor]:
    return loss.discriminator(real, fake), loss.generator(fake, real if loss.compares else None)


def scalars(subject: Subject) -> None:
    """Both objectives are finite scalars, whatever the shape of the logits."""
    loss = subject.build()
    require(isinstance(loss, Loss), f"expected a ganfw.Loss, found {type(loss).__name__}")
    for shape in _LOGITS:
        for player, value in zip(("discriminator", "generator"), _both(loss, *_logits(loss, shape)), strict=True):
            _is_scalar(value, f"the {player}'s objective for logits of shape {shape}")


def _is_scalar(value: Any, what: str) -> None:
    require(
        isinstance(value, Tensor) and value.ndim == 0,
        f"expected {what} as a scalar, found {_shown(value)}",
        "take the mean",
    )
    require(value.isfinite(), f"{what} is {value.item()}")


def _shown(value: Any) -> str:
    return f"shape {tuple(value.shape)}" if isinstance(value, Tensor) else type(value).__name__


def gradients(subject: Subject) -> None:
    """The discriminator learns from both sides, the generator from its fakes."""
    loss = subject.build()
    real, fake = _logits(loss, (COUNT,))
    found = torch.autograd.grad(loss.discriminator(real, fake), (real, fake), allow_unused=True)
    for side, gradient in zip(("real", "fake"), found, strict=True):
        # A controller may begin with no weight on the fakes (BEGAN's k is 0).
        stateful = bool(list(loss.buffers()))
        require(gradient is not None, f"the discriminator's objective does not depend on the {side} logits")
        assert gradient is not None
        require(gradient.isfinite().all(), f"the gradient of the {side} logits is not finite")
        require(stateful or gradient.any(), f"the gradient of the {side} logits is zero everywhere")
    real, fake = _logits(loss, (COUNT,))
    (gradient,) = torch.autograd.grad(loss.generator(fake, real if loss.compares else None), (fake,), allow_unused=True)
    require(
        gradient is not None and gradient.any(),
        "the generator's objective gives its fakes no gradient",
        "use fake in it",
    )


def comparison(subject: Subject) -> None:
    """``compares`` says whether the generator's objective looks at the real logits."""
    loss = subject.build()
    real, fake = _logits(loss, (COUNT,))
    if loss.compares:
        (gradient,) = torch.autograd.grad(loss.generator(fake, real), (real,), allow_unused=True)
        require(
            gradient is not None,
            "compares is True, but the generator's objective does not look at the real logits",
            "set compares = False: it spares a forward pass of the discriminator",
        )
        return
    try:
        alone = loss.generator(fake, None)
    except (TypeError, AttributeError) as error:
        require(
            False,
            f"compares is False, but without real logits the generator's objective fails: {error}",
            "set compares = True",
        )
    require(
        torch.equal(alone, loss.generator(fake, real)),
        "compares is False, but the real logits change the objective",
        "set compares = True",
    )


def precision(subject: Subject) -> None:
    """Finite in bf16; float64 in is float64 out."""
    loss = subject.build()
    for value in _both(copy.deepcopy(loss), *_logits(loss, (COUNT,), torch.bfloat16)):
        require(value.isfinite(), "in bf16 an objective is not finite", "compute in float32: logits.float()")
    for value in _both(copy.deepcopy(loss).double(), *_logits(loss, (COUNT,), torch.float64)):
        require(value.dtype == torch.float64, f"expected float64 for float64, found {value.dtype}")


def state(subject: Subject) -> None:
    """State is in buffers, and moves in ``after_step`` alone."""
    loss, other = subject.build(0), subject.build(1)
    logits = _logits(loss, (COUNT,))
    before, first = copy.deepcopy(loss.state_dict()), _both(loss, *logits)
    again = _both(loss, *logits)
    moved = [name for name, tensor in loss.state_dict().items() if not torch.equal(tensor, before[name])]
    require(not moved, f"computing the loss moved {', '.join(moved)}", "move state in after_step, once per step")
    require(
        all(torch.equal(a, b) for a, b in zip(first, again, strict=True)),
        "the same logits give another value the second time",
    )
    _move(loss)
    other.load_state_dict(loss.state_dict())
    require(
        all(torch.equal(a, b) for a, b in zip(_both(loss, *logits), _both(other, *logits), strict=True)),
        "with the same state dict the objectives differ",
        "keep state in buffers: register_buffer(name, tensor)",
    )


def _move(term: Any) -> None:
    """One step's end, in which everything that the two-player game logs has been logged."""
    values = {"discriminator/real": 0.4, "discriminator/fake": 0.3, "health/real_sign": 0.5}

    def mean(name: str) -> Tensor:
        return torch.tensor(values[name])

    with torch.no_grad():
        term.after_step(mean)


def _use_loss(subject: Subject, loss: Any) -> None:
    _both(loss, *_logits(loss, (COUNT,)))
    _move(loss)


def training(subject: Subject) -> None:
    """Two steps of the trainer, with the smallest networks, change both players, which stay finite."""
    part = subject.build()
    slot = {"loss": {"loss": part}, "augmentation": {"augmentation": part}}.get(
        subject.kind, {"regularizers": {"it": part}}
    )
    _train(toy_gan(subject.spec, **slot), subject)


def _train(gan: TwoPlayerGAN, subject: Subject) -> None:
    players = {"generator": gan.generator, "discriminator": gan.discriminator}
    before = {name: [p.detach().clone() for p in network.parameters()] for name, network in players.items()}
    Trainer(gan, toy_data(subject.spec), steps=2, batch_size=COUNT, ema=None, log_every=1).fit()
    gan.cpu()
    for name, network in players.items():
        moved = any(not torch.equal(a, b) for a, b in zip(before[name], network.parameters(), strict=True))
        require(moved, f"two steps of training changed nothing of the {name}", "give it a gradient, and let it move")
        require(all(p.isfinite().all() for p in network.parameters()), f"after two steps the {name} is not finite")


def _sides(term: Any) -> list[Side]:
    return ["discriminator", "generator"] if term.side == "both" else [term.side]


def _penalty(subject: Subject, term: Any, side: Side, seed: int = 0) -> tuple[TwoPlayerGAN, Tensor]:
    torch.manual_seed(6)
    gan = toy_gan(subject.spec, regularizers={"it": term})
    play = Play(gan, subject.step(), side)
    play.step.enter(side)
    torch.manual_seed(seed)
    value: Tensor = term(play)
    return gan, value


def penalty(subject: Subject) -> None:
    """A penalty is a finite scalar whose gradient reaches its player; a constraint changes its player alone."""
    term = subject.build()
    require(
        isinstance(term, Regularizer | Constraint),
        f"expected a ganfw.Regularizer or Constraint, found {type(term).__name__}",
    )
    if isinstance(term, Constraint):
        _constrains(subject, term)
        return
    for side in _sides(term):
        gan, value = _penalty(subject, copy.deepcopy(term), side)
        _is_scalar(value, f"the penalty on the {side}")
        if value.requires_grad:
            value.backward()
        learned = [p for p in getattr(gan, side).parameters() if p.grad is not None]
        require(
            learned, f"the penalty gives the {side} no gradient",
            "compute it from play, without detach; or set side to the player that it is for",
        )  # fmt: skip
        require(
            all(p.grad is not None and p.grad.isfinite().all() for p in learned),
            f"the gradient of the {side} is not finite",
        )


def _constrains(subject: Subject, term: Constraint) -> None:
    torch.manual_seed(6)
    plain = toy_gan(subject.spec)
    torch.manual_seed(6)
    gan = toy_gan(subject.spec, regularizers={"it": term})
    with torch.no_grad():
        for parameter in gan.parameters():
            parameter.mul_(100)  # out of any bounds
        scaled = {name: p.clone() for name, p in gan.named_parameters()}
        term(getattr(gan, term.side))
    other = "generator" if term.side == "discriminator" else "discriminator"
    same = all(torch.equal(p, scaled[f"{other}.{name}"]) for name, p in getattr(gan, other).named_parameters())
    require(same, f"the constraint on the {term.side} changes the {other}")
    x = subject.samples()
    network, before = getattr(gan, term.side), getattr(plain, term.side)
    changed = any(not torch.equal(p, scaled[f"{term.side}.{name}"]) for name, p in network.named_parameters())
    reshaped = [n for n, _ in network.named_parameters()] != [n for n, _ in before.named_parameters()]
    require(
        changed or reshaped,
        f"the constraint changes nothing of the {term.side}, not even weights of 100 times the size",
    )
    if term.side == "discriminator":
        require(network(x).logits[0].isfinite().all(), "constrained, the discriminator is not finite")


def repeatable(subject: Subject) -> None:
    """The same step gives the same result: all randomness comes from the step."""
    term = subject.build()
    if isinstance(term, Constraint):
        return
    if isinstance(term, Augmentation):
        x, other = subject.samples(), copy.deepcopy(term)
        require(
            torch.equal(term(x, subject.step()), other(x, subject.step())),
            "the same step augments otherwise",
            _FROM_THE_STEP,
        )
        return
    for side in _sides(term):
        values = [_penalty(subject, copy.deepcopy(term), side, seed)[1] for seed in (1, 2)]
        require(torch.equal(*values), "the same step gives another penalty", _FROM_THE_STEP)


def _use_regularizer(subject: Subject, term: Any) -> None:
    drawn = torch.get_rng_state()
    gan = toy_gan(subject.spec, discriminator=ToyDiscriminator(subject.spec, heads=getattr(term, "heads", None)))
    torch.set_rng_state(drawn)  # the toys have drawn their weights
    if isinstance(term, Regularizer):
        gan.features = term.features
        for side in _sides(term):
            if term.side != "both":
                term.attach(getattr(gan, side))
            term(Play(gan, subject.step(), side))


def _use_augmentation(subject: Subject, term: Any) -> None:
    term(subject.samples(), subject.step())


def transformation(subject: Subject) -> None:
    """Shape and dtype stay, values stay finite, and gradients pass back to the samples."""
    term = subject.build()
    require(isinstance(term, Augmentation), f"expected a ganfw.Augmentation, found {type(term).__name__}")
    x = subject.samples().requires_grad_()
    seen = term(x, subject.step())
    require(seen.shape == x.shape, f"expected the shape {tuple(x.shape)}, found {tuple(seen.shape)}")
    require(seen.dtype == x.dtype, f"expected {x.dtype}, found {seen.dtype}")
    require(seen.isfinite().all(), "the augmented samples are not finite")
    (gradient,) = torch.autograd.grad((seen * seen).sum(), x, allow_unused=True) if seen.requires_grad else (None,)
    require(
        gradient is not None and gradient.any(),
        "no gradient passes back to the samples",
        "use differentiable operations",
    )
    require(close(x.detach(), subject.samples(), 0), "the samples were changed in place")


LOSS_CHECKS: list[Check] = [settings, scalars, gradients, comparison, precision, state, globals_of(_use_loss), training]
REGULARIZER_CHECKS: list[Check] = [settings, penalty, repeatable, globals_of(_use_regularizer), training]
AUGMENTATION_CHECKS: list[Check] = [settings, transformation, repeatable, globals_of(_use_augmentation), training]
