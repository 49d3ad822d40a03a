"""Models in other formats, each compared with what it was made of."""

import pytest
import torch

import ganfw as core


@pytest.fixture
def run(ganfw):
    """A tiny trained run."""
    settings = ("image.size=8", "generator.hidden=[8]", "discriminator.hidden=[8]", "augmentation=null", "data=shapes")
    length = ("trainer.steps=1", "trainer.batch_size=4", "trainer.tracker=null", "trainer.sample_every=null")
    assert ganfw("train", "mlp", "--run", "run", *settings, *length).code == 0
    return "run"


def test_the_model_folder(ganfw, run, tmp_path):
    result = ganfw("export", run, "--to", "safetensors", "--out", "model")
    assert result.code == 0
    assert result.out.endswith("largest difference from the model's own samples: 0.0e+00\n")
    assert sorted(file.name for file in (tmp_path / "model").iterdir()) == [
        "README.md", "config.json", "model.safetensors", "samples.png",
    ]  # fmt: skip
    assert torch.equal(core.load("model").sample(3), core.load(run).sample(3))


@pytest.mark.slow
def test_the_graph(ganfw, run):
    result = ganfw("export", run, "--to", "torch-export")
    assert result.code == 0
    file, difference = result.out.splitlines()
    assert file.startswith("run/exports/torch-export/generator.pt2  ")
    assert float(difference.rpartition(" ")[2]) < 1e-6
    made = torch.export.load("run/exports/torch-export/generator.pt2").module()(torch.zeros(5, 100))
    generator = core.load(run).gan.generator
    torch.testing.assert_close(made, generator(generator.prior(torch.zeros(5, 100))))


def test_what_cannot_be_exported(ganfw, run, tmp_path):
    assert ganfw("export", "nowhere", "--to", "safetensors").err == (
        "ganfw: no model in nowhere: there is no such folder\n"
    )
    assert "no exporter named 'safetensor'; did you mean safetensors?" in ganfw("export", run, "--to", "safetensor").err
    assert "level" in ganfw("export", run, "level=3", "--to", "safetensors").err
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").write_text("precious")
    assert ganfw("export", run, "--to", "safetensors", "--out", "full").err == (
        "ganfw: full is there already and not empty; remove it, or choose another with --out\n"
    )
    (tmp_path / "file").write_text("precious")
    assert "file is there already" in ganfw("export", run, "--to", "safetensors", "--out", "file").err
    assert (tmp_path / "file").read_text() == "precious"


def test_a_model_without_a_generator_has_no_graph(tmp_path):
    from ganfw.export.graph import TorchExport

    class Flow(core.GAN):
        averaged = ("net",)

        def __init__(self):
            super().__init__()
            self.net = torch.nn.Linear(2, 2)

    from ganfw.model import Model

    with pytest.raises(core.GanfwError) as error:
        TorchExport().export(Model(Flow(), core.VectorSpec(2), 0), tmp_path)
    assert str(error.value) == (
        "torch-export writes a generator that turns latents into samples, and Flow has none; use --to safetensors"
    )
