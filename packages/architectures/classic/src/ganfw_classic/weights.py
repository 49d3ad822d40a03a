"""How DCGAN's weights start."""

from __future__ import annotations

from torch import nn

_LINEAR = (nn.Linear, nn.Conv2d, nn.ConvTranspose2d)
_NORMS = (nn.BatchNorm2d, nn.InstanceNorm2d, nn.GroupNorm)


def init_normal(module: nn.Module) -> None:
    """Draw weights from N(0, 0.02), scales of normalisation layers from N(1, 0.02); biases are zero.

    For ``network.apply(init_normal)``.

    References:
        Radford, Metz and Chintala 2016, section 4; the scales follow its public PyTorch version.
    """
    if isinstance(module, _LINEAR):
        nn.init.normal_(module.weight, 0.0, 0.02)
    elif isinstance(module, _NORMS) and module.weight is not None:
        nn.init.normal_(module.weight, 1.0, 0.02)
    else:
        return
    if module.bias is not None:
        nn.init.zeros_(module.bias)


def init_xavier(module: nn.Module) -> None:
    """Draw weights so that signals and gradients keep their size through layers without normalisation; biases are zero.

    For ``network.apply(init_xavier)``.

    References:
        Glorot and Bengio 2010, equation 16.
    """
    if isinstance(module, _LINEAR):
        nn.init.xavier_uniform_(module.weight)
        if module.bias is not None:
            nn.init.zeros_(module.bias)
