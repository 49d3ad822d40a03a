"""How many channels a network has at each resolution. No torch: a recipe is checked without it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ganfw.errors import GanfwError

if TYPE_CHECKING:
    from collections.abc import Sequence

SIZES = (8, 16, 32, 64, 128, 256, 512)

# Multiples of the width at 4 × 4, 8 × 8 and so on up to the picture.
_LARGE = {
    64: (16, 8, 4, 2, 1),
    128: (16, 16, 8, 4, 2, 1),
    256: (16, 16, 8, 8, 4, 2, 1),
    512: (16, 16, 8, 8, 4, 2, 1, 1),
}


def channel_ladder(size: int, width: int, small: int = 1) -> list[int]:
    """Channels at each resolution from 4 × 4 up to ``size``.

    Args:
        size: Picture height and width.
        width: Channels at the picture's own size, above 32 pixels.
        small: Up to 32 pixels all resolutions have this multiple of the width: 1 in SN-GAN, 4 in BigGAN.

    Raises:
        GanfwError: If ``size`` is no power of two from 8 to 512; the message names the sizes nearby that are.
    """
    if size not in SIZES:
        near = sorted(sorted(SIZES, key=lambda known: abs(known - size))[:2])
        raise GanfwError(
            f"image.size={size} cannot be made by these residual networks: they double from 4 x 4, so the size is a "
            f"power of two from {SIZES[0]} to {SIZES[-1]}. Use image.size={near[0]} or {near[1]}."
        )
    return [width * factor for factor in _LARGE.get(size, (small,) * (size.bit_length() - 2))]


def size_of(ladder: Sequence[int]) -> int:
    """The size of the pictures that a ladder ends at: 32 for four resolutions."""
    return 2 << len(ladder)


def halvings(ladder: Sequence[int]) -> int:
    """How often a discriminator halves the picture: to 4 × 4, but only to 8 × 8 from 32 pixels and fewer."""
    return len(ladder) - 1 - (size_of(ladder) <= 32)


def known_resolution(attention: int, resolutions: Sequence[int], player: str) -> int:
    """The resolution of self-attention, 0 for none.

    Raises:
        GanfwError: If the network has no maps of that size.
    """
    if attention and attention not in resolutions:
        there = ", ".join(str(resolution) for resolution in sorted(set(resolutions)))
        raise GanfwError(
            f"{player}.attention={attention} names a size that no map of the network has: there are {there}. Choose "
            "one of them, or 0 for no self-attention."
        )
    return attention


def chunk_length(latent_dim: int, slots: int) -> int:
    """Length of each of the equal chunks into which a latent is split; what is left over is left out.

    Raises:
        GanfwError: If there are fewer numbers than chunks.
    """
    if latent_dim < slots:
        raise GanfwError(
            f"generator.latent_dim={latent_dim} is split into {slots} chunks, one for 4 x 4 and one for each doubling, "
            f"so it is at least {slots}; 20 for each, {20 * slots}, is usual."
        )
    return latent_dim // slots
