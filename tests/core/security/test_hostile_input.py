"""Malformed and hostile files and settings: each is refused in a sentence, in little time, and does nothing else."""

import io
import json
import pickle
import struct
import time
import zipfile

import numpy as np
import pytest
from PIL import Image

import ganfw
from ganfw.cli.main import main
from ganfw.errors import GanfwError
from ganfw.training.starting import start_from


class Evil:
    """Unpickled, it leaves a file behind."""

    def __reduce__(self):
        return open, ("pwned", "w")


PICKLE = pickle.dumps(Evil())
DEEP = 2000
BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{chr(98 + n)}: &{chr(98 + n)} [{', '.join([f'*{chr(97 + n)}'] * 9)}]\n" for n in range(9)
)
RECIPES = {
    "alias bomb": BOMB,
    "python object": "gan: !!python/object/apply:os.system ['touch pwned']\n",
    "python name": "gan: !!python/name:os.system\n",
    "unknown tag": "gan: !evil x\n",
    "equal keys": "gan: two-player\ngan: other\n",
    "deep list": "gan: " + "[" * DEEP + "]" * DEEP,
    "deep mapping": "".join(" " * n + "a:\n" for n in range(500)),
    "half a character": 'gan: "\\ud800"\n',
    "half a character as a key": '"\\udfff": 1\n',
    "no mapping": "- 1\n- 2\n",
    "a scalar": "hello",
    "empty": "",
    "null": "null",
    "nul byte": "gan: two\0player",
    "not closed": "gan: [",
    "tab": "gan:\n\t- x",
    "bad utf-8": b"gan: \xff\xfe\xfa",
    "two documents": "gan: a\n---\ngan: b\n",
    "python path as a game": "gan: os:system\n",
    "python path as a part": "generator: {type: 'ganfw.config.data:FilesConfig', path: pictures}\ndata: shapes\n",
    "python path as data": "data: {type: 'subprocess:Popen', args: [touch, pwned]}\n",
    "merge key": "<<: {gan: two-player}\n",
    "anchor to itself": "a: &a [*a]\n",
    "huge integer": "seed: " + "9" * 5000,
    "negative seed": "seed: -1\ngan: two-player",
    "infinite": "trainer: {kimg: .inf}",
    "not a number": "trainer: {kimg: .nan}",
    "long key": "x" * 100_000 + ": 1",
    "integer keys": "1: 2\n",
    "pickle": PICKLE,
    "picture": b"\x89PNG\r\n\x1a\n" + b"\0" * 100,
    "a stage of nothing": "stages: []\n",
    "stages of text": "stages: hello\n",
}
SETTINGS = [
    "generator.type=os:system", "generator.type=../../etc/passwd", "generator.type=ganfw.model:load", "generator.type=",
    "generator.type=[dcgan]", "generator.type={type: dcgan}", "generator=1", "generator=null", "generator.__class__=1",
    "__class__=1", "generator.__init__.x=1", "=1", "==", ".=1", "a..b=1", "trainer.steps=-1", "trainer.steps=1e99",
    "trainer.steps=0", "trainer.steps=[1]", "trainer.batch_size=0", "trainer.batch_size=.nan",
    "image.size=0", "image.size=-8", "image.size=3.5", "image.channels=2", "image.size=999999999999999999999",
    "optimizers.generator.lr=.nan", "optimizers.generator.lr=-1", "optimizers.generator.lr=.inf",
    "optimizers.generator.betas=[2, 2]", "optimizers.generator.betas=[0.5]", "optimizers.evil.lr=1", "seed=-1",
    "seed=1.5", "seed=!!python/name:os.system", "data=!!python/object/apply:os.system ['touch pwned']",
    "data.path=/nonexistent", "data.type=nothing", "data.path=[a, b]", "loss.type=nothing", "loss=[hinge]",
    "regularizers=[r1]", "regularizers.r1.gamma=[1]", "regularizers.r1.gamma=-1", "regularizers.evil.weight=1",
    "freeze=[nobody]", "freeze=generator", "trainer.tracker=evil", "trainer.precision=float8", "requires=[!!]",
    "requires=x", "held_out.type=nothing", "trainer.evaluation.metrics.evil.x=1", "gan=nothing",
    "generator.width=999999999999999999999999", "generator.width=-1", "generator.latent_dim=0", "{}=1", "a=[", "a={",
    "trainer.evaluation.every_kimg=0", "trainer.ema.half_life=0", "generator_every=0", "augmentation.type=nothing",
]  # fmt: skip


@pytest.fixture(autouse=True)
def quiet_corner(tmp_path, monkeypatch):
    """An empty folder to work in; nothing may be left in it, and nothing may take long."""
    monkeypatch.setenv("GANFW_CACHE", str(tmp_path / "cache"))
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    begun = time.monotonic()
    yield
    assert time.monotonic() - begun < 20
    assert not (tmp_path / "here" / "pwned").exists()
    assert not (tmp_path / "pwned").exists()


def refused(capsys, *arguments):
    """The command ends with 2 and one complaint; `data check` with 1 and a list of files."""
    with pytest.raises(SystemExit) as stopped:
        main([str(argument) for argument in arguments])
    printed = capsys.readouterr()
    said = printed.err + printed.out
    assert stopped.value.code in ((1, 2) if arguments[:2] == ("data", "check") else (2,)), said
    assert "Traceback" not in said
    assert said.strip()
    assert len(said) < 20_000
    return said


@pytest.mark.parametrize("name", RECIPES)
def test_recipes(name, tmp_path, capsys):
    content = RECIPES[name]
    file = tmp_path / "recipe.yaml"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    refused(capsys, "check", file)


@pytest.mark.parametrize("setting", SETTINGS)
def test_settings(setting, capsys):
    refused(capsys, "check", "mlp", setting)


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "/etc/passwd", "a/../b", "", ".", "mlp\0", "x" * 5000, "os:system"]
)
def test_names_of_recipes(name, capsys):
    refused(capsys, "check", name)


def header(**tensors):
    text = json.dumps(tensors).encode()
    return struct.pack("<Q", len(text)) + text


def weights(shape=(2,), offsets=(0, 8), dtype="F32", data=b"\0" * 8):
    return header(a={"dtype": dtype, "shape": shape, "data_offsets": offsets}) + data


SAFETENSORS = {
    "empty": b"",
    "short": b"\1\2\3",
    "length beyond the file": struct.pack("<Q", 10**9) + b"{}",
    "largest length": b"\xff" * 8,
    "no json": struct.pack("<Q", 4) + b"\x80abc",
    "a list": struct.pack("<Q", 2) + b"[]",
    "offsets beyond the file": weights(offsets=(0, 10**9)),
    "offsets turned round": weights(offsets=(8, 0)),
    "negative offsets": weights(offsets=(-8, 0)),
    "shape does not fit": weights(shape=(3,)),
    "huge shape": weights(shape=(2**40, 2**40)),
    "negative shape": weights(shape=(-2,)),
    "text in the shape": weights(shape=("a",)),
    "unknown dtype": weights(dtype="EVIL"),
    "a wider dtype": weights(dtype="F64"),
    "a narrower dtype": weights(dtype="F16"),
    "a dtype that torch has not": weights(dtype="F4", shape=(16,)),
    "bits beyond the integers": weights(shape=(2**63, 2**63)),
    "hole": header(a={"dtype": "F32", "shape": [1], "data_offsets": [4, 8]}) + b"\0" * 8,
    "overlap": header(**{
        name: {"dtype": "F32", "shape": [2], "data_offsets": [start, start + 8]} for name, start in (("a", 0), ("b", 4))
    }) + b"\0" * 12,
    "trailing bytes": weights() + b"\0" * 99,
    "missing data": weights(data=b""),
    "pickle": PICKLE,
    "zip with a pickle": None,
    "deep json": struct.pack("<Q", 2 * DEEP) + b"[" * DEEP + b"]" * DEEP,
    "other names": weights(),
    "no tensors": header(),
}  # fmt: skip


@pytest.mark.parametrize("name", SAFETENSORS)
def test_weights(name, copied, capsys):
    content = SAFETENSORS[name]
    if content is None:
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            archive.writestr("archive/data.pkl", PICKLE)
        content = packed.getvalue()
    (copied / "model" / "model.safetensors").write_bytes(content)
    assert str(copied) in refused(capsys, "sample", copied, "--count", "1")


CONFIGS = {
    "empty": "", "list": "[]", "null": "null", "number": "1", "text": '"hello"', "deep": "[" * DEEP + "]" * DEEP,
    "not utf-8": b"\xff\xfe", "not closed": '{"recipe": ', "pickle": PICKLE, "nothing in it": "{}",
}  # fmt: skip


@pytest.mark.parametrize("name", CONFIGS)
def test_configs_of_models(name, copied, capsys):
    content = CONFIGS[name]
    (copied / "model" / "config.json").write_bytes(content if isinstance(content, bytes) else content.encode())
    assert str(copied) in refused(capsys, "sample", copied, "--count", "1")


CHANGES = {
    "unknown spec": {"spec": {"type": "EvilSpec"}},
    "spec is text": {"spec": "ImageSpec"},
    "spec without size": {"spec": {"type": "ImageSpec"}},
    "spec of another size": {"spec": {"type": "ImageSpec", "size": 999, "channels": 3, "condition": None}},
    "huge spec": {"spec": {"type": "ImageSpec", "size": 2**40, "channels": 3, "condition": None}},
    "condition is text": {"spec": {"type": "ImageSpec", "size": 8, "channels": 1, "condition": "x"}},
    "recipe is text": {"recipe": "mlp"},
    "recipe is a list": {"recipe": []},
    "recipe of nothing": {"recipe": {}},
    "python path as a part": {"recipe": {"gan": "two-player", "generator": {"type": "os:system"}}},
    "python path as a game": {"recipe": {"gan": "os:system"}},
    "no recipe": {"recipe": None},
    "no count of images": {"images": None},
    "makers are text": {"made_with": "ganfw"},
}


@pytest.mark.parametrize("name", CHANGES)
def test_facts_of_models(name, copied, capsys):
    file = copied / "model" / "config.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), **CHANGES[name]}))
    refused(capsys, "sample", copied, "--count", "1")


def picture(size=(16, 16), mode="RGB", kind="PNG"):
    file = io.BytesIO()
    Image.new(mode, size).save(file, kind)
    return file.getvalue()


def huge_png(width, height):
    """A header that promises more than any memory holds, and one row of data."""
    import zlib

    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 99)) + chunk(b"IEND", b"")


PICTURES = {
    "empty": b"",
    "text": b"hello",
    "html": b"<html><script>alert(1)</script></html>",
    "svg": b"<svg xmlns='http://www.w3.org/2000/svg'/>",
    "pickle": PICKLE,
    "truncated": picture((64, 64))[:60],
    "only a header": picture()[:8],
    "60,000 x 60,000": huge_png(60_000, 60_000),
    "2 billion wide": huge_png(2**31 - 1, 1),
    "no pixels": huge_png(0, 0),
    "flipped bytes": bytes(byte ^ 0x55 for byte in picture()),
    "truncated jpeg": picture(kind="JPEG")[:200],
    "truncated webp": picture((64, 64), kind="WEBP")[:30],
    "random": np.random.default_rng(0).bytes(500),
}


@pytest.mark.parametrize("name", PICTURES)
def test_pictures(name, tmp_path, capsys):
    folder = tmp_path / "pictures"
    folder.mkdir()
    (folder / "good.png").write_bytes(picture())
    (folder / "bad.png").write_bytes(PICTURES[name])
    assert "bad.png" in refused(capsys, "data", "check", folder, "image.size=8")


def archive(*members):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as opened:
        for name, content in members:
            opened.writestr(name, content)
    return packed.getvalue()


ZIPS = {
    "empty": b"",
    "no zip": b"PK\3\4hello",
    "truncated": archive(("a.png", picture()))[:-30],
    "no pictures": archive(("readme.txt", "hello")),
    "a pickle": archive(("a.png", PICKLE)),
    "a zip inside": archive(("a.png", archive(("b.png", picture())))),
    "a bomb": archive(("a.png", b"\0" * 50_000_000)),
    "a huge picture": archive(("a.png", huge_png(60_000, 60_000))),
    "flipped": bytes(byte ^ 0xFF for byte in archive(("a.png", picture()))),
}


@pytest.mark.parametrize("name", ZIPS)
def test_zips(name, tmp_path, capsys):
    file = tmp_path / "pictures.zip"
    file.write_bytes(ZIPS[name])
    assert "pictures.zip" in refused(capsys, "data", "check", file, "image.size=8")


@pytest.mark.parametrize("name", ["../pwned.png", "/pwned.png", "a/../../pwned.png", "..\\pwned.png"])
def test_names_in_zips_are_never_places(name, tmp_path, capsys):
    (tmp_path / "pictures.zip").write_bytes(archive((name, picture()), ("good.png", picture())))
    with pytest.raises(SystemExit):
        main(["data", "check", str(tmp_path / "pictures.zip"), "image.size=8"])
    assert "Traceback" not in capsys.readouterr().err
    assert sorted(file.name for file in tmp_path.rglob("*.png")) == []


STATES = {"state.json": [b"", b"[]", b"{}", b"null", PICKLE, b'{"step": "x"}', b'{"step": -1}', b'{"step": 1e99}'],
          "state.safetensors": [b"", PICKLE, weights(), b"\xff" * 8, header()]}  # fmt: skip


@pytest.mark.parametrize(("file", "number"), [(file, n) for file, all_ in STATES.items() for n in range(len(all_))])
def test_checkpoints(file, number, copied, capsys):
    """The only checkpoint is damaged: it is named, and nothing of it is used."""
    (checkpoint,) = (copied / "checkpoints").iterdir()
    (checkpoint / file).write_bytes(STATES[file][number])
    gan = ganfw.load(copied).gan
    with pytest.raises(GanfwError, match=r"step-|checkpoint"):
        start_from(gan, copied)


@pytest.mark.parametrize("content", ["", "[]", "{}", "null", "1", "\0", "hello", '{"score": 1}', "{" * DEEP])
def test_scores(content, copied, capsys):
    """Lines that are no scores are left out, as a line is that a kill has torn."""
    from ganfw import scores

    (copied / "scores.jsonl").write_text(content)
    assert scores.read(copied / "scores.jsonl") == []


@pytest.mark.parametrize("content", ["", "[]", "{}", "null", "1", "\0", '{"step": 1}', "{" * DEEP])
def test_logs(content, tmp_path):
    from ganfw.training import logbook

    (tmp_path / "metrics.jsonl").write_text(content)
    assert logbook.read(tmp_path / "metrics.jsonl") == []


@pytest.mark.parametrize("what", ["file", "fifo", "read-only", "a link to nowhere"])
def test_run_folders(what, tmp_path, capsys):
    import os

    run = tmp_path / "run"
    if what == "file":
        run.write_text("")
    elif what == "fifo":
        os.mkfifo(run)
    elif what == "a link to nowhere":
        run.symlink_to(tmp_path / "nowhere" / "deep")
    else:
        run = "/proc/run"
    assert "run" in refused(capsys, "train", "mlp", "--run", run, "trainer.steps=1", "data=shapes", "image.size=8")


@pytest.mark.parametrize(
    "content", [b"", b"x", PICKLE, b"import os\nos.system(", b"\xff\xfe", b"raise SystemExit(3)", b"1/0"]
)
def test_plugin_files(content, tmp_path, capsys):
    file = tmp_path / "plugin.py"
    file.write_bytes(content)
    with pytest.raises(SystemExit) as stopped:
        main(["recipes", "--plugin", str(file)])
    said = capsys.readouterr().err
    assert "Traceback" not in said
    assert stopped.value.code in (0, 2)
