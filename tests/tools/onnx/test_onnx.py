"""`ganfw export --to onnx`: ONNX Runtime makes what PyTorch makes."""

import json

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from torch import nn

import ganfw
from ganfw.cli.main import main
from ganfw.model import Model
from ganfw.specs import Condition, VectorSpec
from ganfw_onnx.exporter import OnnxExporter

LENGTH = ["trainer.steps=1", "trainer.batch_size=4", "trainer.tracker=null", "trainer.sample_every=null", "data=shapes"]


class Conditional(ganfw.Generator):
    """Latents and a class to points; its prior is part of the graph."""

    latent_dim = 3

    def __init__(self, layer=None):
        super().__init__()
        self.embed, self.layer = nn.Embedding(5, 3), layer or nn.Linear(3, 2)

    def prior(self, noise):
        return noise.tanh()

    def forward(self, z, condition=None):
        return self.layer(z + self.embed(condition))


class Only(ganfw.GAN):
    """One generator."""

    def __init__(self, generator):
        super().__init__()
        self.generator = generator


def model_of(generator):
    return Model(Only(generator), VectorSpec(2, Condition("class", 5)), images=7)


@pytest.mark.slow
@pytest.mark.parametrize("recipe", ["mlp", "dcgan"])
def test_a_recipe(recipe, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("GANFW_CACHE", str(tmp_path / "cache"))
    run = str(tmp_path / "run")
    for command in (["train", recipe, "image.size=16", *LENGTH, "--run", run], ["export", run, "--to", "onnx"]):
        with pytest.raises(SystemExit) as stopped:
            main(command)
        assert stopped.value.code == 0
    assert float(capsys.readouterr().out.rstrip().rpartition(" ")[2]) < 1e-5
    file = tmp_path / "run" / "exports" / "onnx" / "generator.onnx"
    noise = torch.randn(5, 100)
    (made,) = onnxruntime.InferenceSession(file).run(None, {"noise": noise.numpy()})
    generator = ganfw.load(run).gan.generator
    with torch.no_grad():
        torch.testing.assert_close(torch.from_numpy(made), generator(generator.prior(noise)), atol=1e-5, rtol=1e-4)


def test_a_conditional_model(tmp_path):
    torch.manual_seed(0)
    generator = Conditional()
    exported = OnnxExporter(opset=18).export(model_of(generator), tmp_path)
    assert exported.difference < 1e-6
    noise, classes = torch.randn(6, 3), torch.tensor([0, 1, 2, 3, 4, 0])
    session = onnxruntime.InferenceSession(tmp_path / "generator.onnx")
    assert [node.name for node in session.get_inputs()] == ["noise", "condition"]
    (made,) = session.run(["samples"], {"noise": noise.numpy(), "condition": classes.numpy()})
    np.testing.assert_allclose(made, generator(noise.tanh(), classes).detach(), atol=1e-6)
    graph = onnx.load(tmp_path / "generator.onnx")
    facts = json.loads({entry.key: entry.value for entry in graph.metadata_props}["ganfw"])
    assert facts["spec"] == {
        "type": "VectorSpec", "length": 2, "condition": {"kind": "class", "count": 5, "names": []},
    }  # fmt: skip
    assert facts["images"] == 7
    assert graph.opset_import[0].version == 18


class Untraceable(nn.Module):
    def forward(self, x):
        return x * 2 if x.sum() > 0 else x


def test_a_generator_that_branches_on_its_values(tmp_path):
    with pytest.raises(ganfw.GanfwError) as error:
        OnnxExporter().export(model_of(Conditional(Untraceable())), tmp_path)
    assert str(error.value).startswith("Conditional cannot be written as ONNX: ")
    assert str(error.value).endswith("; use --to torch-export or --to safetensors")
    assert not (tmp_path / "generator.onnx").exists()


def test_a_model_without_a_generator(tmp_path):
    model = model_of(Conditional())
    del model.gan.generator
    model.gan.net = nn.Linear(1, 1)
    with pytest.raises(ganfw.GanfwError) as error:
        OnnxExporter().export(model, tmp_path)
    assert str(error.value) == (
        "onnx writes a generator that turns latents into samples, and Only has none; use --to safetensors"
    )
