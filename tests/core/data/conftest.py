import io

import numpy as np
import pytest
from PIL import Image


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    """A prepared-data cache of the test's own."""
    folder = tmp_path / "cache"
    monkeypatch.setenv("GANFW_CACHE", str(folder))
    return folder


@pytest.fixture
def noise():
    """An RGB picture of random pixels: ``noise(width, height, seed)``."""

    def make(width, height, seed=0):
        return Image.fromarray(np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8))

    return make


@pytest.fixture
def encoded():
    """A picture as the bytes of a file: ``encoded(image, "PNG")``."""

    def encode(image, kind="PNG", **options):
        out = io.BytesIO()
        image.save(out, kind, **options)
        return out.getvalue()

    return encode


@pytest.fixture
def folder(tmp_path, noise):
    """Six 20-pixel pictures in two folders of three."""
    root = tmp_path / "pictures"
    for number in range(6):
        place = root / ("cat" if number < 3 else "dog") / f"{number}.png"
        place.parent.mkdir(parents=True, exist_ok=True)
        noise(20, 20, number).save(place)
    return root
