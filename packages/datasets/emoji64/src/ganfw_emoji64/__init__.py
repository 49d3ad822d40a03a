"""emoji64: 1,532 captioned 64-pixel pictures that ship with ganfw."""

from __future__ import annotations

from typing import Any

from ganfw_emoji64.plugin import ganfw_register_data  # noqa: F401  (the hook is found in this module)

__all__ = ["Emoji64Config"]


def __getattr__(name: str) -> Any:
    if name != "Emoji64Config":
        raise AttributeError(f"module 'ganfw_emoji64' has no attribute {name!r}")
    from ganfw_emoji64.configs import Emoji64Config

    return Emoji64Config
