"""Optimizers by name, each with its learning rate as a function of images shown, and which networks may learn."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from ganfw.config.base import value_at
from ganfw.config.trainer import AdamConfig, OptimizerConfig
from ganfw.errors import GanfwError
from ganfw.training.averaging import check_same_gradients
from ganfw.training.guarding import Guard

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from torch import Tensor, nn

    from ganfw.gan import GAN, Phase


class Updater:
    """One optimizer, its schedule and, in float16, its own gradient scaler."""

    def __init__(
        self,
        config: OptimizerConfig,
        named: Mapping[str, nn.Parameter],
        *,
        correction: float,
        half: torch.device | None,
        guarded: bool = False,
    ) -> None:
        self.config, self.names, self.parameters = config, list(named), list(named.values())
        self.correction = correction
        self._checked: set[str] = set()
        self.optimizer = config.build(self.parameters, correction=correction)
        self.scaler = torch.amp.GradScaler(half.type) if half is not None else None
        self.guard = Guard(self.optimizer, self.parameters[0].device) if guarded and self.parameters else None
        # On a GPU the learning rate lies there, so that a recorded step reads what is put into it.
        on_gpu = bool(self.parameters) and self.parameters[0].is_cuda and _capturable(self.optimizer)
        self._rate = torch.zeros((), device=self.parameters[0].device) if on_gpu else None

    @property
    def obstacle(self) -> str | None:
        """Why a step cannot be recorded as a CUDA graph, if it cannot."""
        if self.guard is not None:
            return "trainer.on_not_finite=skip copies what a step changes"
        if self.scaler is not None:
            return "fp16 looks at its gradients on the host"
        if self.parameters and self.parameters[0].is_cuda and self._rate is None:
            return f"its optimizer, {type(self.optimizer).__name__}, is not capturable"
        return None

    def backward(self, loss: Tensor) -> None:
        """Accumulate gradients of ``loss``."""
        if self.guard is not None:
            self.guard.look(loss)
        (loss if self.scaler is None else self.scaler.scale(loss)).backward()

    def gradients(self) -> list[Tensor]:
        """The gradients that exist. A parameter that the phase did not reach has none, and is not moved."""
        return [p.grad for p in self.parameters if p.grad is not None]

    def shared(self) -> list[Tensor]:
        """What the processes average: the gradients, and whether they are finite."""
        return self.gradients() + (self.guard.shared() if self.guard is not None else [])

    def check_gradients(self, phase: str, world: int) -> None:
        """When a phase first runs, make sure that all processes have the same gradients."""
        if phase not in self._checked:
            check_same_gradients(phase, list(zip(self.names, self.parameters, strict=True)), world)
            self._checked.add(phase)

    def follow(self, images: int) -> None:
        """Set the learning rate to that for ``images`` images shown."""
        rate = value_at(self.config.lr, images) * self.correction
        if self._rate is not None:
            self._rate.fill_(rate)
        for group in self.optimizer.param_groups:
            group["lr"] = rate if self._rate is None else self._rate

    def step(self, phase: str, watch: Callable[[str, Tensor], None] | None = None) -> None:
        """Update the parameters, and drop the gradients.

        A gradient g longer than the largest norm m is clipped to g · m / ‖g‖ first (Pascanu et al. 2013, algorithm 1).

        Args:
            phase: Whose step it is.
            watch: Is told the ``gradient_norm`` before clipping, and the ``update_ratio``: the length of the update
                over that of the parameters.
        """
        if self.scaler is not None and (watch is not None or self.config.max_gradient_norm is not None):
            self.scaler.unscale_(self.optimizer)
        kept = []
        if self.guard is not None:
            kept = self.guard.before(self.parameters, self.gradients(), scaled=self.scaler is not None)
        before = []
        if watch is not None:
            before = [parameter.detach().clone() for parameter in self.parameters]
            watch("gradient_norm", torch.nn.utils.get_total_norm(self.gradients()))
        if self.config.max_gradient_norm is not None:
            torch.nn.utils.clip_grad_norm_(self.parameters, self.config.max_gradient_norm)
        if self.scaler is None:
            self.optimizer.step()
        else:
            self.scaler.step(self.optimizer)
            self.scaler.update()
        if self.guard is not None:
            self.guard.after(phase, kept)
        if watch is not None:
            length = torch.nn.utils.get_total_norm(before)
            moved = torch._foreach_sub([p.detach() for p in self.parameters], before)
            watch("update_ratio", torch.nn.utils.get_total_norm(moved) / length)
        for parameter in self.parameters:
            parameter.grad = None

    def state(self) -> dict[str, Tensor]:
        """Moments by parameter name, and the scaler's state: tensors only."""
        moments = self.optimizer.state_dict()["state"]
        flat = {
            f"{self.names[index]}|{key}": torch.as_tensor(value)
            for index, values in moments.items()
            for key, value in values.items()
        }
        if self.scaler is not None:
            flat |= {f"scaler|{key}": torch.tensor(float(value)) for key, value in self.scaler.state_dict().items()}
        if self.guard is not None:
            flat |= {f"skipped|{phase}": count for phase, count in self.guard.skipped.items()}
            flat |= {f"skipped in a row|{phase}": count for phase, count in self.guard.in_a_row.items()}
        return flat

    def load(self, flat: Mapping[str, Tensor]) -> None:
        """Restore what `state` gave, in the memory of what is there: a recorded step holds on to it."""
        places = {name: index for index, name in enumerate(self.names)}
        moments: dict[int, dict[str, Tensor]] = {}
        scaler: dict[str, float] = {}
        skipped: dict[str, dict[str, Tensor]] = {"skipped": {}, "skipped in a row": {}}
        for name, value in flat.items():
            parameter, key = name.rsplit("|", 1)
            if parameter in skipped:
                skipped[parameter][key] = value.to(self.parameters[0].device, copy=True)
            elif parameter == "scaler":
                scaler[key] = int(value) if key in {"growth_interval", "_growth_tracker"} else float(value)
            else:
                index = places[parameter]
                moments.setdefault(index, {})[key] = _laid_out_as(self.parameters[index], value)
        before = {tensor: dict(values) for tensor, values in self.optimizer.state.items()}
        self.optimizer.load_state_dict({**self.optimizer.state_dict(), "state": moments})
        for tensor, values in before.items():
            loaded = self.optimizer.state.get(tensor, {})
            for key, old in values.items():
                if isinstance(old, torch.Tensor) and key in loaded:
                    loaded[key] = old.copy_(loaded[key])
                elif isinstance(old, torch.Tensor) and self._rate is not None:
                    self.optimizer.state[tensor][key] = old.zero_()  # where moments that are not there yet begin
        if self.scaler is not None and scaler:
            self.scaler.load_state_dict(scaler)
        if self.guard is not None:
            self.guard.skipped, self.guard.in_a_row = skipped.values()


def _laid_out_as(parameter: Tensor, value: Tensor) -> Tensor:
    """A moment in the memory order of its parameter: files keep none, and fused optimizers accept no other."""
    if value.shape != parameter.shape:
        return value
    return torch.empty_like(parameter, dtype=value.dtype, device=value.device).copy_(value)


def _capturable(optimizer: torch.optim.Optimizer) -> bool:
    """Whether it keeps all that changes in tensors; SGD, which has no such flag, does where it is fused."""
    fused = isinstance(optimizer, torch.optim.SGD)
    return all(group.get("fused" if fused else "capturable") for group in optimizer.param_groups)


def lazy_correction(phases: Iterable[Phase]) -> float:
    """How much less an optimizer's single update must do, given the lazy phases that share it.

    A term evaluated at every k-th update of its player, and multiplied by its gain k, makes (k + 1) / k updates of each
    one, so learning rate and decay rates are corrected by c = k / (k + 1) (Karras et al. 2020, StyleGAN2, appendix B);
    several terms add up.
    """
    return 1 / (1 + sum(1 / phase.gain for phase in phases if phase.gain > 1))


def make_updaters(
    gan: GAN,
    phases: Sequence[Phase],
    configs: Mapping[str, OptimizerConfig],
    *,
    half: torch.device | None,
    guarded: bool = False,
) -> dict[str, Updater]:
    """One updater for each optimizer that the phases name, over all the networks of those phases.

    Raises:
        GanfwError: If a configured optimizer is not used by any phase.
    """
    by_optimizer: dict[str, list[Phase]] = {}
    for phase in phases:
        by_optimizer.setdefault(phase.optimizer_name, []).append(phase)
    known = dict.fromkeys(phase.optimizer_name for phase in gan.phases)
    if unknown := sorted(set(configs) - set(known)):
        raise GanfwError(
            f"optimizers.{unknown[0]}: no phase uses an optimizer of that name; "
            f"{type(gan).__name__} has {', '.join(known)}"
        )
    updaters = {}
    for name, sharing in by_optimizer.items():
        networks = dict.fromkeys(network for phase in sharing for network in phase.network_names)
        named = {
            f"{network}.{key}": parameter
            for network in networks
            for key, parameter in getattr(gan, network).named_parameters()
            if parameter.requires_grad
        }
        config = configs.get(name, AdamConfig())
        updaters[name] = Updater(config, named, correction=lazy_correction(sharing), half=half, guarded=guarded)
    return updaters


class Freezer:
    """Lets only some networks learn. Parameters that the user froze stay frozen."""

    def __init__(self, gan: GAN) -> None:
        self._parameters = {
            name: [p for p in network.parameters() if p.requires_grad] for name, network in gan.networks().items()
        }
        self._learning = set(self._parameters)

    def only(self, names: Iterable[str]) -> None:
        """Freeze every network but these."""
        wanted = set(names)
        for name in self._learning - wanted:
            for parameter in self._parameters[name]:
                parameter.requires_grad_(False)
        for name in wanted:  # all of them: networks may share parameters
            for parameter in self._parameters[name]:
                parameter.requires_grad_(True)
        self._learning = wanted

    def release(self) -> None:
        """Let all networks learn again."""
        self.only(self._parameters)
