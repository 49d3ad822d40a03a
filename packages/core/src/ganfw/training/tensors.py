"""Files of tensors: safetensors, synced to the disk, with what damage would show by. Nothing is ever unpickled."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import TYPE_CHECKING

from safetensors import safe_open
from safetensors.torch import load_file, save_file

from ganfw.training.files import sync_file

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import torch
    from torch import Tensor

_KEY = "ganfw"


def write_tensors(path: Path, tensors: Mapping[str, Tensor], *, facts: str = "", checksum: bool = False) -> None:
    """Write tensors as safetensors. Names that share one storage are stored once and recorded as aliases.

    Args:
        path: The file.
        tensors: By name.
        facts: A text to keep with them.
        checksum: Keep a checksum in the file itself, which `read_tensors` then holds the tensors to.
    """
    seen: dict[tuple[int, torch.Size], str] = {}
    unique: dict[str, Tensor] = {}
    aliases: dict[str, str] = {}
    for name, tensor in tensors.items():
        identity = (tensor.data_ptr(), tensor.shape)
        if tensor.numel() and identity in seen:
            aliases[name] = seen[identity]
        else:
            seen[identity] = name
            unique[name] = tensor.detach().contiguous()
    metadata = {"aliases": json.dumps(aliases)} | ({"facts": facts} if facts else {})
    if checksum:
        metadata["checksum"] = _digest(unique, metadata["aliases"])
    save_file(unique, path, metadata={_KEY: json.dumps(metadata)})  # of several keys, the order would be random
    sync_file(path)


def read_tensors(path: Path) -> dict[str, Tensor]:
    """Read what `write_tensors` wrote, on the CPU.

    Raises:
        ValueError: If the tensors do not match the file's own checksum.
    """
    tensors, metadata = load_file(path, device="cpu"), read_metadata(path)
    text = metadata.get("aliases", "{}")
    if "checksum" in metadata and metadata["checksum"] != _digest(tensors, text):
        raise ValueError(f"{path.name} is damaged: it does not match its checksum")
    aliases = json.loads(text)
    return tensors | {name: tensors[same] for name, same in aliases.items()}


def read_metadata(path: Path) -> dict[str, str]:
    """The texts that are kept with the tensors."""
    with safe_open(path, "pt") as file:
        found: dict[str, str] = file.metadata() or {}
    inner = json.loads(found[_KEY]) if _KEY in found else found
    if not isinstance(inner, dict):
        raise ValueError(f"{path.name} is damaged: its metadata are no mapping")
    return inner


def _digest(tensors: Mapping[str, Tensor], aliases: str) -> str:
    import torch

    digest = sha256(aliases.encode())
    for name, tensor in sorted(tensors.items()):
        digest.update(f"{name} {tensor.dtype} {tuple(tensor.shape)}".encode())
        digest.update(tensor.cpu().reshape(-1).view(torch.uint8).numpy().data)
    return digest.hexdigest()
