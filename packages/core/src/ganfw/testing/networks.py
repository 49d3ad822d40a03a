"""Checks of generators, discriminators and encoders."""

from __future__ import annotations

import copy
import tempfile
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from ganfw.networks import Discriminator, Encoder, Generator, Verdict
from ganfw.specs import SequenceSpec, VectorSpec
from ganfw.testing.common import globals_of, settings
from ganfw.testing.subject import Subject, close, require
from ganfw.testing.toys import COUNT, toy_data, toy_gan
from ganfw.training.tensors import read_tensors, write_tensors
from ganfw.training.trainer import Trainer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ganfw.testing.common import Check

_ROLES: dict[str, type[nn.Module]] = {"generator": Generator, "discriminator": Discriminator, "encoder": Encoder}
_DROPOUTS = (nn.Dropout, nn.Dropout1d, nn.Dropout2d, nn.Dropout3d, nn.AlphaDropout, nn.FeatureAlphaDropout)


class _Plain(nn.Module):
    """A network whose result is a list of tensors, whatever its role."""

    def __init__(self, network: Any) -> None:
        super().__init__()
        self.network = network

    def forward(self, x: Tensor, condition: Tensor | None = None) -> list[Tensor]:
        made = self.network(x, condition)
        return [*made.logits, *made.heads.values()] if isinstance(made, Verdict) else [made]


def _inputs(subject: Subject, network: Any, count: int = COUNT) -> tuple[Tensor, Tensor | None]:
    if isinstance(network, Generator):
        rng = torch.Generator().manual_seed(2)
        return network.prior(torch.randn(count, network.latent_dim, generator=rng)), subject.conditions(count)
    return subject.samples(count), subject.conditions(count)


def _outputs(network: Any, inputs: tuple[Tensor, Tensor | None]) -> list[Tensor]:
    made: list[Tensor] = _Plain(network)(*inputs)
    return made


def _to(inputs: Sequence[Tensor | None], target: Any) -> Any:
    """Floats to a dtype, everything to a device."""
    floats = isinstance(target, torch.dtype)
    return tuple(x if x is None or (floats and not x.is_floating_point()) else x.to(target) for x in inputs)


def shapes(subject: Subject) -> None:
    """The role, and the shapes and range that it and the spec declare."""
    network = subject.build()
    role = _ROLES[subject.kind]
    require(isinstance(network, role), f"expected a ganfw.{role.__name__}, found {type(network).__name__}")
    inputs = _inputs(subject, network)
    outputs = _outputs(network, inputs)
    for made in outputs:
        require(made.isfinite().all(), "the output is not finite")
    if isinstance(network, Generator):
        _is_shape(outputs[0], (COUNT, *subject.spec.shape))
        if not isinstance(subject.spec, VectorSpec | SequenceSpec):
            most = outputs[0].abs().max().item()
            require(most <= 1, f"expected samples in [-1, 1], found {most:.3g}", "end with tanh, or clamp")
    elif isinstance(network, Encoder):
        _is_shape(outputs[0], (COUNT, network.code_dim))
    else:
        _verdict(network, inputs, outputs)


def _is_shape(found: Tensor, expected: tuple[int, ...]) -> None:
    require(tuple(found.shape) == expected, f"expected the shape {expected}, found {tuple(found.shape)}")


def _verdict(network: Any, inputs: tuple[Tensor, Tensor | None], logits: list[Tensor]) -> None:
    require(len(logits) >= 1, "a verdict holds logits of at least one judge")
    for judge in logits:
        require(len(judge) == COUNT, f"expected logits with {COUNT} rows, found {tuple(judge.shape)}")
    eager = copy.deepcopy(network).eval()
    plain, asked = eager(*inputs), eager(*inputs, features=True)
    require(
        all(close(a, b) for a, b in zip(plain.logits, asked.logits, strict=True)),
        "the logits change when features are asked for",
    )
    declared = {name: (COUNT, length) for name, length in network.heads.items()}
    found = {name: tuple(head.shape) for name, head in plain.heads.items()}
    require(
        found == declared, f"expected the heads {declared}, found {found}", "declare them: self.heads = {name: length}"
    )
    rows = {len(feature) for judge in asked.features for feature in judge}
    require(rows <= {COUNT}, f"expected features with {COUNT} rows, found {sorted(rows)}")


def precision(subject: Subject) -> None:
    """Float32 in is float32 out, float64 in is float64 out."""
    network = subject.build()
    inputs = _inputs(subject, network)
    for dtype in (torch.float32, torch.float64):
        for made in _outputs(copy.deepcopy(network).to(dtype), _to(inputs, dtype)):
            require(
                made.dtype == dtype,
                f"expected {dtype} for {dtype}, found {made.dtype}",
                "make new tensors with the dtype of the input, or cast the result to it",
            )


def devices(subject: Subject) -> None:
    """Moving the network moves all that it uses."""
    network = subject.build()
    inputs = _inputs(subject, network)
    moved, away = copy.deepcopy(network).to("meta"), _to(inputs, torch.device("meta"))
    for made, expected in zip(_outputs(moved, away), _outputs(network, inputs), strict=True):
        require(
            made.is_meta, "the output stayed on the CPU", "register tensors as buffers: register_buffer(name, tensor)"
        )
        require(made.shape == expected.shape, f"the shape on another device is {tuple(made.shape)}")


def gradients(subject: Subject) -> None:
    """A gradient reaches every parameter that is not frozen, and is finite."""
    network = subject.build()
    rng = torch.Generator().manual_seed(4)
    outputs = _outputs(network, _inputs(subject, network))
    loss = torch.stack([(made * torch.randn(made.shape, generator=rng)).sum() for made in outputs]).sum()
    loss.backward()
    for name, parameter in network.named_parameters():
        if parameter.requires_grad:
            require(
                parameter.grad is not None,
                f"no gradient reaches {name}",
                "remove what is not used, or freeze it: requires_grad_(False)",
            )
            require(parameter.grad.isfinite().all(), f"the gradient of {name} is not finite")


def seed(subject: Subject) -> None:
    """One seed gives one set of weights, another seed another."""
    first, again, other = (subject.build(seed).state_dict() for seed in (1, 1, 2))
    differs = [name for name, tensor in first.items() if not torch.equal(tensor, again[name])]
    require(not differs, f"built twice from one seed, {', '.join(differs[:3])} differs", "draw from PyTorch alone")
    require(
        not first or any(not torch.equal(tensor, other[name]) for name, tensor in first.items()),
        "built from two seeds, all weights are the same",
        "do not seed inside build: torch.manual_seed belongs to the run",
    )


def independence(subject: Subject) -> None:
    """A sample's result does not depend on the rest of its batch, unless the network says so."""
    network = subject.build()
    judges = isinstance(network, Discriminator)
    if judges and network.uses_batch_statistics:
        return
    network.train(judges)
    for module in network.modules():
        if isinstance(module, _DROPOUTS):
            module.eval()
    x, condition = _inputs(subject, network)
    # Copies, since a forward in training may move buffers (spectral norm).
    whole = _outputs(copy.deepcopy(network), (x, condition))
    half = COUNT // 2
    part = _outputs(copy.deepcopy(network), (x[:half], None if condition is None else condition[:half]))
    for all_rows, some in zip(whole, part, strict=True):
        require(
            close(some, all_rows[:half]),
            "a sample's result depends on the other samples of its batch",
            "set uses_batch_statistics = True on a discriminator that mixes samples",
        )


def state(subject: Subject) -> None:
    """The state dict is all that a copy needs, and survives a file without pickle."""
    network, other = subject.build(0).eval(), subject.build(1).eval()
    inputs = _inputs(subject, network)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "network.safetensors"
        write_tensors(file, network.state_dict())
        other.load_state_dict(read_tensors(file))
    for found, expected in zip(_outputs(other, inputs), _outputs(network, inputs), strict=True):
        require(
            torch.equal(found, expected),
            "with the same state dict the output differs",
            "keep whatever the output depends on in parameters and buffers",
        )


def autocast(subject: Subject) -> None:
    """Under bf16 autocast everything stays finite."""
    network = subject.build()
    with torch.autocast("cpu", torch.bfloat16):
        for made in _outputs(network, _inputs(subject, network)):
            require(made.isfinite().all(), "under bf16 autocast the output is not finite", "keep sums in float32")


def memory_format(subject: Subject) -> None:
    """In channels-last order, which the trainer keeps pictures and weights in, the result is the same."""
    network = subject.build().eval()
    x, condition = _inputs(subject, network)
    expected = _outputs(network, (x, condition))
    ordered = x.contiguous(memory_format=torch.channels_last) if x.ndim == 4 else x
    try:
        found = _outputs(network.to(memory_format=torch.channels_last), (ordered, condition))
    except RuntimeError as error:
        require(False, f"in channels-last order it fails: {error}", "use reshape or flatten in place of view")
    for one, other in zip(found, expected, strict=True):
        require(close(one, other), "in channels-last order the output differs", "index by axes, never by strides")


def compile(subject: Subject) -> None:
    """torch.compile traces it, and the result is the same."""
    network = subject.build().eval()
    inputs = _inputs(subject, network)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.compiler.reset()
        compiled = torch.compile(_Plain(network), backend="aot_eager", dynamic=False)
        with torch.no_grad():
            made = compiled(*inputs)
    for found, expected in zip(made, _outputs(network, inputs), strict=True):
        require(close(found, expected), "compiled, the output differs")


def export(subject: Subject) -> None:
    """torch.export traces it, and the result is the same."""
    network = subject.build().eval()
    inputs = _inputs(subject, network)
    given = tuple(x for x in inputs if x is not None)
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")
        made = torch.export.export(_Plain(network), given).module()(*given)
    for found, expected in zip(made, _outputs(network, inputs), strict=True):
        require(close(found, expected), "exported, the output differs")


def training(subject: Subject) -> None:
    """One step of the trainer, with the smallest partners, changes its parameters and stays finite."""
    network = subject.build()
    before = [parameter.detach().clone() for parameter in network.parameters()]
    gan = toy_gan(subject.spec, **{subject.kind: network})
    Trainer(gan, toy_data(subject.spec), steps=1, batch_size=COUNT, ema=None, log_every=1).fit()
    moved = [not torch.equal(a, b) for a, b in zip(before, network.cpu().parameters(), strict=True)]
    require(not moved or any(moved), "one step of training changed no parameter")


def _use(subject: Subject, network: Any) -> None:
    with torch.no_grad():
        _outputs(network.eval(), _inputs(subject, network))


CHECKS: list[Check] = [
    settings, shapes, precision, devices, gradients, seed, independence, state, autocast, memory_format,
    compile, export,
    globals_of(_use), training,
]  # fmt: skip
ENCODER_CHECKS = [check for check in CHECKS if check is not training]
"""An encoder has no place in the game of two; its own game trains it."""
