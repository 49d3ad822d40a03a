"""The rules by which a stored picture, of any size and mode, becomes ``(channels, size, size)`` bytes.

1. The first frame is read, and its EXIF orientation is applied.
2. Too small is too small: nothing is ever enlarged. The side that has to reach the target is the shorter one, or with
   ``fit="pad"`` the longer one.
3. 16-bit values are divided by 257, so that 65,535 becomes 255. 32-bit integers within 16 bits are read likewise;
   beyond, and floating-point pixels, have no stated range and are refused.
4. Palette, grey, CMYK and YCbCr become RGB; colour profiles are not applied. With one channel wanted, RGB becomes
   luminance (ITU-R BT.601).
5. Transparency is composited on the background at full resolution, so that no dark fringe appears. With four channels
   wanted it is kept, straight, and resized in premultiplied form.
6. ``crop`` takes the centre square, ``pad`` adds background around, ``stretch`` changes the aspect. Resizing is
   Lanczos with antialiasing.
"""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageOps, UnidentifiedImageError

Bytes = npt.NDArray[np.uint8]
Fit = Literal["crop", "pad", "stretch"]
Background = Literal["white", "black"]

# Reducing by whole numbers first is far faster on photos, and at this gap not to be told from the direct way.
_GAP = 3.0
_LANCZOS = Image.Resampling.LANCZOS


@dataclass(frozen=True)
class Rules:
    """What every picture of one run becomes.

    Args:
        size: Height and width in pixels.
        channels: 1 is luminance, 3 is RGB, 4 is RGB with straight alpha.
        fit: How a picture that is not square becomes one.
        background: What shows through transparency and around a padded picture.
    """

    size: int
    channels: int
    fit: Fit = "crop"
    background: Background = "white"


@dataclass(frozen=True)
class Picture:
    """One picture that fits.

    Args:
        pixels: uint8 ``(channels, size, size)``.
        mode: Pillow's name of the stored mode.
        width: Stored width in pixels.
        height: Stored height in pixels.
    """

    pixels: Bytes
    mode: str
    width: int
    height: int


class BadPictureError(Exception):
    """A picture that cannot be used; the message is the reason."""


class TooSmallError(BadPictureError):
    """A whole picture with fewer pixels than the run wants.

    Args:
        width: Stored width in pixels.
        height: Stored height in pixels.
        side: The side that had to reach the target.
    """

    def __init__(self, width: int, height: int, side: int, size: int) -> None:
        super().__init__(f"too small: {width}x{height} for size {size}")
        self.width, self.height, self.side = width, height, side


def fit_picture(data: bytes, rules: Rules) -> Picture:
    """Decode one encoded picture and apply the rules.

    Raises:
        TooSmallError: If it would have to be enlarged.
        BadPictureError: If it cannot be decoded, or its pixels have no stated range.
    """
    try:
        return _fit(data, rules)
    except (BadPictureError, MemoryError):
        raise
    except UnidentifiedImageError:
        reason = "not a picture that Pillow can read" if data else "the file is empty"
        raise BadPictureError(reason) from None
    except Exception as error:
        # Decoders raise whatever a broken file makes them stumble over: OSError, SyntaxError, struct.error, IndexError.
        raise BadPictureError(str(error) or type(error).__name__) from error


def _fit(data: bytes, rules: Rules) -> Picture:
    with Image.open(BytesIO(data)) as image:
        mode, (width, height) = image.mode, image.size
        side = max(image.size) if rules.fit == "pad" else min(image.size)
        if side < rules.size:
            raise TooSmallError(width, height, side, rules.size)
        image.draft(None, (2 * rules.size, 2 * rules.size))  # A JPEG decodes at a fraction, with enough left to resize.
        upright = ImageOps.exif_transpose(image)
        opaque = _in_mode(_eight_bits(_square(upright) if rules.fit == "crop" else upright), rules)
        fitted = _padded(opaque, rules) if rules.fit == "pad" else _resized(opaque, (rules.size, rules.size))
    pixels = np.asarray(fitted).reshape(rules.size, rules.size, rules.channels)
    return Picture(np.ascontiguousarray(pixels.transpose(2, 0, 1)), mode, width, height)


def _square(image: Image.Image) -> Image.Image:
    side = min(image.size)
    left, top = (image.width - side) // 2, (image.height - side) // 2
    return image.crop((left, top, left + side, top + side))


def _eight_bits(image: Image.Image) -> Image.Image:
    if image.mode == "F":
        raise BadPictureError("floating-point pixels have no stated range; save it with 8 or 16 bits")
    if not image.mode.startswith("I"):
        return image
    values: npt.NDArray[Any] = np.asarray(image)
    if values.min() < 0 or values.max() > 65535:
        raise BadPictureError(f"32-bit pixels from {values.min()} to {values.max()}; save it with 8 or 16 bits")
    return Image.fromarray(np.rint(values / 257).astype(np.uint8))


def _in_mode(image: Image.Image, rules: Rules) -> Image.Image:
    if image.has_transparency_data:
        image = image.convert("RGBA")
        if rules.channels == 4:
            return image
        image = Image.alpha_composite(Image.new("RGBA", image.size, rules.background), image)
    return image.convert("RGB").convert({1: "L", 3: "RGB", 4: "RGBA"}[rules.channels])


def _resized(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    if image.mode == "RGBA":
        return image.convert("RGBa").resize(size, _LANCZOS, reducing_gap=_GAP).convert("RGBA")
    return image.resize(size, _LANCZOS, reducing_gap=_GAP)


def _padded(image: Image.Image, rules: Rules) -> Image.Image:
    scale = rules.size / max(image.size)
    small = _resized(image, (max(1, round(image.width * scale)), max(1, round(image.height * scale))))
    clear = Image.new("RGBA", (1, 1), rules.background)
    clear.putalpha(0)
    colour = clear.getpixel((0, 0)) if image.mode == "RGBA" else rules.background
    canvas = Image.new(image.mode, (rules.size, rules.size), colour)
    canvas.paste(small, ((rules.size - small.width) // 2, (rules.size - small.height) // 2))
    return canvas
