"""Spectral normalisation, by which SN-GAN keeps its discriminator Lipschitz."""

from __future__ import annotations

from typing import TYPE_CHECKING

from torch import nn
from torch.nn.utils.parametrizations import spectral_norm
from torch.nn.utils.parametrize import is_parametrized

from ganfw.errors import GanfwError
from ganfw.terms import Constraint
from ganfw_losses.regularizers.weights import Matrix

if TYPE_CHECKING:
    from ganfw.terms import Side


class SpectralNorm(Constraint):
    """W ← W / σ(W) in every linear, convolutional and embedding layer of one player, σ by power iteration.

    PyTorch's own parametrization does it: one iteration each time the network runs in training, none in evaluation.
    Layers whose weight has a parametrization already are left alone, and so are embeddings on request: BigGAN
    normalises those of its discriminator only.

    Args:
        side: The player; with SAGAN and BigGAN, both: two constraints.
        iterations: Of the power method, each time.
        eps: Smallest norm of its vectors.
        embeddings: Whether embeddings are normalised too.

    References:
        Miyato et al. 2018, Spectral Normalization for Generative Adversarial Networks, section 2.1, algorithm 1.
    """

    def __init__(
        self, side: Side = "discriminator", iterations: int = 1, eps: float = 1e-12, *, embeddings: bool = True
    ) -> None:
        super().__init__()
        self.side, self.iterations, self.eps, self.embeddings = side, iterations, eps, embeddings

    def attach(self, network: nn.Module) -> None:
        """Normalise the layers of ``network``.

        Raises:
            GanfwError: If it has no such layer.
        """
        kinds = Matrix | nn.Embedding if self.embeddings else Matrix
        layers = [module for module in network.modules() if isinstance(module, kinds)]
        if not layers:
            raise GanfwError(
                f"spectral-norm works on linear, convolutional and embedding layers, but the {self.side}, "
                f"{type(network).__name__}, has none. Leave it out: regularizers.spectral-norm=null."
            )
        for layer in layers:
            if not is_parametrized(layer, "weight"):
                spectral_norm(layer, n_power_iterations=self.iterations, eps=self.eps)
