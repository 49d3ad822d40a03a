"""The same digits in other looks, so that there are two domains to learn from, and with a border around them."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from io import BytesIO
from typing import TYPE_CHECKING

from PIL import Image, ImageChops, ImageFilter, ImageOps

from ganfw.data.sources import Item, Source

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ganfw_mnist5k.configs import Look


def negative(digit: Image.Image) -> Image.Image:
    """Black on white."""
    return ImageChops.invert(digit)


def edges(digit: Image.Image) -> Image.Image:
    """The outline: what dilation by one pixel adds (Liu and Tuzel 2016, section 4, has edge images of MNIST too)."""
    return ImageChops.subtract(digit.filter(ImageFilter.MaxFilter(3)), digit)


_LOOKS = {"negative": negative, "edges": edges}


class Changed(Source):
    """The pictures of another source, each changed.

    Args:
        source: The pictures, white on black.
        look: How they are changed.
        border: Pixels of background added on each side.
    """

    def __init__(self, source: Source, look: Look, border: int) -> None:
        self._source, self._change = source, partial(_change, _LOOKS.get(look), border)
        self.title, self.labels = f"{source.title}, {look}", source.labels
        self.identity = f"{source.identity}\n{look}, border {border}"

    def items(self) -> Iterator[Item]:
        """Every picture, changed when it is read."""
        for item in self._source.items():
            yield replace(item, read=partial(_changed, item.read, self._change))

    def class_names(self) -> tuple[str, ...]:
        """Those of the pictures."""
        return self._source.class_names()


def _change(look: Callable[[Image.Image], Image.Image] | None, border: int, digit: Image.Image) -> Image.Image:
    framed = ImageOps.expand(digit, border)
    return framed if look is None else look(framed)


def _changed(read: Callable[[], bytes], change: Callable[[Image.Image], Image.Image]) -> bytes:
    written = BytesIO()
    change(Image.open(BytesIO(read())).convert("L")).save(written, "PNG")
    return written.getvalue()
