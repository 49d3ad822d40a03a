"""Every block of docs/composing.md runs as it stands, one after the other."""

import re
from pathlib import Path

import torch

PAGE = Path(__file__).parents[2] / "docs/composing.md"


def test_the_page_runs(monkeypatch, tmp_path):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    torch.manual_seed(0)
    blocks = list(re.finditer(r"^```python\n(.*?)^```$", PAGE.read_text(), re.MULTILINE | re.DOTALL))
    assert len(blocks) == 5
    names = {"__name__": "composing"}
    for block in blocks:
        line = PAGE.read_text()[: block.start(1)].count("\n")
        exec(compile("\n" * line + block[1], str(PAGE), "exec"), names)
    assert names["samples"].shape == (16, 2)
    wanted = names["ganfw"].training.checkpoint.Checkpoints(names["first"] / "checkpoints").newest()[0]
    found = names["second"].decoder.state_dict()
    assert all(torch.equal(found[name], wanted[f"gan.decoder.{name}"]) for name in found)
