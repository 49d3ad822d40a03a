"""Every picture of a source under the rules, several at a time, in order, with bounded memory."""

from __future__ import annotations

import os
import warnings
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import islice
from typing import TYPE_CHECKING

from PIL import Image

from ganfw.data.rules import BadPictureError, Picture, Rules, fit_picture

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ganfw.data.sources import Item, Source

_AT_ONCE = 64


def fit_all(source: Source, rules: Rules) -> Iterator[tuple[Item, Picture | BadPictureError]]:
    """Each item with its picture, or with the reason why it cannot be used."""
    items = source.items()
    with ThreadPoolExecutor(max_workers=min(os.cpu_count() or 1, 16)) as pool:
        while chunk := list(islice(items, _AT_ONCE)):
            with _pillow_warnings():
                fitted = list(pool.map(lambda item: _fit(item, rules), chunk))
            yield from zip(chunk, fitted, strict=True)


def _fit(item: Item, rules: Rules) -> Picture | BadPictureError:
    try:
        return fit_picture(item.read(), rules)
    except BadPictureError as error:
        return error
    except OSError as error:
        return BadPictureError(error.strerror or str(error))


@contextmanager
def _pillow_warnings() -> Iterator[None]:
    """A decompression bomb is an error; what else Pillow remarks on (metadata, mostly) is not the user's concern."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        yield
