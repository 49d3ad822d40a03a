"""What the trainer reads: rows by index, each with a key for its own randomness."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    import numpy.typing as npt
    import torch
    from torch import Tensor

    from ganfw.specs import Spec
    from ganfw.training.step import Batch

    Rows = dict[str, npt.NDArray[np.generic]]
    Integers = npt.NDArray[np.int64]


class Dataset(ABC):
    """A finite set of samples that can be read in any order.

    Attributes:
        spec: What one sample is, its condition included.
        fingerprint: Changes whenever the content does.
    """

    spec: Spec
    fingerprint: str

    @abstractmethod
    def __len__(self) -> int:
        """The number of samples."""

    @abstractmethod
    def rows(self, indices: Integers, keys: Integers) -> Rows:
        """Read rows as they are stored (pictures as uint8), without torch.

        Args:
            indices: Which samples, each in ``[0, len)``.
            keys: One non-negative 63-bit integer per row, a pure function of the seed and of the position in the
                stream. All random augmentation derives from it.

        Returns:
            Arrays by name with one row per index; ``real`` always, ``condition`` where the spec has one.
        """

    def plain(self) -> Dataset:
        """The same data without random changes, for evaluation."""
        return self

    @property
    def stored_bytes(self) -> int | None:
        """The size of all rows as they are stored; ``None`` where they cannot be kept on a device as a whole."""
        return None

    def keep_on(self, device: torch.device) -> Callable[[Tensor, Tensor], dict[str, Tensor]]:
        """Copy all rows to a device.

        Returns:
            What `rows` is, for indices and keys on the device, without touching the host.
        """
        raise NotImplementedError(f"{type(self).__name__} cannot be kept on a device")

    def decode(self, batch: Batch) -> Batch:
        """Turn stored values into the spec's range, on the device that the batch is on."""
        return batch
