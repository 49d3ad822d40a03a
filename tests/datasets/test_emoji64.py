import hashlib
import importlib.util
import io
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ganfw.data.check import check
from ganfw.specs import ImageSpec
from ganfw_emoji64 import Emoji64Config

PACKAGE = Path(__file__).parents[2] / "packages" / "datasets" / "emoji64"
GROUPS = (
    "Smileys & Emotion", "People & Body", "Animals & Nature", "Food & Drink", "Travel & Places", "Activities",
    "Objects", "Symbols",
)  # fmt: skip


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("GANFW_CACHE", str(tmp_path / "cache"))


@pytest.fixture
def script():
    spec = importlib.util.spec_from_file_location("build_emoji64", PACKAGE / "build_emoji64.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_it_trains_on_1396_pictures_of_eight_classes():
    data = Emoji64Config(labels=True).build(ImageSpec(32))
    assert len(data) == 1396
    assert data.spec.shape == (3, 32, 32)
    assert data.spec.condition.names == GROUPS
    # Counted when the files were built.
    assert np.bincount(data.prepared.labels).tolist() == [150, 281, 140, 119, 198, 74, 233, 201]
    first = data.rows(np.array([0]), np.array([0]))["real"][0]
    assert first[:, 0, 0].tolist() == [255, 255, 255]  # White around a yellow face.
    assert first[2, 16, 16] < first[0, 16, 16]


def test_the_other_art_and_the_test_part_differ():
    fluent, noto = (Emoji64Config(split="test", art=art).build(ImageSpec(64)) for art in ("fluent", "noto"))
    assert len(fluent) == len(noto) == 136
    assert fluent.fingerprint != noto.fingerprint
    assert fluent.spec == ImageSpec(64)


def test_every_picture_is_good():
    report = check(Emoji64Config(split="test", labels=True), ImageSpec(64))
    assert (report.total, report.good) == (136, 136)
    assert report.summary[1:3] == ("modes: RGB (136)", "sizes: 64x64 (136)")


def test_the_settings_import_nothing_heavy():
    code = (
        "import sys, ganfw_emoji64; ganfw_emoji64.Emoji64Config()\n"
        "print([name for name in ('torch', 'numpy', 'PIL', 'datasets', 'pyarrow') if name in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


def test_the_split_follows_from_the_code_point():
    import pyarrow.parquet as pq

    for split, wanted in (("train", False), ("test", True)):
        codes = pq.read_table(PACKAGE / f"src/ganfw_emoji64/data/{split}.parquet", columns=["codepoint"])["codepoint"]
        tests = {int(hashlib.sha256(code.encode()).hexdigest(), 16) % 10 == 0 for code in codes.to_pylist()}
        assert tests == {wanted}


def test_the_script_writes_the_columns_that_are_shipped(script):
    import pyarrow.parquet as pq

    out = io.BytesIO()
    pq.write_table(script.schema().empty_table(), out)
    shipped = pq.read_schema(PACKAGE / "src/ganfw_emoji64/data/test.parquet")
    assert pq.read_schema(out).equals(shipped, check_metadata=True)


def test_the_script_composites_without_a_dark_fringe(script):
    image = Image.new("RGBA", (256, 264), (0, 0, 0, 0))
    image.paste((255, 255, 255, 255), (37, 37, 200, 200))
    out = io.BytesIO()
    image.save(out, "PNG")
    cell = script.cell(out.getvalue(), "x.webp")
    pixels = np.asarray(Image.open(io.BytesIO(cell["bytes"])))
    assert pixels.shape == (64, 64, 3)
    assert pixels.min() == 255


def test_names_are_written_as_the_upstream_list_does(script):
    assert script.slug("A button (blood type)") == "a-button-blood-type"
    assert script.slug("piñata") == "pinata"
    assert script.plain("0023-fe0f-20e3") == "0023-20e3"


def test_every_licence_is_there():
    assert sorted(path.name for path in (PACKAGE / "LICENSES").iterdir()) == [
        "Apache-2.0-noto-emoji.txt", "MIT-emoji-data.txt", "MIT-emojilib.txt", "MIT-fluentui-emoji.txt",
        "MIT-unicode-emoji-json.txt",
    ]  # fmt: skip
    notice = (PACKAGE / "NOTICE").read_text()
    assert all(f"LICENSES/{path.name}" in notice for path in (PACKAGE / "LICENSES").iterdir())


def test_the_other_split_is_held_out():
    learned, held_out = Emoji64Config(art="noto"), Emoji64Config(art="noto").held_out()
    assert held_out == Emoji64Config(art="noto", split="test")
    assert held_out.held_out() is None
    assert learned.build(ImageSpec(16)).fingerprint != held_out.build(ImageSpec(16)).fingerprint
