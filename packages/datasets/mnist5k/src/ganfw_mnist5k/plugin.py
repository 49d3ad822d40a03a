"""What ganfw-mnist5k brings. Nothing is imported until it is used."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ganfw.plugins.hookspecs import hookimpl
from ganfw.plugins.records import Part

if TYPE_CHECKING:
    from collections.abc import Iterable


@hookimpl
def ganfw_register_data() -> Iterable[Part]:
    """The digits, and triples of them."""
    yield Part(
        "mnist5k", "ganfw_mnist5k.configs:Mnist5kConfig", "5,000 handwritten digits, 28 pixels; ships with the package"
    )
    yield Part(
        "stacked-mnist5k", "ganfw_mnist5k.configs:StackedMnist5kConfig",
        "three digits as the colors of one picture: a thousand modes", "Metz et al. 2017, section 3.3.1",
    )  # fmt: skip
