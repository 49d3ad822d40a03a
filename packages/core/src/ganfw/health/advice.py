"""Overrides to try, worked out from the run's own settings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_DEFAULT_LR = 2e-4
_PENALTIES = {"r1": "gamma", "gradient-penalty": "weight"}


def slower(settings: Mapping[str, Any], network: str, factor: float) -> str:
    """A learning rate that is smaller by ``factor``."""
    optimizer = settings.get("optimizers", {}).get(network) or {}
    rate, key = optimizer.get("lr", _DEFAULT_LR), "lr"
    if isinstance(rate, Mapping):
        rate, key = rate.get("start", _DEFAULT_LR), "lr.start"
    return f"optimizers.{network}.{key}={rate / factor:.2g}"


def firmer(settings: Mapping[str, Any], factor: float = 10) -> str:
    """A larger gradient penalty on the discriminator, or one where there is none."""
    for name, penalty in (settings.get("regularizers") or {}).items():
        key = _PENALTIES.get((penalty or {}).get("type", name))
        weight = penalty.get(key) if key else None
        if isinstance(weight, int | float) and weight > 0:
            return f"regularizers.{name}.{key}={weight * factor:g}"
    discriminator = settings.get("discriminator") or {}
    # A penalty on each sample's gradient needs a discriminator that does not mix the samples of a batch.
    unmixed = " discriminator.norm=none" if discriminator.get("norm") == "batch" else ""
    return f"regularizers.r1.gamma=1{unmixed}"


def loss_of(settings: Mapping[str, Any]) -> str:
    """The type of the adversarial loss, if the settings say."""
    return str((settings.get("loss") or {}).get("type", ""))
