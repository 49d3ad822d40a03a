"""The pages on plugins, followed literally in a fresh environment: files written, commands typed, output compared.

A block after a line that ends in a file's name and a colon is that file. A block of commands is typed in the folder in
which the reader is by then. A plain block after commands is what they say, wherever its lines stand.
"""

import re
import subprocess
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs/plugins"
BLOCK = re.compile(r"(?P<before>[^\n]*)\n+```(?P<language>\w*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
FILE = re.compile(r"`([\w./-]+)`[^`]*:$")
# The page says that these fail, and how.
FAILS = {"ganfw check dcgan loss.type=margin loss.margn=0.5 --plugin margin_loss.py": 2}


def squeezed(text):
    return " ".join(text.split())


class Reader:
    """Someone who does what a page says, in a shell of the environment."""

    def __init__(self, venv, folder):
        self.venv, self.folder = venv, folder

    def follow(self, page):
        self.said = ""
        for block in BLOCK.finditer(page.read_text()):
            language, text = block["language"], block["text"]
            file = FILE.search(block["before"])
            if file and language in {"python", "toml", "yaml"}:
                target = self.folder / file[1]
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_text(text)
            elif language == "sh":
                self.said = ""
                for command in text.strip().splitlines():
                    self.type(command.partition("  #")[0])
            elif language == "python":
                self.venv.run("python", "-c", text, cwd=self.folder)
            elif language == "" and self.said:
                for line in text.strip().splitlines():
                    assert squeezed(line) in squeezed(self.said), f"{page.name}: {line!r} is not in\n{self.said}"

    def type(self, command):
        if command.startswith("cd "):
            self.folder = (self.folder / command.removeprefix("cd ")).resolve()
            return
        done = subprocess.run(
            ["bash", "-c", command], cwd=self.folder, env=self.venv.environment,
            capture_output=True, text=True, stdin=subprocess.DEVNULL,
        )  # fmt: skip
        assert done.returncode == FAILS.get(command, 0), f"{command}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
        assert "Traceback" not in done.stderr
        self.said += done.stdout + done.stderr


@pytest.mark.slow
def test_the_pages_in_order(new_venv, tmp_path):
    venv = new_venv(tmp_path)
    venv.install("ganfw-core", "ganfw-losses", "ganfw-classic", "ganfw-emoji64", cwd=tmp_path)
    (tmp_path / "first").mkdir()
    reader = Reader(venv, tmp_path / "first")
    reader.follow(DOCS / "tutorial.md")
    assert reader.folder.name == "ganfw-glyphs"
    reader.follow(DOCS / "testing.md")
    reader.follow(DOCS / "publishing.md")
    reader.follow(DOCS / "composing.md")


def test_the_first_loss_is_small():
    """One loss is published in at most 25 lines of Python and 8 of TOML."""
    page = (DOCS / "tutorial.md").read_text()
    package = page[page.index("## A package") : page.index("## See that it keeps its promises")]
    lines = {"toml": 0, "python": 0}
    for block in BLOCK.finditer(package):
        if block["language"] in lines:
            lines[block["language"]] += sum(1 for line in block["text"].splitlines() if line.strip())
    assert lines["toml"] <= 8
    assert lines["python"] <= 25
