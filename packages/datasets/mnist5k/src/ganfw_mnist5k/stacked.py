"""Stacked MNIST: three digits as the red, green and blue of one picture, so that there are a thousand modes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from ganfw.data.dataset import Dataset
from ganfw.data.permutation import mix
from ganfw.specs import ImageSpec

if TYPE_CHECKING:
    from ganfw.data.dataset import Integers, Rows
    from ganfw.training.step import Batch


class StackedDigits(Dataset):
    """Pictures whose first channel is one digit, each in turn, and whose others are digits drawn anew each time.

    So any of the thousand triples may come, each as often as the others where the digits are.

    Args:
        digits: Grey pictures.
        random: Draw the others by the row's key; otherwise by its index, so that a row is one picture.

    References:
        Metz et al. 2017, Unrolled Generative Adversarial Networks, section 3.3.1.
    """

    def __init__(self, digits: Dataset, *, random: bool = True) -> None:
        assert isinstance(digits.spec, ImageSpec)  # the settings ask for pictures
        self.digits, self.random = digits, random
        self.spec = replace(digits.spec, channels=3, condition=None)
        self.fingerprint = f"stacked-{digits.fingerprint}{'' if random else '-plain'}"

    def __len__(self) -> int:
        return len(self.digits)

    def rows(self, indices: Integers, keys: Integers) -> Rows:
        """Pictures as uint8 under ``real``."""
        drawn = mix((keys if self.random else indices).astype(np.uint64))
        others = [(mix(drawn ^ np.uint64(channel)) % np.uint64(len(self))).astype(np.int64) for channel in (1, 2)]
        channels = [self.digits.rows(chosen, keys)["real"] for chosen in (indices, *others)]
        return {"real": np.concatenate(channels, 1)}

    def plain(self) -> StackedDigits:
        """The same with one picture for each row."""
        return StackedDigits(self.digits.plain(), random=False)

    def decode(self, batch: Batch) -> Batch:
        """uint8 to float in [-1, 1]."""
        return self.digits.decode(batch)
