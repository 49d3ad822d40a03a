"""No code that a file brings is run: nothing in the packages could, and no file with a pickle in any place does."""

import ast
import io
import json
import pickle
import zipfile
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

import ganfw
from ganfw import scores
from ganfw.config.data import FilesConfig
from ganfw.config.resolve import resolve
from ganfw.data.prepared import open_prepared
from ganfw.specs import ImageSpec
from ganfw.training import logbook
from ganfw.training.checkpoint import Checkpoints
from ganfw.training.starting import start_from

PACKAGES = Path(__file__).parents[3] / "packages"
MODULES = {"cloudpickle", "dill", "joblib", "jsonpickle", "marshal", "pickle", "runpy", "shelve"}
CALLS = {
    "builtins.__import__", "builtins.eval", "builtins.exec", "importlib.import_module",
    "numpy.load", "os.popen", "os.system", "pandas.read_pickle", "torch.export.load", "torch.hub.load",
    "torch.hub.load_state_dict_from_url", "torch.jit.load", "torch.load", "torch.package.PackageImporter",
    "yaml.full_load", "yaml.full_load_all", "yaml.load", "yaml.load_all", "yaml.unsafe_load", "yaml.unsafe_load_all",
}  # fmt: skip
METHODS = {"exec_module", "load_module"}
KEYWORDS = {("allow_pickle", True), ("shell", True), ("trust_remote_code", True), ("weights_only", False)}

ALLOWED = {
    # Only plugins, which are code and are meant to run.
    ("ganfw/plugins/finding.py", "spec.loader.exec_module"): "the file that was given with --plugin",
    ("ganfw/plugins/checking.py", "importlib.import_module"): "settings that an installed plugin names, no recipe",
    ("ganfw/cli/extending.py", "importlib.import_module"): "a command that an installed plugin names",
    ("ganfw/lazy.py", "importlib.import_module"): "a module of the package itself, from a table in its source",
    # Weights that are published as pickles: read by torch's own reader of tensors, which runs no code.
    ("ganfw_metrics/extractors/inception.py", "pickle"): "for the name of an error",
    ("ganfw_metrics/extractors/inception.py", "pickle.UnpicklingError"): "the name of the error",
    ("ganfw_metrics/extractors/inception.py", "torch.load(weights_only=True)"): "the published weights",
    ("ganfw_metrics/extractors/inception.py", "torch.hub.load_state_dict_from_url(weights_only=True)"): "the same",
    ("ganfw_metrics/extractors/efficientnet.py", "torch.load(weights_only=True)"): "weights of an installed package",
    # Read back where it has just been written.
    ("ganfw/export/graph.py", "torch.export.load"): "the graph that the line before has saved",
}


class Dangers(ast.NodeVisitor):
    """Finds, by its full name, what could run code that a file brings."""

    def __init__(self, tree):
        self.found = []
        self.names = {name: f"builtins.{name}" for name in ("__import__", "eval", "exec")}
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                self.names |= {alias.asname: alias.name for alias in node.names if alias.asname}
            elif isinstance(node, ast.ImportFrom):
                self.names |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
        self.visit(tree)

    def full_name(self, node):
        """``np.load`` as ``numpy.load``."""
        if isinstance(node, ast.Attribute):
            return f"{self.full_name(node.value)}.{node.attr}"
        return self.names.get(node.id, node.id) if isinstance(node, ast.Name) else "?"

    def visit_Import(self, node):
        self.found += [alias.name for alias in node.names if alias.name.partition(".")[0] in MODULES]

    def visit_ImportFrom(self, node):
        self.found += [node.module] if (node.module or "").partition(".")[0] in MODULES else []

    def visit_Name(self, node, told=""):
        name = self.full_name(node)
        if name in CALLS or name.rpartition(".")[2] in METHODS or name.partition(".")[0] in MODULES:
            self.found.append(name + told)
        elif isinstance(node, ast.Attribute):
            self.visit(node.value)

    def visit_Attribute(self, node):
        self.visit_Name(node)

    def visit_Call(self, node):
        given = {(each.arg, each.value.value) for each in node.keywords if isinstance(each.value, ast.Constant)}
        self.found += [f"{name}={value}" for name, value in KEYWORDS & given]
        name = self.full_name(node.func)
        if name.endswith(".from_pretrained") and ("use_safetensors", True) not in given:
            self.found.append(name)
        if isinstance(node.func, ast.Name | ast.Attribute):
            self.visit_Name(node.func, "(weights_only=True)" if ("weights_only", True) in given else "")
        else:
            self.visit(node.func)
        for each in [*node.args, *node.keywords]:
            self.visit(each)


def test_nothing_in_the_packages_could_run_what_a_file_brings():
    """Whatever could is allowed in one place, for a reason; and every reason is still needed."""
    sources = sorted([*PACKAGES.glob("*/src/**/*.py"), *PACKAGES.glob("*/*/src/**/*.py")])
    assert len(sources) > 150
    found = {
        (source.as_posix().partition("/src/")[2], danger)
        for source in sources
        for danger in Dangers(ast.parse(source.read_text(encoding="utf-8"))).found
    }
    assert sorted(found - ALLOWED.keys()) == []
    assert sorted(ALLOWED.keys() - found) == []


@pytest.mark.parametrize(
    ("source", "danger"),
    [
        ("import pickle", "pickle"),
        ("import pickle as p; p.loads(x)", "pickle.loads"),
        ("from joblib import load", "joblib"),
        ("import dill.source", "dill.source"),
        ("import torch as t\nt.load(x)", "torch.load"),
        ("from torch import load as read\nread(x, weights_only=False)", "weights_only=False"),
        ("import torch\nmap(torch.load, files)", "torch.load"),
        ("import torch\ntorch.load(x, weights_only=True).items()", "torch.load(weights_only=True)"),
        ("import numpy as np\nnp.load(x)", "numpy.load"),
        ("read(x, allow_pickle=True)", "allow_pickle=True"),
        ("import yaml\nyaml.load(x, Loader=yaml.SafeLoader)", "yaml.load"),
        ("from yaml import unsafe_load\nunsafe_load(x)", "yaml.unsafe_load"),
        ("eval(x)", "builtins.eval"),
        ("list(map(exec, x))", "builtins.exec"),
        ("import os\nos.system(x)", "os.system"),
        ("from importlib import import_module as f\nf(x)", "importlib.import_module"),
        ("AutoModel.from_pretrained(x)", "AutoModel.from_pretrained"),
        ("run(x, shell=True)", "shell=True"),
    ],
)
def test_what_could_run_code_is_found(source, danger):
    assert danger in Dangers(ast.parse(source)).found


@pytest.mark.parametrize(
    "source", ["model.eval()", "re.compile(x)", "network.compile()", "json.loads(x)", "torch.save"]
)
def test_what_could_not_is_not(source):
    assert Dangers(ast.parse(source)).found == []


class Evil:
    """Unpickled, it leaves a file behind."""

    def __init__(self, marker):
        self.marker = str(marker)

    def __reduce__(self):
        return open, (self.marker, "w")


def npy(evil):
    out = io.BytesIO()
    np.save(out, np.array([evil, evil], dtype=object), allow_pickle=True)
    return out.getvalue()


def npz(evil):
    out = io.BytesIO()
    np.savez(out, a=np.array([evil], dtype=object))
    return out.getvalue()


def pt(evil, zipped=True):
    out = io.BytesIO()
    torch.save({"weight": evil}, out, _use_new_zipfile_serialization=zipped)
    return out.getvalue()


def archive(evil):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as opened:
        opened.writestr("pictures/a.png", pickle.dumps(evil))
        opened.writestr("pictures/labels.npy", npy(evil))
    return out.getvalue()


KINDS = {
    "pickle": pickle.dumps,
    "oldest pickle": lambda evil: pickle.dumps(evil, protocol=0),
    "npy of objects": npy,
    "npz of objects": npz,
    "torch's zip": pt,
    "torch's first format": lambda evil: pt(evil, zipped=False),
    "zip": archive,
}


@pytest.fixture(params=KINDS)
def evil(request, tmp_path, monkeypatch):
    """A file that leaves a mark where it is unpickled; none may be left."""
    monkeypatch.setenv("GANFW_CACHE", str(tmp_path / "cache"))
    marker = tmp_path / "marker"
    content = KINDS[request.param](Evil(marker))
    yield content
    assert not marker.exists()


def test_the_files_are_as_evil_as_they_should_be(tmp_path):
    marker = tmp_path / "marker"
    pickle.loads(pickle.dumps(Evil(marker))).close()
    assert marker.exists()


def test_a_prepared_file_that_is_none_is_prepared_anew(evil, tmp_path):
    for number, name in enumerate("ab"):
        (tmp_path / "pictures" / name).mkdir(parents=True)
        Image.new("RGB", (8, 8), (number, 0, 0)).save(tmp_path / "pictures" / name / "0.png")
    config, spec = FilesConfig(path=str(tmp_path / "pictures"), labels="folders"), ImageSpec(size=8, channels=3)
    folder = config.build(spec).prepared.folder
    for name in ("labels.npy", "pictures.npy", "checks.npy", "meta.json"):
        whole = (folder / name).read_bytes()
        (folder / name).write_bytes(evil)
        assert open_prepared(folder) is None
        config.build(spec)
        assert (folder / name).read_bytes() == whole


@pytest.mark.parametrize("name", ["model.safetensors", "config.json"])
def test_a_model_is_refused(name, evil, copied):
    (copied / "model" / name).write_bytes(evil)
    with pytest.raises(ganfw.GanfwError, match=r"^the model in .* cannot be read: "):
        ganfw.load(copied)


@pytest.mark.parametrize("name", ["state.safetensors", "state.json"])
def test_a_checkpoint_is_refused_though_its_checksum_is_right(name, evil, copied):
    (folder,) = (copied / "checkpoints").iterdir()
    (folder / name).write_bytes(evil)
    if name == "state.safetensors":
        facts = json.loads((folder / "state.json").read_text()) | {"sha256": sha256(evil).hexdigest()}
        (folder / "state.json").write_text(json.dumps(facts))
    with pytest.raises(ganfw.GanfwError, match=r"^every checkpoint in .* is torn"):
        Checkpoints(copied / "checkpoints").newest()


def test_weights_to_start_from_are_refused(evil, copied):
    gan = ganfw.load(copied).gan
    (copied / "model" / "model.safetensors").write_bytes(evil)
    with pytest.raises(ganfw.GanfwError, match=r"^start_from: .* cannot be read: "):
        start_from(gan, copied / "model")


def test_lines_that_are_none_are_left_out(evil, tmp_path):
    for read in (scores.read, logbook.read):
        (tmp_path / "lines.jsonl").write_bytes(evil)
        assert read(tmp_path / "lines.jsonl") == []


def test_a_recipe_is_refused(evil, tmp_path):
    (tmp_path / "recipe.yaml").write_bytes(evil)
    with pytest.raises(ganfw.GanfwError, match=r"recipe\.yaml"):
        resolve(tmp_path / "recipe.yaml")


@pytest.mark.parametrize("name", ["a.parquet", "a.arrow", "a.zip", "pictures/a.png"])
@pytest.mark.filterwarnings("ignore:.*:ResourceWarning")  # `datasets` leaves a file open that pyarrow refuses
def test_data_are_refused(name, evil, tmp_path):
    file = tmp_path / name
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(evil)
    path = file.parent if name.endswith(".png") else file
    with pytest.raises(ganfw.GanfwError, match=str(path)):
        FilesConfig(path=str(path)).build(ImageSpec(size=8, channels=3))


def test_a_picture_of_a_table_is_refused(evil, tmp_path):
    import pyarrow as pa
    import pyarrow.parquet as pq

    pq.write_table(pa.table({"image": [evil]}), tmp_path / "a.parquet")
    with pytest.raises(ganfw.GanfwError, match="row 0: not a picture that Pillow can read"):
        FilesConfig(path=str(tmp_path / "a.parquet")).build(ImageSpec(size=8, channels=3))
