"""Files that lead elsewhere, never end, or unpack to more than any memory holds."""

import io
import os
import stat
import struct
import time
import zipfile
import zlib

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image

import ganfw
from ganfw.cli.main import main
from ganfw.config.data import FilesConfig
from ganfw.data.check import check
from ganfw.specs import ImageSpec
from ganfw.training.files import write_text

SPEC = ImageSpec(size=8, channels=3)


@pytest.fixture(autouse=True)
def soon(tmp_path, monkeypatch):
    """Nothing may take long."""
    monkeypatch.setenv("GANFW_CACHE", str(tmp_path / "cache"))
    begun = time.monotonic()
    yield
    assert time.monotonic() - begun < 20


def picture(colour="red"):
    file = io.BytesIO()
    Image.new("RGB", (16, 16), colour).save(file, "PNG")
    return file.getvalue()


def png(width, height, rows, *chunks):
    """A PNG of one bit for each pixel."""

    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + b"".join(chunk(*each) for each in chunks) + chunk(b"IDAT", rows)


def problems(path):
    """What `ganfw data check` says of each file that is wrong."""
    return {problem.name: problem.reason for problem in check(FilesConfig(path=str(path)), SPEC).problems}


def refusal(path):
    with pytest.raises(ganfw.GanfwError) as error:
        check(FilesConfig(path=str(path)), SPEC)
    return str(error.value)


def zipped(file, *members):
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as opened:
        for name, content in members:
            opened.writestr(name, content)
    return file


def test_a_link_in_a_zip_is_not_followed(tmp_path):
    (tmp_path / "secret.png").write_bytes(picture())
    link = zipfile.ZipInfo("link.png")
    link.create_system, link.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    file = zipped(tmp_path / "a.zip", (link, str(tmp_path / "secret.png")), ("good.png", picture()))
    assert problems(file) == {"link.png": "not a picture that Pillow can read"}


def test_a_zip_entry_that_says_to_be_huge_is_not_unpacked(tmp_path):
    file = zipped(tmp_path / "a.zip", ("bomb.png", b"\0" * 1000), ("good.png", picture()))
    content = file.read_bytes()
    entry = content.index(b"PK\1\2")
    file.write_bytes(content[: entry + 24] + struct.pack("<I", 2**31) + content[entry + 28 :])
    assert problems(file) == {
        "bomb.png": "unpacks to 2,147,483,648 bytes, more than the limit of 1,073,741,824",
    }


def test_a_zip_entry_that_hides_its_size_is_unpacked_no_further(tmp_path):
    file = zipped(tmp_path / "a.zip", ("bomb.png", b"\0" * 50_000_000), ("good.png", picture()))
    content = file.read_bytes()
    entry = content.index(b"PK\1\2")
    file.write_bytes(content[: entry + 24] + struct.pack("<I", 100) + content[entry + 28 :])
    assert problems(file) == {"bomb.png": "the zip entry is broken: Bad CRC-32 for file 'bomb.png'"}


PNGS = {
    "60,000 x 60,000": (png(60_000, 60_000, zlib.compress(b"\0" * 10**6)), "(3600000000 pixels) exceeds limit"),
    "just too large": (
        png(9460, 9460, zlib.compress(bytes(9460 * 1184))),
        "(89491600 pixels) exceeds limit of 89478485",
    ),
    "large, and nothing in it": (png(9000, 9000, zlib.compress(b"")), "image file is truncated"),
    "a text that unpacks": (png(8, 8, b"", (b"zTXt", b"a\0\0" + zlib.compress(bytes(10**8)))), "data too large"),
    "a profile that unpacks": (png(8, 8, b"", (b"iCCP", b"a\0\0" + zlib.compress(bytes(10**8)))), "data too large"),
}


@pytest.mark.parametrize("name", PNGS)
def test_a_picture_that_unpacks_to_too_much_is_named(name, tmp_path):
    content, reason = PNGS[name]
    (tmp_path / "pictures").mkdir()
    (tmp_path / "pictures" / "bomb.png").write_bytes(content)
    (tmp_path / "pictures" / "good.png").write_bytes(picture())
    found = problems(tmp_path / "pictures")
    assert list(found) == ["bomb.png"]
    assert reason in found["bomb.png"]


def test_a_table_that_unpacks_to_too_much_is_refused_before(tmp_path):
    file = tmp_path / "a.parquet"
    pq.write_table(pa.table({"image": [bytes(1 << 26) + b"1"]}), file, compression="zstd", use_dictionary=False)
    stored = file.stat().st_size
    assert stored < 100_000
    assert refusal(file).startswith(f"{file} has {stored:,} bytes, but a group of its rows unpacks to 67,")


def test_a_table_names_no_files_elsewhere(tmp_path):
    """A cell without bytes names a file: one beside the table, and no other."""
    (tmp_path / "table").mkdir()
    (tmp_path / "secret.png").write_bytes(picture())
    (tmp_path / "table" / "beside.png").write_bytes(picture("blue"))
    (tmp_path / "table" / "link.png").symlink_to(tmp_path / "secret.png")
    named = [
        "beside.png",
        "../secret.png",
        str(tmp_path / "secret.png"),
        "link.png",
        "/dev/zero",
        "",
        "a\0b",
        "none.png",
    ]
    cells = [{"bytes": None, "path": name} for name in named]
    image = pa.struct([("bytes", pa.binary()), ("path", pa.string())])
    pq.write_table(pa.table({"image": pa.array(cells, image)}), tmp_path / "table" / "a.parquet")
    outside = f"the cell holds no picture, but names a file outside {tmp_path}/table"
    assert list(problems(tmp_path / "table" / "a.parquet").values()) == [
        *([outside] * 4), "the cell holds no encoded picture", "No such file or directory", "No such file or directory",
    ]  # fmt: skip


def test_what_never_ends_is_not_read(tmp_path):
    (tmp_path / "a.png").write_bytes(picture())
    os.mkfifo(tmp_path / "pipe.png")
    (tmp_path / "zero.png").symlink_to("/dev/zero")
    (tmp_path / "nowhere.png").symlink_to(tmp_path / "nowhere")
    with (tmp_path / "large.png").open("wb") as file:
        file.truncate(2**31)
    assert problems(tmp_path) == {
        "large.png": "is 2,147,483,648 bytes long, more than the limit of 1,073,741,824",
        "nowhere.png": "No such file or directory",
        "pipe.png": "not a regular file",
        "zero.png": "not a regular file",
    }


def test_a_run_that_is_a_link_is_the_run_that_it_leads_to(run, tmp_path, capsys):
    (tmp_path / "link").symlink_to(run)
    before = sorted(run.rglob("*"))
    there, here = (ganfw.load(folder).sample(2) for folder in (run, tmp_path / "link"))
    assert there.equal(here)
    assert sorted(run.rglob("*")) == before
    with pytest.raises(SystemExit) as stopped:
        main(["train", "dcgan", "--run", str(tmp_path / "link"), "data=shapes", "image.size=8", "trainer.steps=1"])
    assert stopped.value.code == 2
    assert f"the folder {tmp_path}/link belongs to another recipe" in capsys.readouterr().err
    assert sorted(run.rglob("*")) == before


@pytest.mark.parametrize("name", ["config.json", "model.safetensors"])
def test_a_model_whose_file_leads_elsewhere_shows_nothing_of_it(name, copied, tmp_path):
    (tmp_path / "secret").write_text("the password")
    (copied / "model" / name).unlink()
    (copied / "model" / name).symlink_to(tmp_path / "secret")
    with pytest.raises(ganfw.GanfwError, match="cannot be read") as error:
        ganfw.load(copied)
    assert "password" not in str(error.value)


def test_nothing_is_written_through_a_link_that_waits_for_it(copied, tmp_path):
    """The names that files have while they are written are known: a stranger's run may hold links of these names."""
    precious = tmp_path / "precious"
    precious.write_text("precious")
    (copied / ".recipe.yaml.part").symlink_to(precious)
    (copied / "model" / ".model.safetensors.part").symlink_to(precious)
    write_text(copied / "recipe.yaml", "new")
    model = ganfw.load(copied)
    ganfw.model.save_model(copied / "model", model.gan, model.spec, model.document, images=model.images)
    assert precious.read_text() == "precious"
    assert (copied / "recipe.yaml").read_text() == "new"
    assert not (copied / "model" / "model.safetensors").is_symlink()
