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
        SafetensorError: If it is not whole.
        ValueError: If the tensors do not match the file's own checksum, or its metadata are not what was written.
    """
    tensors, metadata = load_file(path, device="cpu"), read_metadata(path)
    text = metadata.get("aliases", "{}")
    if "checksum" in metadata and metadata["checksum"] != _digest(tensors, text):
        raise ValueError(f"{path.name} is damaged: it does not match its checksum")
    aliases = _texts(text, path)
    if absent := [same for same in aliases.values() if same not in tensors]:
        raise ValueError(f"{path.name} is damaged: it has no tensor {absent[0]!r}, which another is said to equal")
    return tensors | {name: tensors[same] for name, same in aliases.items()}


def read_metadata(path: Path) -> dict[str, str]:
    """The texts that are kept with the tensors."""
    with safe_open(path, "pt") as file:
        found: dict[str, str] = file.metadata() or {}
    return _texts(found[_KEY], path) if _KEY in found else found


def _texts(written: str, path: Path) -> dict[str, str]:
    try:
        found = json.loads(written)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{path.name} is damaged: its metadata are no JSON ({error})") from None
    if not isinstance(found, dict) or not all(isinstance(text, str) for text in found.values()):
        raise ValueError(f"{path.name} is damaged: its metadata are no texts by name")
    return found


def _digest(tensors: Mapping[str, Tensor], aliases: str) -> str:
    import torch

    digest = sha256(aliases.encode())
    for name, tensor in sorted(tensors.items()):
        digest.update(f"{name} {tensor.dtype} {tuple(tensor.shape)}".encode())
        digest.update(tensor.cpu().reshape(-1).view(torch.uint8).numpy().data)
    return digest.hexdigest()
