"""emoji64: 1,532 captioned 64-pixel pictures that ship with ganfw."""

from __future__ import annotations

from ganfw_emoji64.plugin import Emoji64Config, ganfw_register_data

__all__ = ["Emoji64Config", "ganfw_register_data"]
