"""Data sets made of other data sets."""

from __future__ import annotations

from dataclasses import replace
from hashlib import blake2b
from typing import TYPE_CHECKING

import numpy as np

from ganfw.data.dataset import Dataset
from ganfw.data.permutation import mix
from ganfw.errors import GanfwError
from ganfw.specs import Condition

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ganfw.data.dataset import Integers, Rows
    from ganfw.training.step import Batch

_AT_ONCE = 256  # rows, which hold whole pictures, while the labels are looked for


def _fingerprint(*parts: object) -> str:
    return blake2b(repr(parts).encode(), digest_size=16).hexdigest()


class Domains(Dataset):
    """Several data sets as one, of which each is a class.

    Args:
        domains: Data sets of equal specs, by name. Conditions of their own are left out.

    Raises:
        GanfwError: If their samples have different shapes, or are stored as different numbers.
    """

    def __init__(self, domains: Mapping[str, Dataset]) -> None:
        self.domains, names = tuple(domains.values()), tuple(domains)
        plain = [replace(data.spec, condition=None) for data in self.domains]
        for name, spec in zip(names, plain, strict=True):
            if spec != plain[0]:
                raise GanfwError(
                    f"the domains {names[0]} and {name} have samples of different kinds, {plain[0]} and {spec}. Give "
                    "sources that can be prepared alike."
                )
        first = np.zeros(1, np.int64)
        kinds = [data.rows(first, first)["real"].dtype for data in self.domains]
        for name, kind in zip(names, kinds, strict=True):
            if kind != kinds[0]:
                raise GanfwError(
                    f"the domains {names[0]} and {name} store their samples as {kinds[0]} and {kind}, which one "
                    "decoder cannot read. Give both as picture folders, or both as arrays of one kind."
                )
        self.spec = replace(plain[0], condition=Condition("class", len(names), names))
        self.fingerprint = _fingerprint(names, [data.fingerprint for data in self.domains])
        self._starts = np.cumsum([0, *map(len, self.domains)])

    def __len__(self) -> int:
        return int(self._starts[-1])

    def rows(self, indices: Integers, keys: Integers) -> Rows:
        """The samples under ``real``, the number of their data set under ``condition``."""
        condition = np.searchsorted(self._starts, indices, side="right") - 1
        real = None
        for number, data in enumerate(self.domains):
            chosen = condition == number
            if chosen.any():
                part = data.rows(indices[chosen] - self._starts[number], keys[chosen])["real"]
                real = np.empty((len(indices), *part.shape[1:]), part.dtype) if real is None else real
                real[chosen] = part
        assert real is not None  # there is at least one index
        return {"real": real, "condition": condition.astype(np.int64)}

    def plain(self) -> Dataset:
        """The same without random changes."""
        names = self.spec.condition.names if self.spec.condition is not None else ()
        return Domains({name: data.plain() for name, data in zip(names, self.domains, strict=True)})

    def decode(self, batch: Batch) -> Batch:
        """As the first of them does."""
        return self.domains[0].decode(batch)


class SemiSupervised(Dataset):
    """Samples without labels, each with one of the few whose class is known beside it.

    Args:
        data: Labelled samples.
        labelled: How many labels are looked at: the first of each class, equally many.

    Raises:
        GanfwError: If the data have no classes, or not enough of one.
    """

    def __init__(self, data: Dataset, labelled: int) -> None:
        condition = data.spec.condition
        if condition is None or condition.kind != "class":
            raise GanfwError(
                "semi-supervised data need classes, and these have none. Say where they are: data.data.labels=true for "
                "data that ship, data.data.labels=folders or a column's name for your own."
            )
        each, rest = divmod(labelled, condition.count)
        if rest or not each:
            near = max(1, round(labelled / condition.count)) * condition.count
            raise GanfwError(
                f"data.labelled={labelled} cannot be shared out among {condition.count} classes; "
                f"data.labelled={near} could"
            )
        self.data, self.classes, self.spec = data, condition.count, replace(data.spec, condition=None)
        self.chosen = _first_of_each(data, condition.count, each)
        self.fingerprint = _fingerprint(data.fingerprint, labelled)

    def __len__(self) -> int:
        return len(self.data)

    def rows(self, indices: Integers, keys: Integers) -> Rows:
        """Samples under ``real``; under ``labelled`` and ``label`` one whose class is known, drawn by its key."""
        other = mix(keys.astype(np.uint64))
        known = self.data.rows(
            self.chosen[other % np.uint64(len(self.chosen))], (other >> np.uint64(1)).astype(np.int64)
        )
        real = self.data.rows(indices, keys)["real"]
        return {"real": real, "labelled": known["real"], "label": known["condition"]}

    def plain(self) -> Dataset:
        """The same without random changes."""
        return SemiSupervised(self.data.plain(), len(self.chosen))

    def decode(self, batch: Batch) -> Batch:
        """As the data do."""
        return self.data.decode(batch)


class Binary(Dataset):
    """The samples of another data set, each value of them -1 or 1.

    Args:
        data: The samples.
        threshold: What is above it becomes 1.
    """

    def __init__(self, data: Dataset, threshold: float = 0.0) -> None:
        self.data, self.threshold, self.spec = data, threshold, data.spec
        self.fingerprint = _fingerprint("binary", data.fingerprint, threshold)

    def __len__(self) -> int:
        return len(self.data)

    def rows(self, indices: Integers, keys: Integers) -> Rows:
        """Those of the data."""
        return self.data.rows(indices, keys)

    def plain(self) -> Dataset:
        """The same without random changes."""
        return Binary(self.data.plain(), self.threshold)

    def decode(self, batch: Batch) -> Batch:
        """As the data do; then ``real`` is told apart at the threshold."""
        decoded = self.data.decode(batch)
        above = (decoded.real > self.threshold).to(decoded.real.dtype)
        return type(decoded)({**decoded, "real": 2 * above - 1})


def _first_of_each(data: Dataset, classes: int, each: int) -> Integers:
    found: list[list[int]] = [[] for _ in range(classes)]
    for start in range(0, len(data), _AT_ONCE):
        indices = np.arange(start, min(start + _AT_ONCE, len(data)))
        for index, label in zip(indices, data.rows(indices, np.zeros_like(indices))["condition"], strict=True):
            if len(found[label]) < each:
                found[label].append(int(index))
        if all(len(members) == each for members in found):
            return np.sort(np.array(found, np.int64).ravel())
    scarce = min(range(classes), key=lambda label: len(found[label]))
    if not found[scarce]:
        raise GanfwError(
            f"class {scarce} has no sample at all, so it cannot have labelled ones. Take it out of the data's classes."
        )
    raise GanfwError(
        f"class {scarce} has {len(found[scarce])} samples, but {each} labelled ones of each class were asked for. Give "
        f"data.labelled={len(found[scarce]) * classes} at most."
    )
