"""Which picture sizes a network that doubles from 4 × 4 can make. No torch: a recipe is checked without it."""

from __future__ import annotations

from ganfw.errors import GanfwError

SMALLEST, LARGEST = 8, 1024


def doublings(size: int, network: str = "DCGAN") -> int:
    """How many times 4 × 4 doubles to reach ``size``: 4 for 64 pixels.

    Raises:
        GanfwError: If ``size`` is no power of two from 8 to 1024; the message names the sizes nearby that are.
    """
    if SMALLEST <= size <= LARGEST and size.bit_count() == 1:
        return size.bit_length() - 3
    below = 1 << (size.bit_length() - 1) if size > 0 else SMALLEST
    near = sorted({min(max(candidate, SMALLEST), LARGEST) for candidate in (below, 2 * below)})
    advice = " or ".join(str(candidate) for candidate in near)
    raise GanfwError(
        f"image.size={size} cannot be made by {network}: it doubles from 4 x 4, so the size is a power of two from "
        f"{SMALLEST} to {LARGEST}. Use image.size={advice}."
    )


def channel_ladder(size: int, width: int, max_channels: int, network: str = "DCGAN") -> list[int]:
    """Channels at each resolution from 4 × 4 up to ``size / 2``: ``[8n, 4n, 2n, n]`` for 64 pixels and width n.

    The finest resolution has ``width`` channels, and each halving of the resolution doubles them up to
    ``max_channels``.

    Raises:
        GanfwError: As `doublings`.
    """
    return [min(width << level, max(max_channels, width)) for level in reversed(range(doublings(size, network)))]
