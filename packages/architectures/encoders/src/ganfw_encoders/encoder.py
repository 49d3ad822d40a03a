"""The encoders: a trunk, and one linear layer to the code.

Legend: B batch size, Z length of the code.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from torch import Tensor, nn

from ganfw.networks import Encoder
from ganfw_encoders.gaussian import GaussianEncoder

if TYPE_CHECKING:
    from ganfw_encoders.trunks import Trunk


class PointEncoder(Encoder):
    """One code for each sample. A condition is accepted and left unused.

    Args:
        trunk: From the sample to its features.
        code_dim: Z.
    """

    def __init__(self, trunk: Trunk, code_dim: int) -> None:
        super().__init__()
        self.code_dim, self.trunk = code_dim, trunk
        self.to_code = nn.Linear(trunk.length, code_dim)

    def forward(self, x: Tensor, condition: Tensor | None = None) -> Tensor:
        """Encode each sample.

        Shape:
            x: ``(B, *spec.shape)``; condition: unused; result: ``(B, Z)`` in the dtype of ``x``.
        """
        code: Tensor = self.to_code(self.trunk(x)).to(x.dtype)
        return code


class NormalEncoder(GaussianEncoder):
    """A normal distribution over codes for each sample, with independent elements. A condition is left unused.

    Args:
        trunk: From the sample to its features.
        code_dim: Z.

    References:
        Kingma and Welling 2014, Auto-encoding variational Bayes, appendix C.2.
    """

    def __init__(self, trunk: Trunk, code_dim: int) -> None:
        super().__init__()
        self.code_dim, self.trunk = code_dim, trunk
        self.to_moments = nn.Linear(trunk.length, 2 * code_dim)

    def distribution(self, x: Tensor, condition: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Mean and log-variance; see `GaussianEncoder.distribution`. In the dtype of ``x``."""
        mean, log_variance = self.to_moments(self.trunk(x)).to(x.dtype).chunk(2, 1)
        return mean, log_variance
