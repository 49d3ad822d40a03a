import json
import logging
import os
import socket
import subprocess
import sys

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ganfw.config.data import FilesConfig, HubConfig
from ganfw.errors import GanfwError
from ganfw.specs import Condition, ImageSpec

SPEC = ImageSpec(16)


@pytest.fixture(autouse=True)
def no_network(monkeypatch):
    """Nothing asks the network; what is asked in vain is noted, since a library may keep the error to itself."""
    asked = []

    def refuse(*arguments):
        asked.append(arguments)
        raise OSError("there is no network")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    yield
    assert asked == []


@pytest.fixture
def pictures(encoded, noise):
    return [encoded(noise(20, 20, seed)) for seed in range(6)]


@pytest.fixture
def library_lines():
    """What `datasets` logs; its lines do not reach the root logger."""
    lines = []
    handler = logging.Handler()
    handler.emit = lambda record: lines.append(record.getMessage())
    logging.getLogger("datasets").addHandler(handler)
    yield lines
    logging.getLogger("datasets").removeHandler(handler)


def features(**columns):
    return {"huggingface": json.dumps({"info": {"features": columns}})}


def build(path, **settings):
    return FilesConfig(path=str(path), **settings).build(SPEC)


def real(data):
    return data.rows(np.arange(len(data)), np.zeros(len(data), np.int64))["real"]


def refusal(make):
    with pytest.raises(GanfwError) as caught:
        make()
    return str(caught.value)


@pytest.fixture
def table(tmp_path, pictures):
    """A plain table of encoded files, numbers and words."""
    path = tmp_path / "plain.parquet"
    columns = {"words": ["b", "a", "c", "a", "b", "c"], "picture": pictures, "number": [0, 3, 1, 0, 0, 1]}
    pq.write_table(pa.table(columns), path)
    return path


def test_a_column_of_bytes_is_read(table, folder):
    data = build(table)
    np.testing.assert_array_equal(real(data), real(build(folder)))


def test_words_become_classes_in_alphabetical_order_and_numbers_stay(table):
    words, numbers = build(table, labels="words"), build(table, labels="number")
    assert words.spec.condition == Condition("class", 3, ("a", "b", "c"))
    assert words.prepared.labels.tolist() == [1, 0, 2, 0, 1, 2]
    assert numbers.spec.condition == Condition("class", 4)
    assert numbers.prepared.labels.tolist() == [0, 3, 1, 0, 0, 1]


def test_image_and_class_features_are_understood(tmp_path, pictures, caplog):
    cells = [{"bytes": data, "path": f"{n}.png"} for n, data in enumerate(pictures)]
    cells[1] = None
    stored = pa.struct([("bytes", pa.binary()), ("path", pa.string())])
    columns = {
        "first": pa.array(cells, stored), "second": pa.array(cells[::-1], stored),
        "kind": pa.array([1, 0, -1, None, 1, 0], pa.int64()),
    }  # fmt: skip
    image = {"_type": "Image"}
    meta = features(first=image, second=image, kind={"names": ["x", "y", "z"], "_type": "ClassLabel"})
    pq.write_table(pa.table(columns).replace_schema_metadata(meta), tmp_path / "t.parquet")
    first = build(tmp_path / "t.parquet", labels="kind")
    assert first.spec.condition == Condition("class", 3, ("x", "y", "z"))
    assert first.prepared.labels.tolist() == [1, 1, 0]
    assert caplog.messages[:3] == [
        "skipped row 1: the cell is empty",
        "skipped row 2 (2.png): has no usable label: -1",
        "skipped row 3 (3.png): has no usable label: None",
    ]
    second = build(tmp_path / "t.parquet", column="second")
    np.testing.assert_array_equal(real(second)[0], real(build(tmp_path / "t.parquet"))[-1])


@pytest.mark.parametrize("open_writer", [pa.ipc.new_stream, pa.ipc.new_file])
def test_arrow_files_are_read(tmp_path, table, open_writer):
    columns = pq.read_table(table)
    with open_writer(str(tmp_path / "t.arrow"), columns.schema) as writer:
        writer.write_table(columns)
    np.testing.assert_array_equal(real(build(tmp_path / "t.arrow")), real(build(table)))


def test_a_folder_of_tables_is_one_and_splits_by_name(tmp_path, table):
    rows = pq.read_table(table)
    (tmp_path / "many").mkdir()
    pq.write_table(rows[:2], tmp_path / "many" / "train-00000-of-00002.parquet")
    pq.write_table(rows[2:5], tmp_path / "many" / "train-00001-of-00002.parquet")
    pq.write_table(rows[5:], tmp_path / "many" / "test.parquet")
    assert len(build(tmp_path / "many")) == 6
    np.testing.assert_array_equal(real(build(tmp_path / "many", split="train")), real(build(table))[:5])
    assert refusal(lambda: build(tmp_path / "many", split="tran")) == (
        f"{tmp_path}/many has no split 'tran'. It has test, train; did you mean train?"
    )


def test_an_unknown_column_is_refused_with_what_was_meant(table):
    assert refusal(lambda: build(table, labels="word")) == (
        f"{table} has no column 'word' (data.labels). It has words, picture, number; did you mean data.labels=words?"
    )
    assert refusal(lambda: build(table, column="xyz")) == (
        f"{table} has no column 'xyz' (data.column). It has words, picture, number."
    )


def test_a_table_without_pictures_is_refused(tmp_path):
    pq.write_table(pa.table({"a": [1], "b": ["x"]}), tmp_path / "t.parquet")
    assert refusal(lambda: build(tmp_path / "t.parquet")) == (
        f"{tmp_path}/t.parquet has no column of pictures: it has a, b. "
        "Pictures are an Image column, or the encoded files as bytes."
    )


def test_a_table_that_is_none_is_refused(tmp_path, library_lines):
    (tmp_path / "t.parquet").write_bytes(b"hello, this is not a table at all")
    message = refusal(lambda: build(tmp_path / "t.parquet"))
    assert message.startswith(f"{tmp_path}/t.parquet cannot be read as Parquet: ")
    assert message.endswith(". Download or write it again.")
    assert library_lines == []


def test_a_damaged_table_is_refused(table, library_lines):
    data = bytearray(table.read_bytes())
    data[100:2000] = bytes(1900)
    table.write_bytes(data)
    message = refusal(lambda: build(table))
    assert message.startswith(f"{table} is damaged: ")
    assert message.endswith(". Download or write it again.")
    assert library_lines == []
    assert logging.getLogger("datasets.packaged_modules").level == logging.NOTSET


def test_a_data_set_without_rows_is_refused(monkeypatch):
    import datasets

    empty = datasets.Dataset.from_dict({"image": []}, datasets.Features({"image": datasets.Image()}))
    monkeypatch.setattr(datasets, "load_dataset", lambda *_, **__: empty)
    assert refusal(lambda: HubConfig(name="a/b").build(SPEC)) == "a/b has no rows. Give another data set."


def test_rows_that_are_no_pictures_are_named(table, caplog):
    columns = pq.read_table(table).to_pydict()
    columns["picture"][2] = b"hello"
    columns["picture"][4] = None
    pq.write_table(pa.table(columns), table)
    assert len(build(table)) == 4
    assert caplog.messages[:2] == [
        "skipped row 2: not a picture that Pillow can read",
        "skipped row 4: the cell is empty",
    ]


def test_labels_of_two_kinds_and_folders_are_refused(table):
    assert refusal(lambda: build(table, labels="folders")) == (
        f"data.labels=folders takes folders as classes, but {table} is a table. "
        "Give the name of the column with the classes, or data.labels=none."
    )
    assert refusal(lambda: build(table, split="train")) == (
        f"data.split=train chooses among files, but {table} is one file. Leave data.split out."
    )


def test_a_hub_data_set_is_asked_for_once(monkeypatch, pictures):
    import datasets

    asked = []

    def load(name, subset, **settings):
        asked.append((name, subset, settings))
        return datasets.Dataset.from_dict(
            {"image": [{"bytes": data, "path": None} for data in pictures], "label": [0, 1] * 3},
            datasets.Features({"image": datasets.Image(), "label": datasets.ClassLabel(names=["a", "b"])}),
        )

    monkeypatch.setattr(datasets, "load_dataset", load)
    config = HubConfig(name="someone/pictures", labels="label", split="test", revision="v1")
    data = config.build(SPEC)
    assert data.spec.condition == Condition("class", 2, ("a", "b"))
    assert len(data) == 6
    assert config.build(SPEC).fingerprint == data.fingerprint
    assert asked == [("someone/pictures", None, {"split": "test", "revision": "v1"})]


def test_a_hub_data_set_that_cannot_be_had_says_so(tmp_path):
    code = (
        "from ganfw.config.data import HubConfig\n"
        "from ganfw import GanfwError, ImageSpec\n"
        "try:\n    HubConfig(name='no-one/nothing').build(ImageSpec(16))\n"
        "except GanfwError as error:\n    print(error)"
    )
    env = os.environ | {"HF_HUB_OFFLINE": "1", "HF_HOME": str(tmp_path / "hf"), "GANFW_CACHE": str(tmp_path / "cache")}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=env)
    assert done.stdout == (
        "the data set 'no-one/nothing' cannot be loaded from the Hugging Face hub: Couldn't reach 'no-one/nothing' on "
        "the Hub (OfflineModeIsEnabled). Check data.name and data.split=train, and that this machine is online; or "
        "give files of your own: data.type=files data.path=FOLDER.\n"
    )
    assert list((tmp_path / "cache" / "data").iterdir()) == []


def test_settings_import_nothing_heavy():
    code = (
        "import sys, ganfw.config.data as data\n"
        "data.FilesConfig(path='x'), data.HubConfig(name='x')\n"
        "print([name for name in ('torch', 'numpy', 'PIL', 'datasets', 'pyarrow') if name in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


def test_core_brings_its_data_sources():
    from ganfw.plugins.builtin import ganfw_register_data

    assert [part.name for part in ganfw_register_data()] == [
        "files", "hub", "shapes", "gaussians", "domains", "semi-supervised", "binary",
    ]  # fmt: skip
