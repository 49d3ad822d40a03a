"""Features of real samples on disk, so that a second evaluation computes none of them.

``$GANFW_CACHE/features/<key>.safetensors``; the key follows from all that the features depend on. A file is written
beside and renamed when whole. What cannot be read is computed again, and what cannot be written is only logged.
"""

from __future__ import annotations

import logging
import os
from contextlib import suppress
from hashlib import blake2b
from typing import TYPE_CHECKING

from safetensors import SafetensorError
from safetensors.torch import load_file, save_file

from ganfw.data.cache import cache_root

if TYPE_CHECKING:
    from collections.abc import Callable

    from torch import Tensor

VERSION = 1

_log = logging.getLogger("ganfw")


def remembered(depends_on: object, compute: Callable[[], dict[str, Tensor]]) -> dict[str, Tensor]:
    """What ``compute`` gives, on the CPU, from the disk where it is there.

    Args:
        depends_on: Everything that the tensors depend on; its ``repr`` is the key.
        compute: Makes the tensors.
    """
    key = blake2b(repr((VERSION, depends_on)).encode(), digest_size=16).hexdigest()
    file = cache_root() / "features" / f"{key}.safetensors"
    try:
        return load_file(file)
    except FileNotFoundError:
        pass
    except (OSError, SafetensorError) as error:
        _log.warning("%s cannot be read (%s); computing these features again", file, error)
    tensors = {name: tensor.cpu().contiguous() for name, tensor in compute().items()}
    part = file.with_name(f".{key}.{os.getpid()}")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        save_file(tensors, part)
        part.replace(file)
    except (OSError, SafetensorError) as error:
        _log.warning("features cannot be kept in %s: %s", file.parent, error)
        with suppress(OSError):
            part.unlink()
    return tensors
