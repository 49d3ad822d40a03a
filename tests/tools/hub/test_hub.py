"""To a Hub on this machine and back: the calls of its API that a model needs, answered from memory."""

import base64
import hashlib
import http.server
import json
import os
import subprocess
import sys
import threading
from itertools import pairwise

import pytest
import torch

import ganfw
from ganfw.cli.main import main

LENGTH = ["trainer.steps=1", "trainer.batch_size=4", "trainer.tracker=null", "trainer.sample_every=null"]
SIZE = ["image.size=16", "generator.width=4", "discriminator.width=4", "trainer.evaluation.count=4"]
TOKEN = "hf_secretsecretsecret"


class Hub(http.server.BaseHTTPRequestHandler):
    """Repositories as dictionaries of files, each with one commit: the hash of its files."""

    repositories: dict = {}  # noqa: RUF012
    asked: list = []  # noqa: RUF012
    protocol_version = "HTTP/1.1"

    def log_message(self, *arguments):
        pass

    def answer(self, status, body=b"", **headers):
        body = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        for name, value in {"Content-Length": len(body), **headers}.items():
            self.send_header(name.replace("_", "-"), str(value))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def body(self):
        if self.headers.get("Transfer-Encoding") == "chunked":
            parts = []
            while size := int(self.rfile.readline(), 16):
                parts.append(self.rfile.read(size))
                self.rfile.readline()
            self.rfile.readline()
            return b"".join(parts)
        return self.rfile.read(int(self.headers.get("Content-Length", 0)))

    def do_POST(self):
        self.asked.append(self.path)
        sent, parts = self.body(), self.path.split("?")[0].strip("/").split("/")
        if self.headers.get("Authorization") != f"Bearer {TOKEN}":
            return self.answer(401, {"error": "no"})
        if parts[-2:] == ["repos", "create"]:
            facts = json.loads(sent)
            name = f"{facts.get('organization') or 'me'}/{facts['name']}"
            self.repositories.setdefault(name, {})
            return self.answer(200, {"url": f"http://{self.headers['Host']}/{name}", "id": name})
        if parts[-1] == "validate-yaml":
            return self.answer(200, {"errors": [], "warnings": []})
        name = "/".join(parts[2:4])
        if parts[4] == "preupload":
            files = [{"path": file["path"], "uploadMode": "regular", "shouldIgnore": False, "oid": None}
                     for file in json.loads(sent)["files"]]  # fmt: skip
            return self.answer(200, {"files": files})
        for line in map(json.loads, sent.decode().splitlines()):
            if line["key"] == "file":
                self.repositories[name][line["value"]["path"]] = base64.b64decode(line["value"]["content"])
        url = f"http://{self.headers['Host']}/{name}/commit/{self.commit(name)}"
        return self.answer(200, {"success": True, "commitOid": self.commit(name), "commitUrl": url})

    def commit(self, name):
        return hashlib.sha1(repr(sorted(self.repositories[name].items())).encode()).hexdigest()

    def do_GET(self):
        self.asked.append(self.path)
        parts = self.path.split("?")[0].strip("/").split("/")
        api = parts[:2] == ["api", "models"]
        name = "/".join(parts[2:4] if api else parts[:2])
        if name not in self.repositories:
            return self.answer(404, {"error": "not found"}, X_Error_Code="RepoNotFound")
        files, commit = self.repositories[name], self.commit(name)
        revision = next((part for before, part in pairwise(parts)
                         if before in ("revision", "resolve", "tree")), "main")  # fmt: skip
        if revision not in ("main", commit):
            return self.answer(404, {"error": "not found"}, X_Error_Code="RevisionNotFound")
        if api and "tree" in parts:
            return self.answer(200, [{"type": "file", "path": path, "size": len(content), "oid": _oid(content)}
                                     for path, content in files.items()])  # fmt: skip
        if api:
            siblings = [{"rfilename": path} for path in files]
            return self.answer(200, {"id": name, "sha": commit, "siblings": siblings, "private": False})
        content = files.get("/".join(parts[4:]))
        if content is None:
            return self.answer(404, X_Error_Code="EntryNotFound")
        return self.answer(200, content, ETag=f'"{_oid(content)}"', X_Repo_Commit=commit)

    do_HEAD = do_GET  # noqa: N815


def _oid(content):
    return hashlib.sha1(content).hexdigest()


@pytest.fixture
def hub(monkeypatch, tmp_path):
    Hub.repositories, Hub.asked = {}, []
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Hub)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    address = f"http://127.0.0.1:{server.server_port}"
    yield address
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GANFW_CACHE", str(folder / "cache"))
        with pytest.raises(SystemExit) as stopped:
            main(["train", "dcgan", *SIZE, *LENGTH, "--run", str(folder / "run")])
        assert stopped.value.code == 0
    return folder / "run"


def python(code, address, tmp_path, **environment):
    """Run code in a process of its own, since the client reads its settings on import."""
    settings = {"HF_ENDPOINT": address, "HF_HOME": str(tmp_path / "hf"), "HF_TOKEN": TOKEN, "HF_HUB_OFFLINE": "0",
                "HF_HUB_DISABLE_PROGRESS_BARS": "1", **environment}  # fmt: skip
    return subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, **settings}, cwd=tmp_path, capture_output=True, text=True,
        timeout=120,
    )  # fmt: skip


PUSH = "import sys; from ganfw.cli.main import main; sys.argv[1:] = []; main(['push', {run!r}, 'me/faces', *{more!r}])"
PULL = (
    "from ganfw_hub import from_pretrained; import torch; model = from_pretrained({name!r}{more}); "
    "torch.save(model.sample(3), 'samples.pt'); print(model.images)"
)
COMPLAIN = (
    "import ganfw\ntry:\n    from ganfw_hub import from_pretrained\n    from_pretrained({name!r}{more})\n"
    "except ganfw.GanfwError as error:\n    print(error)"
)


NONE = "there is no repository me/none, or you may not see it; check the name, or log in with `hf auth login`"
NO_MODEL = (
    "me/other holds no model of ganfw: it has no model.safetensors and no config.json. Other files, such as pickled "
    "weights, are never downloaded"
)
UNREACHABLE = (
    "the Hugging Face Hub cannot be reached for me/other. If HF_HUB_OFFLINE is set, unset it; a model that you have as "
    "a folder opens with ganfw.load(folder)"
)


@pytest.mark.slow
def test_there_and_back(run, hub, tmp_path):
    pushed = python(PUSH.format(run=str(run), more=["--license", "mit"]), hub, tmp_path)
    assert pushed.returncode == 0, pushed.stderr
    assert pushed.stdout.strip() == f"{hub}/me/faces"
    assert TOKEN not in pushed.stdout + pushed.stderr
    files = Hub.repositories["me/faces"]
    assert sorted(files) == ["README.md", "config.json", "model.safetensors", "recipe.yaml", "samples.png"]
    assert files["model.safetensors"] == (run / "model" / "model.safetensors").read_bytes()
    card = files["README.md"].decode()
    assert "license: mit\n" in card
    assert 'from_pretrained("me/faces")' in card

    files["pytorch_model.bin"] = b"pickled"
    pulled = python(PULL.format(name="me/faces", more=""), hub, tmp_path)
    assert pulled.returncode == 0, pulled.stderr
    assert torch.equal(torch.load(tmp_path / "samples.pt"), ganfw.load(run).sample(3))
    assert not any("pytorch_model.bin" in path for path in Hub.asked)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "more", "environment", "said"),
    [
        ("me/none", "", {}, NONE),
        ("me/other", ", revision='v9'", {}, "me/other has no such revision; look at its commits and tags on the Hub"),
        ("me/other", "", {}, NO_MODEL),
        ("not a name", "", {}, "'not a name' is no name of a repository; write owner/name"),
        ("me/other", "", {"HF_HUB_OFFLINE": "1"}, UNREACHABLE),
        ("me/other", "", {"HF_ENDPOINT": "http://127.0.0.1:9"}, UNREACHABLE),
    ],
)
def test_what_cannot_be_opened(hub, tmp_path, name, more, environment, said):
    Hub.repositories["me/other"] = {"pytorch_model.bin": b"pickled", "README.md": b""}
    found = python(COMPLAIN.format(name=name, more=more), hub, tmp_path, **environment)
    assert (found.stdout, found.returncode) == (said + "\n", 0), found.stderr


@pytest.mark.slow
def test_a_wrong_token(run, hub, tmp_path):
    found = python(PUSH.format(run=str(run), more=[]), hub, tmp_path, HF_TOKEN="hf_wrongwrongwrong")
    assert found.returncode == 2
    assert found.stderr == "ganfw: the Hub refused me/faces: status 401; log in with `hf auth login`\n"


def test_the_card(run, tmp_path):
    from ganfw_hub.folder import HubFolder

    HubFolder(data_license=None).export(ganfw.load(run), tmp_path)
    card = (tmp_path / "README.md").read_text()
    assert card.startswith("---\nlibrary_name: ganfw\ntags:\n- gan\n- ganfw\n- unconditional-image-generation\n---\n")
    assert "![samples](samples.png)" in card
    assert "emoji64; licence: MIT (Microsoft)." in card
    assert "  type: dcgan" in card
    assert torch.equal(ganfw.load(tmp_path).sample(2), ganfw.load(run).sample(2))


def test_scores_stand_on_the_card_with_their_protocol(run, tmp_path):
    from ganfw_hub.folder import HubFolder

    with pytest.raises(SystemExit):
        main(["evaluate", str(run), "--count", "4"])
    HubFolder(data_license="CC0").export(ganfw.load(run), tmp_path)
    card = (tmp_path / "README.md").read_text()
    assert "| sliced-wasserstein | " in card
    assert "real_count 4, fake_count 4, seed 0" in card
    assert "licence: CC0." in card
