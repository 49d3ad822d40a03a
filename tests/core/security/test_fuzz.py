"""Settings and files that nobody wrote: each is read, or refused in the way that is documented, and soon."""

import io
import json
import shutil
import struct
import tempfile
import zipfile
from contextlib import suppress
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from safetensors import SafetensorError
from safetensors.torch import save

from ganfw.config import yaml
from ganfw.config.data import FilesConfig
from ganfw.config.resolve import resolve
from ganfw.data.check import check
from ganfw.data.mapped import DamagedError, MappedRows
from ganfw.data.prepared import open_prepared
from ganfw.data.rules import BadPictureError, Rules, fit_picture
from ganfw.errors import GanfwError
from ganfw.specs import ImageSpec
from ganfw.training.tensors import read_tensors, write_tensors

pytestmark = [
    pytest.mark.timeout(120),
    pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),  # `datasets` leaves files open that pyarrow refuses
]
SPEC = ImageSpec(size=4, channels=3)


def fuzz(examples):
    """The same examples each time, however loaded the machine is."""
    return settings(
        max_examples=examples, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck)
    )


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("GANFW_CACHE", str(tmp_path / "cache"))


SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8),
    st.sampled_from(["mlp", "dcgan", "hinge", "r1", "two-player", "os:system", "shapes", "files", ".", "type"]),
)  # fmt: skip
WORDS = """
    gan generator discriminator loss regularizers augmentation data image trainer optimizers seed type path size
    channels steps kimg batch_size lr betas stages name requires held_out freeze start_from ema evaluation metrics r1
    gamma hidden latent_dim schedule labels precision tracker health start x
"""
KEYS = st.sampled_from(["", *WORDS.split()])
VALUES = st.recursive(
    SCALARS, lambda below: st.lists(below, max_size=3) | st.dictionaries(KEYS, below, max_size=4), max_leaves=8
)
DOCUMENTS = st.dictionaries(KEYS, VALUES, max_size=6)
SIGNS = [
    *"a1-: \n[]{},&*!|>'\"#%?~\t\0\\@`é\ufeff\u2028\ud800",
    "0x", "1e9", ".inf", "<<", "---", "...", "&a", "*a", "  ",
]  # fmt: skip


@fuzz(500)
@given(st.lists(st.sampled_from(SIGNS), max_size=30).map("".join) | st.text(max_size=60))
def test_text_is_yaml_or_refused(text):
    with suppress(GanfwError):
        value = yaml.loads(text)
        assert repr(yaml.loads(yaml.dumps(value))) == repr(value)


@fuzz(100)
@given(VALUES)
def test_values_are_written_so_that_they_are_read_alike(value):
    with suppress(GanfwError):
        assert repr(yaml.loads(yaml.dumps(value))) == repr(value)


@fuzz(150)
@given(document=DOCUMENTS)
def test_documents_are_recipes_or_refused(tmp_path_factory, document):
    file = tmp_path_factory.getbasetemp() / "recipe.yaml"
    with suppress(GanfwError):
        file.write_text(yaml.dumps(document), encoding="utf-8", errors="surrogatepass")
        resolve(file)


PATHS = st.lists(KEYS, min_size=1, max_size=4).map(".".join)
OVERRIDES = st.tuples(
    PATHS | st.text(max_size=6),
    st.sampled_from(["=", "=", "=", "", "=="]),
    VALUES.map(json.dumps) | st.text(max_size=8),
)


@fuzz(150)
@given(st.lists(OVERRIDES.map("".join), min_size=1, max_size=4))
def test_overrides_count_or_are_refused(arguments):
    with suppress(GanfwError):
        resolve("mlp", ["data=shapes", *arguments])


@st.composite
def damaged(draw, whole):
    """A whole file with some bytes changed, left out, doubled or put in."""
    content = bytearray(draw(st.sampled_from(whole)))
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(content)))
        end = min(len(content), start + draw(st.sampled_from([0, 1, 1, 1, 2, 4, 8, 50])))
        new = draw(
            st.binary(min_size=end - start, max_size=end - start)
            | st.sampled_from(
                [b"", b"\0" * 4, b"\xff" * 4, b"\xff" * 8, b"\x7f" + b"\xff" * 3, bytes(content[start:end]) * 2]
            )
        )
        content[start:end] = new
    return bytes(content[: draw(st.integers(0, len(content)))] if draw(st.integers(0, 5)) == 0 else content)


def picture(kind="PNG", mode="RGB", **options):
    out = io.BytesIO()
    pixels = np.arange(8 * 8 * 4, dtype=np.uint8).reshape(8, 8, 4)
    Image.fromarray(pixels, "RGBA").convert(mode).save(out, kind, **options)
    return out.getvalue()


PICTURES = [
    *(picture(mode=mode) for mode in ("1", "L", "LA", "P", "RGB", "RGBA")),
    *(picture(kind) for kind in ("JPEG", "WEBP", "GIF", "BMP", "TIFF", "PPM", "TGA", "JPEG2000")),
]


@fuzz(500)
@given(damaged(PICTURES), st.sampled_from([1, 3, 4]), st.sampled_from(["crop", "pad", "stretch"]))
def test_damaged_pictures_are_read_or_named(content, channels, fit):
    with suppress(BadPictureError):
        pixels = fit_picture(content, Rules(4, channels, fit)).pixels
        assert (pixels.shape, pixels.dtype) == ((channels, 4, 4), np.uint8)


def zipped(method):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as opened:
        for number in range(3):
            opened.writestr(f"pictures/{number % 2}/{number}.png", picture())
    return out.getvalue()


def table():
    return pa.table({"image": [picture(), picture("JPEG")], "label": [0, 1]})


def parquet(**options):
    out = io.BytesIO()
    pq.write_table(table(), out, **options)
    return out.getvalue()


def arrow(opened):
    out = io.BytesIO()
    with opened(out, table().schema) as writer:
        writer.write_table(table())
    return out.getvalue()


def looked_through(name, content):
    """The data set is opened and each picture read, or it is refused; the same of its labels."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / name
        file.write_bytes(content)
        for labels in ("none", "folders" if name.endswith("zip") else "label"):
            with suppress(GanfwError):
                report = check(FilesConfig(path=str(file), labels=labels), SPEC)
                assert report.total == report.good + len(report.problems)


@fuzz(150)
@given(damaged([zipped(zipfile.ZIP_STORED), zipped(zipfile.ZIP_DEFLATED), zipped(zipfile.ZIP_LZMA)]))
def test_damaged_zips_are_read_or_refused(content):
    looked_through("a.zip", content)


@fuzz(50)
@given(damaged([parquet(), parquet(compression="zstd", use_dictionary=False)]))
def test_damaged_parquet_is_read_or_refused(content):
    looked_through("a.parquet", content)


@fuzz(50)
@given(damaged([arrow(pa.ipc.new_file), arrow(pa.ipc.new_stream)]))
def test_damaged_arrow_is_read_or_refused(content):
    looked_through("a.arrow", content)


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    root = tmp_path_factory.mktemp("prepared")
    for number in range(3):
        (root / "pictures" / f"{number}").mkdir(parents=True)
        (root / "pictures" / f"{number}" / "a.png").write_bytes(picture())
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GANFW_CACHE", str(root / "cache"))
        return FilesConfig(path=str(root / "pictures"), labels="folders").build(SPEC).prepared.folder


@fuzz(150)
@given(data=st.data(), name=st.sampled_from(["labels.npy", "pictures.npy", "checks.npy", "meta.json"]))
def test_damaged_prepared_files_are_opened_or_not(prepared, data, name):
    content = data.draw(damaged([(prepared / name).read_bytes()]))
    with tempfile.TemporaryDirectory() as folder:
        copy = shutil.copytree(prepared, Path(folder) / "copy")
        (copy / name).write_bytes(content)
        if (found := open_prepared(copy)) is not None:
            assert len(found.pictures) == len(found.labels) == 3
            with suppress(DamagedError):
                found.pictures.take(np.arange(3))


def npy(header):
    text = header.encode("latin-1", "replace")
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text) % 65536) + text + b"\0" * 64


HEADERS = st.tuples(
    st.sampled_from(["|u1", "|O", "<i8", "|V999999999", "", "evil", "<M8[s]"]), st.booleans(),
    st.lists(st.sampled_from([0, 1, 4, 64, -1, -64, 2**31, 2**63, 2**64, "a", None, 1.5, True]), max_size=4),
).map(lambda drawn: repr({"descr": drawn[0], "fortran_order": drawn[1], "shape": tuple(drawn[2])}))  # fmt: skip


@fuzz(200)
@given(
    HEADERS | st.text(max_size=40) | st.sampled_from(["(" * 300, "-" * 9000 + "1", "{" * 5000, "[" * 90, "9" * 5000])
)
def test_headers_that_lie_are_not_believed(header):
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "a.npy").write_bytes(npy(header))
        with suppress(ValueError):
            rows = MappedRows(Path(folder) / "a.npy")
            assert len(rows) > 0
            rows.take(np.array([0]))


DTYPES = [
    "F32",
    "F64",
    "F16",
    "BF16",
    "F8_E4M3",
    "F8_E5M2",
    "F8_E8M0",
    "F4",
    "F6_E2M3",
    "C64",
    "I8",
    "U64",
    "BOOL",
    "EVIL",
    3,
]
NUMBERS = st.sampled_from([0, 1, 2, 4, 8, 16, -1, 2**31, 2**63, 2**64, 1.5, None, "a"])
LIES = st.dictionaries(
    st.sampled_from(["a", "b"]),
    st.fixed_dictionaries({
        "dtype": st.sampled_from(DTYPES), "shape": st.lists(NUMBERS, max_size=3),
        "data_offsets": st.lists(NUMBERS, max_size=2) | st.just([0, 8]) | st.just([0, 16]),
    }),
    max_size=2,
)  # fmt: skip
TEXTS = st.one_of(
    VALUES.map(json.dumps),
    st.sampled_from(["[" * 3000, '{"a": "a"}', '{"x": "y"}', '{"x": []}', "9" * 5000]),
)
METADATA = TEXTS | st.dictionaries(st.sampled_from(["aliases", "facts", "checksum"]), TEXTS, max_size=2).map(json.dumps)


def safetensors():
    with tempfile.TemporaryDirectory() as folder:
        file, ones = Path(folder) / "a", torch.ones(2, 2)
        write_tensors(file, {"a": ones, "b": ones, "c": torch.zeros(3)}, facts="{}", checksum=True)
        return file.read_bytes()


def lying(header):
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + b"\0" * 16


@fuzz(300)
@given(
    damaged([safetensors(), save({"a": torch.ones(3)})])
    | LIES.map(lying)
    | METADATA.map(lambda text: save({"a": torch.ones(3)}, {"ganfw": text}))
)
def test_damaged_tensors_are_read_or_refused(content):
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "a.safetensors"
        file.write_bytes(content)
        with suppress(ValueError, SafetensorError):
            assert all(isinstance(tensor, torch.Tensor) for tensor in read_tensors(file).values())
