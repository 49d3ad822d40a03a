"""Classes as inputs of networks that know no better way to take them in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from torch.nn.functional import one_hot

from ganfw.errors import GanfwError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from torch import Tensor


def known_head(name: str | None, heads: Mapping[str, int]) -> str | None:
    """The head of that name.

    Raises:
        GanfwError: If there is none.
    """
    if name is not None and name not in heads:
        there = ", ".join(heads) or "none"
        raise GanfwError(
            f"discriminator.logit_from={name} names a head that is not there: the heads are {there}. Set "
            f"discriminator.heads.{name} to its length."
        )
    return name


def one_hot_rows(condition: Tensor | None, classes: int, like: Tensor) -> Tensor:
    """Each class as a row that is 1 in its place.

    Args:
        condition: Classes int64 in ``[0, classes)``.
        classes: K.
        like: Gives the dtype.

    Shape:
        condition: ``(B,)``; result: ``(B, K)``.

    Raises:
        GanfwError: If there is no condition.
    """
    if condition is None:
        raise GanfwError(
            f"a network that was made for {classes} classes got no condition. Give the class of each sample, or build "
            "the network with conditional=false."
        )
    return one_hot(condition, classes).to(like.dtype)
