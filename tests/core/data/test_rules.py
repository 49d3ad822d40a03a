import contextlib
import struct
import warnings
import zlib

import numpy as np
import pytest
from PIL import Image

from ganfw.data.rules import BadPictureError, Rules, TooSmallError, fit_picture

RULES = Rules(16, 3)


def solid(mode, size=(16, 16), color=0):
    return Image.new(mode, size, color)


def pixels(data, rules=RULES):
    out = fit_picture(data, rules).pixels
    assert out.shape == (rules.channels, rules.size, rules.size)
    assert out.dtype == np.uint8
    return out


def values(data, rules=RULES):
    """The one color that every pixel has."""
    flat = pixels(data, rules).reshape(rules.channels, -1)
    assert (flat == flat[:, :1]).all()
    return flat[:, 0].tolist()


def test_rgb_of_the_right_size_is_left_alone(encoded, noise):
    image = noise(16, 16)
    np.testing.assert_array_equal(pixels(encoded(image)), np.asarray(image).transpose(2, 0, 1))


def test_grey_is_repeated(encoded):
    assert values(encoded(solid("L", color=77))) == [77, 77, 77]


def test_one_bit_becomes_black_and_white(encoded):
    assert values(encoded(solid("1", color=1))) == [255, 255, 255]


def test_color_becomes_luminance(encoded):
    # ITU-R BT.601: 0.299 R + 0.587 G + 0.114 B
    assert values(encoded(solid("RGB", color=(200, 100, 50))), Rules(16, 1)) == [round(59.8 + 58.7 + 5.7)]


def test_a_palette_is_looked_up(encoded):
    image = solid("RGB", color=(10, 200, 30)).convert("P", palette=Image.Palette.ADAPTIVE)
    assert values(encoded(image)) == [10, 200, 30]


def test_a_palette_with_a_transparent_entry_shows_the_background(encoded):
    image = solid("P")
    image.putpalette([255, 0, 0, 0, 255, 0])
    data = encoded(image, transparency=0)
    assert values(data) == [255, 255, 255]
    assert values(data, Rules(16, 3, background="black")) == [0, 0, 0]


@pytest.mark.parametrize(("background", "expected"), [("white", 177), ("black", 50)])
def test_grey_with_alpha_is_composited(encoded, background, expected):
    # 100 a + (1 - a) 255 and 100 a, with a = 128 / 255
    assert values(encoded(solid("LA", color=(100, 128))), Rules(16, 3, background=background)) == [expected] * 3


def test_transparency_leaves_no_dark_fringe(encoded):
    image = solid("RGBA", (64, 64), (0, 0, 0, 0))
    image.paste((255, 255, 255, 255), (16, 16, 48, 48))
    assert values(encoded(image)) == [255, 255, 255]


def test_four_channels_keep_the_alpha_without_a_fringe(encoded):
    image = solid("RGBA", (64, 64), (0, 0, 0, 0))
    image.paste((255, 255, 255, 255), (17, 17, 48, 48))
    out = pixels(encoded(image), Rules(16, 4)).astype(int)
    assert set(out[3].flat) > {0, 255}
    assert (out[:3, out[3] > 16] >= 250).all()
    assert values(encoded(solid("RGB", color=(1, 2, 3))), Rules(16, 4)) == [1, 2, 3, 255]
    assert values(encoded(solid("CMYK"), "TIFF"), Rules(16, 4)) == [255, 255, 255, 255]


@pytest.mark.parametrize(("value", "expected"), [(0, 0), (257, 1), (300, 1), (32896, 128), (65535, 255)])
def test_sixteen_bits_are_scaled_not_clipped(encoded, value, expected):
    image = Image.fromarray(np.full((16, 16), value, np.uint16))
    assert image.mode == "I;16"
    assert values(encoded(image)) == [expected] * 3
    assert values(encoded(image, "TIFF")) == [expected] * 3


def test_thirty_two_bits_within_sixteen_are_read_likewise(encoded):
    image = Image.fromarray(np.full((16, 16), 65535, np.int32))
    assert image.mode == "I"
    assert values(encoded(image, "TIFF")) == [255, 255, 255]


@pytest.mark.parametrize(
    ("array", "reason"),
    [
        (np.full((16, 16), 70000, np.int32), "32-bit pixels from 70000 to 70000; save it with 8 or 16 bits"),
        (np.zeros((16, 16), np.float32), "floating-point pixels have no stated range; save it with 8 or 16 bits"),
    ],
)
def test_pixels_without_a_stated_range_are_refused(encoded, array, reason):
    with pytest.raises(BadPictureError) as caught:
        fit_picture(encoded(Image.fromarray(array), "TIFF"), RULES)
    assert str(caught.value) == reason


def test_cmyk_becomes_rgb(encoded):
    assert values(encoded(solid("CMYK", color=(255, 0, 0, 0)), "TIFF")) == [0, 255, 255]


def test_the_first_frame_of_an_animation_is_taken(encoded):
    frames = [solid("RGB", color=color) for color in ((255, 0, 0), (0, 255, 0))]
    assert values(encoded(frames[0], "GIF", save_all=True, append_images=frames[1:])) == [255, 0, 0]
    assert values(encoded(frames[0], "PNG", save_all=True, append_images=frames[1:])) == [255, 0, 0]


def test_the_orientation_is_applied(encoded):
    image = solid("RGB", (16, 16))
    image.paste((255, 255, 255), (0, 0, 8, 16))
    exif = Image.Exif()
    exif[0x0112] = 6  # The top of the stored picture is the right of the shown one.
    out = pixels(encoded(image, exif=exif))
    assert out[:, :8].min() == 255
    assert out[:, 8:].max() == 0


def test_the_centre_is_cropped(encoded):
    image = solid("RGB", (48, 16), (255, 0, 0))
    image.paste((0, 0, 255), (16, 0, 32, 16))
    assert values(encoded(image)) == [0, 0, 255]


def test_a_padded_picture_is_whole_and_centred(encoded):
    out = pixels(encoded(solid("RGB", (64, 32), (0, 0, 255))), Rules(16, 3, fit="pad"))
    assert out[0, :4].min() == out[0, 12:].min() == 255
    assert out[0, 4:12].max() == 0
    clear = pixels(encoded(solid("RGB", (64, 32), (0, 0, 255))), Rules(16, 4, fit="pad"))
    assert clear[:, 0, 0].tolist() == [255, 255, 255, 0]
    assert clear[:, 8, 8].tolist() == [0, 0, 255, 255]


def test_a_stretched_picture_fills_the_square(encoded):
    image = solid("RGB", (64, 32), (255, 255, 255))
    image.paste((0, 0, 0), (0, 0, 32, 32))
    out = pixels(encoded(image), Rules(16, 3, fit="stretch"))
    assert out[:, :, :6].max() < 40
    assert out[:, :, 10:].min() > 215


def test_resizing_does_not_alias(encoded):
    stripes = np.zeros((64, 64), np.uint8)
    stripes[:, ::2] = 255
    out = pixels(encoded(Image.fromarray(stripes)), Rules(16, 1))
    assert abs(out[0, :, 2:-2].astype(int) - 127).max() <= 12


@pytest.mark.parametrize(("fit", "small"), [("crop", True), ("stretch", True), ("pad", False)])
def test_nothing_is_enlarged(encoded, fit, small):
    data = encoded(solid("RGB", (30, 15)))
    if not small:
        pixels(data, Rules(16, 3, fit=fit))
        return
    with pytest.raises(TooSmallError, match=r"^too small: 30x15 for size 16$"):
        fit_picture(data, Rules(16, 3, fit=fit))


def test_a_large_jpeg_is_read_at_a_fraction_with_the_same_result(encoded, noise):
    image = noise(32, 32).resize((512, 512), Image.Resampling.BICUBIC)
    whole = pixels(encoded(image)).astype(int)
    assert abs(pixels(encoded(image, "JPEG", quality=95)).astype(int) - whole).mean() < 3


def test_broken_files_say_what_is_wrong(encoded, noise):
    data = encoded(noise(64, 64))
    reasons = []
    for broken in (b"", b"hello", data[: len(data) // 2], data[:20]):
        with pytest.raises(BadPictureError) as caught:
            fit_picture(broken, RULES)
        reasons.append(str(caught.value))
    assert reasons[:2] == ["the file is empty", "not a picture that Pillow can read"]
    assert "truncated" in reasons[2].lower()
    assert len(set(reasons)) >= 3


def test_a_decompression_bomb_is_refused():
    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", 20000, 20000, 8, 2, 0, 0, 0)
    data = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")
    with pytest.raises(BadPictureError, match="decompression bomb"):
        fit_picture(data, RULES)


def test_random_damage_never_escapes(encoded, noise):
    rng = np.random.default_rng(0)
    for kind in ("PNG", "JPEG", "GIF", "WEBP", "TIFF", "BMP"):
        whole = encoded(noise(32, 32), kind)
        for _ in range(40):
            data = bytearray(whole)
            for place in rng.integers(0, len(data), 8):
                data[place] = rng.integers(0, 256)
            with warnings.catch_warnings(), contextlib.suppress(BadPictureError):
                warnings.simplefilter("ignore")
                pixels(bytes(data))


def test_a_broken_orientation_does_not_cost_the_picture(encoded):
    data = encoded(solid("RGB"), "JPEG", exif=b"Exif\x00\x00MM\x00*\x00\x00\x00\x08\xff\xff broken")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert values(data) == [0, 0, 0]
