"""Trained models on the Hugging Face Hub, for ganfw."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ganfw
from ganfw.lazy import lazy

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ganfw_hub.transfer import from_pretrained as from_pretrained
    from ganfw_hub.transfer import push_to_hub as push_to_hub

_HOMES = {"from_pretrained": "transfer", "push_to_hub": "transfer"}
__getattr__, __dir__, __all__ = lazy(__name__, _HOMES)


@ganfw.hookimpl
def ganfw_register_exporter() -> Iterable[ganfw.Part]:
    """The format ``hub-folder``."""
    yield ganfw.Part("hub-folder", "ganfw_hub.settings:HubFolderConfig", "a folder with a model card for the Hub")


@ganfw.hookimpl
def ganfw_register_command() -> Iterable[ganfw.Command]:
    """The command ``ganfw push``."""
    yield ganfw.Command("push", "ganfw_hub.command:push", "Put a trained model on the Hugging Face Hub.")
