"""A data set held in memory: for toys, for tests, and for arrays that a Python user already has."""

from __future__ import annotations

from dataclasses import replace
from hashlib import blake2b
from math import isfinite
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from ganfw.data.dataset import Dataset
from ganfw.data.decoding import decode_pictures
from ganfw.errors import GanfwError
from ganfw.specs import Condition, ImageSpec, Spec, VectorSpec

if TYPE_CHECKING:
    from collections.abc import Callable

    from ganfw.data.dataset import Integers, Rows
    from ganfw.training.step import Batch

Array = np.ndarray[Any, np.dtype[Any]]

_ROUNDING = 1e-3  # One step of float16 just above 1.


class ArrayData(Dataset):
    """Samples from numpy arrays or torch tensors, one row per sample.

    numpy's default float64 becomes float32; a tensor keeps its dtype. uint8 arrays of four axes are pictures: they stay
    uint8 in memory and are decoded to [-1, 1].

    Args:
        real: The samples, in the spec's range: ``(count, *spec.shape)``.
        condition: Integers ``(count,)`` are classes; floats ``(count, length)`` are vectors.
        spec: What one sample is. Without it, two axes are a `VectorSpec` and four with square pictures an `ImageSpec`.
        columns: Further arrays with a row per sample, kept in the batch under their names.

    Raises:
        GanfwError: If there are no rows, rows differ in number, the spec cannot be inferred or does not fit, samples
            are not finite, pictures lie outside [-1, 1], or classes are negative.
    """

    def __init__(
        self, real: Any, *, condition: Any = None, spec: Spec | None = None, **columns: Any
    ) -> None:  # fmt: skip
        given = {"real": real} | ({} if condition is None else {"condition": condition}) | columns
        self._arrays = {name: _array(value) for name, value in given.items()}
        self._check_rows()
        self.spec = self._spec(spec)
        _check_values(self._arrays["real"], self.spec)
        self.fingerprint = _fingerprint(self._arrays)

    def __len__(self) -> int:
        return len(self._arrays["real"])

    def rows(self, indices: Integers, keys: Integers) -> Rows:
        """The rows as they were given; ``keys`` are not used."""
        return {name: array[indices] for name, array in self._arrays.items()}

    @property
    def stored_bytes(self) -> int:
        """The size of all arrays."""
        return sum(array.nbytes for array in self._arrays.values())

    def keep_on(self, device: torch.device) -> Callable[[torch.Tensor, torch.Tensor], dict[str, torch.Tensor]]:
        """Copy all arrays to a device."""
        kept = {name: torch.from_numpy(np.ascontiguousarray(a)).to(device) for name, a in self._arrays.items()}
        return lambda indices, keys: {name: tensor[indices] for name, tensor in kept.items()}

    def decode(self, batch: Batch) -> Batch:
        """Pictures from uint8 to [-1, 1]; everything else as it is."""
        return decode_pictures(batch)

    def _check_rows(self) -> None:
        for name, array in self._arrays.items():
            if array.ndim == 0 or len(array) == 0:
                raise GanfwError(f"{name} has no rows: its shape is {array.shape}. Give one row per sample.")
            if len(array) != len(self):
                raise GanfwError(
                    f"{name} has {len(array):,} rows but real has {len(self):,}. Give one row per sample in each."
                )

    def _spec(self, spec: Spec | None) -> Spec:
        real = self._arrays["real"]
        if spec is None:
            spec = _infer(real)
        if real.shape[1:] != spec.shape:
            raise GanfwError(
                f"real holds samples of shape {real.shape[1:]}, but the spec asks for {spec.shape}. "
                f"Give an array of shape (count, {', '.join(map(str, spec.shape))}), or another spec."
            )
        if "condition" in self._arrays:
            _check_classes(self._arrays["condition"])
        if "condition" in self._arrays and spec.condition is None:
            spec = replace(spec, condition=_condition(self._arrays["condition"]))
        return spec


def _array(value: Any) -> Array:
    if isinstance(value, torch.Tensor):
        return np.asarray(value.detach().cpu().numpy())
    array = np.asarray(value)
    return array.astype(np.float32) if array.dtype == np.float64 else array


def _infer(real: Array) -> Spec:
    if real.ndim == 2:
        return VectorSpec(real.shape[1])
    if real.ndim == 4 and real.shape[2] == real.shape[3]:
        return ImageSpec(size=real.shape[2], channels=real.shape[1])
    raise GanfwError(
        f"cannot tell what an array of shape {real.shape} holds: (count, length) is vectors and "
        "(count, channels, size, size) is pictures. For anything else give spec=, for example "
        "spec=ganfw.SequenceSpec(length=32, vocabulary=50)."
    )


def _condition(values: Array) -> Condition:
    if values.ndim == 1 and np.issubdtype(values.dtype, np.integer):
        return Condition("class", int(values.max()) + 1)
    if values.ndim == 2 and np.issubdtype(values.dtype, np.floating):
        return Condition("vector", values.shape[1])
    raise GanfwError(
        f"condition has shape {values.shape} and type {values.dtype}: give integers (count,) for classes, "
        "or floats (count, length) for vectors."
    )


def _check_classes(values: Array) -> None:
    if values.ndim == 1 and np.issubdtype(values.dtype, np.integer) and values.min() < 0:
        raise GanfwError(
            f"condition has the class {values.min()}, but classes count from 0. "
            "Leave out the rows without a class, or number the classes 0, 1, 2, ..."
        )


def _check_values(real: Array, spec: Spec) -> None:
    pictures = isinstance(spec, ImageSpec) and real.dtype != np.uint8
    if not real.size or not (pictures or np.issubdtype(real.dtype, np.floating)):
        return
    low, high = float(real.min()), float(real.max())  # A NaN anywhere makes both NaN.
    if not (isfinite(low) and isfinite(high)):
        raise GanfwError(
            "real holds values that are not finite (NaN or infinity), which no network can learn from. "
            "Leave those rows out or mend them: numpy.isfinite finds them."
        )
    if pictures and max(-low, high) > 1 + _ROUNDING:
        raise GanfwError(
            f"real holds pictures with values from {low:g} to {high:g}, outside [-1, 1]: "
            "give uint8 pictures, or floats in [-1, 1]."
        )


def _fingerprint(arrays: dict[str, Array]) -> str:
    digest = blake2b(digest_size=16)
    for name, array in sorted(arrays.items()):
        digest.update(f"{name} {array.dtype} {array.shape}".encode())
        digest.update(np.ascontiguousarray(array).data)
    return digest.hexdigest()
