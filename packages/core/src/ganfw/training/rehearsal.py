"""Whether a phase may be recorded: what it does on the host, and whether it does the same each time.

A CUDA graph repeats the kernels that were launched while it was recorded. What Python decided at that time is decided
for good, without a word, so a phase is watched first, in two ordinary runs.
"""

from __future__ import annotations

import random
import traceback
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from torch import nn

_PACKAGES = (str(Path(torch.__file__).parent), str(Path(__file__).parent))
_TRAINER = str(Path(__file__).with_name("trainer.py"))
# Operations whose result, or the shape of it, the host has to wait for.
_READS = {
    "_local_scalar_dense", "_unique", "_unique2", "bincount", "equal", "is_nonzero", "masked_select", "nonzero",
    "unique_consecutive", "unique_dim",
}  # fmt: skip
_INDEXED = {"index", "index_put", "index_put_", "_index_put_impl_"}
_watching: list[Watch] = []


class Watch(TorchDispatchMode):
    """Notes, while it is entered, every operation and each reason why they could not be recorded.

    Attributes:
        reasons: In words, in the order in which they were found.
        trace: The operations, each with the shapes of its tensors and the values of its numbers.
    """

    def __init__(self, device: torch.device) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.device = device
        self.reasons: list[str] = []
        self.trace: list[tuple[Any, ...]] = []

    def __torch_dispatch__(
        self, func: Any, types: Sequence[type], args: Sequence[Any] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        """Run the operation and note it."""
        given = kwargs or {}
        result = func(*args, **given)
        leaves = tree_leaves((args, given))
        self.trace.append((func.name(), *map(_told, leaves)))
        if reason := self._obstacle(func.overloadpacket.__name__, leaves, result):
            self.note(f"{reason} ({_place()})")
        return result

    def note(self, reason: str) -> None:
        """Add a reason, once."""
        if reason not in self.reasons:
            self.reasons.append(reason)

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Within the block, what `changes_between_steps` says is noted too."""
        _watching.append(self)
        try:
            yield
        finally:
            _watching.pop()

    def _obstacle(self, name: str, leaves: Sequence[Any], result: Any) -> str | None:
        tensors = [leaf for leaf in leaves if isinstance(leaf, Tensor)]
        here = [tensor for tensor in tensors if tensor.device.type == self.device.type]
        if here and name in _READS:
            return f"it reads a tensor on the host, by {name}"
        if name in _INDEXED and any(tensor.dtype in {torch.bool, torch.uint8} for tensor in here[1:]):
            return "it picks elements by a mask, so that a shape depends on the data"
        if name in {"_to_copy", "copy_"} and isinstance(result, Tensor):
            ends = {tensor.device.type for tensor in (result, *tensors)}
            if len(ends) > 1 and self.device.type in ends:
                return "it copies a tensor between the host and the device"
        return None


def changes_between_steps(what: str) -> None:
    """Say that Python decides ``what`` anew in the course of a run, so that a phase of it must not be recorded.

    For numbers that a loss keeps or works out in Python, which nothing else would notice: those that come from a
    `Schedule`, from tensors or from the step's own draws need no such word.
    """
    for watch in _watching:
        watch.note(f"{what} changes between steps")


def difference(first: Watch, second: Watch) -> str | None:
    """In which operation two runs part, in words; ``None`` if they are the same."""
    if first.trace == second.trace:
        return None
    pairs = zip(first.trace, second.trace, strict=False)
    name = next((other[0] for one, other in pairs if one != other), "one of its operations")
    return f"its operations are not the same from step to step: {name} differs"


class Surroundings:
    """What a phase may move besides its parameters: buffers, and the global random generators.

    Args:
        gan: Its buffers are copied.
        device: Where it runs; its generator is remembered too.
    """

    def __init__(self, gan: nn.Module, device: torch.device) -> None:
        self._gan, self._device = gan, device
        self._named = dict([*gan.named_buffers(), *gan.named_parameters()])
        self._buffers = [(buffer, buffer.detach().clone()) for buffer in gan.buffers()]
        self._host, self._on_device = _host_generators(device), _device_generator(device).get_state()

    def changes(self) -> Iterator[str]:
        """What has changed that a graph would not repeat, as reasons."""
        now = dict([*self._gan.named_buffers(), *self._gan.named_parameters()])
        for name, tensor in self._named.items():
            if now.get(name) is not tensor:
                yield f"it puts another tensor in the place of {name}, which has to be changed in place"
        if _host_generators(self._device) != self._host:
            yield "it draws from a random generator of the host"

    @torch.no_grad()
    def put_back(self) -> None:
        """Undo a run that has failed: buffers and generators as they were, no gradients."""
        for buffer, value in self._buffers:
            buffer.copy_(value)
        for parameter in self._gan.parameters():
            parameter.grad = None
        python, (kind, keys, *rest), own = self._host
        random.setstate(python)
        np.random.set_state((kind, np.frombuffer(keys, np.uint32), *rest))
        if own:
            torch.default_generator.set_state(torch.frombuffer(bytearray(own), dtype=torch.uint8))
        _device_generator(self._device).set_state(self._on_device)


def _told(leaf: Any) -> Any:
    if isinstance(leaf, Tensor):
        return (tuple(leaf.shape), leaf.dtype)
    if leaf is None or isinstance(leaf, bool | int | float | str | torch.dtype | torch.device):
        return repr(leaf)
    return type(leaf)


def _place() -> str:
    """The newest file and line outside of PyTorch and the engine, between the operation and the trainer's call."""
    for frame in reversed(traceback.extract_stack()):
        if frame.filename == _TRAINER:
            break
        if not frame.filename.startswith((*_PACKAGES, "<")):
            return f"{Path(frame.filename).name}, line {frame.lineno}"
    return "in a backward pass"


def _host_generators(device: torch.device) -> tuple[Any, ...]:
    """States of Python's, NumPy's and PyTorch's own generator; the last is left out where it is the device's."""
    state: Any = np.random.get_state()
    own = b"" if device.type == "cpu" else torch.default_generator.get_state().numpy().tobytes()
    return random.getstate(), (state[0], state[1].tobytes(), *state[2:]), own


def _device_generator(device: torch.device) -> torch.Generator:
    if device.type == "cuda":
        return torch.cuda.default_generators[torch.cuda.current_device() if device.index is None else device.index]
    return torch.default_generator
