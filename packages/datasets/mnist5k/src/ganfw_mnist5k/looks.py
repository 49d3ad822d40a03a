"""The same digits in other looks, so that there are two domains to learn from."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from io import BytesIO
from typing import TYPE_CHECKING, Literal

from PIL import Image, ImageChops, ImageFilter

from ganfw.data.sources import Item, Source

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


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
        source: The pictures.
        look: How they are changed.
    """

    def __init__(self, source: Source, look: Literal["negative", "edges"]) -> None:
        self._source, self._change = source, _LOOKS[look]
        self.title, self.labels = f"{source.title}, {look}", source.labels
        self.identity = f"{source.identity}\n{look}"

    def items(self) -> Iterator[Item]:
        """Every picture, changed when it is read."""
        for item in self._source.items():
            yield replace(item, read=partial(_changed, item.read, self._change))

    def class_names(self) -> tuple[str, ...]:
        """Those of the pictures."""
        return self._source.class_names()


def _changed(read: Callable[[], bytes], change: Callable[[Image.Image], Image.Image]) -> bytes:
    written = BytesIO()
    change(Image.open(BytesIO(read())).convert("L")).save(written, "PNG")
    return written.getvalue()
