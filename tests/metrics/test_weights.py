"""Networks whose weights come from elsewhere: opened by path, and missing with a message that says where they are."""

import sys

import pytest
import torch
import waves
from safetensors.torch import save_file

import ganfw
from ganfw.specs import ImageSpec, VectorSpec
from ganfw.testing import check_part
from ganfw_metrics import CLIP, DINOv2, InceptionV3
from ganfw_metrics.extractors import configs
from ganfw_metrics.extractors.inception import URL
from ganfw_metrics.extractors.inception_network import Inception


def refusal(make, *given):
    with pytest.raises(ganfw.GanfwError) as error:
        make(*given)
    return str(error.value)


def test_inception_opens_safetensors_too(tmp_path):
    weights = waves.weights(Inception().state_dict())
    save_file(weights, tmp_path / "inception.safetensors")
    opened = configs.InceptionConfig(path=str(tmp_path / "inception.safetensors")).build(ImageSpec(32))
    assert opened.network.fc.weight.equal(weights["fc.weight"])
    assert opened.facts["resize"] == "bilinear of TensorFlow 1"
    assert not opened.training


def test_inception_without_its_file_says_where_it_is(tmp_path):
    said = refusal(InceptionV3, str(tmp_path / "none.pth"))
    assert said == (
        f"cannot read inception's weights from {tmp_path}/none.pth: [Errno 2] No such file or directory: "
        f"'{tmp_path}/none.pth'. They are at {URL}"
    )


def test_inception_without_a_network_says_what_to_do(monkeypatch):
    def offline(url, **settings):
        assert settings["weights_only"]
        assert settings["check_hash"]
        raise OSError("<urlopen error Name or service not known>")

    monkeypatch.setattr(torch.hub, "load_state_dict_from_url", offline)
    assert refusal(InceptionV3) == (
        "inception's weights cannot be downloaded: <urlopen error Name or service not known>. "
        f"Fetch {URL} (91 MB) where there is a network, and say where it is with "
        "extractor={type: inception, path: /path/to/the/file}; or set extractor=efficientnet-lite0, "
        "which needs no download."
    )


def test_inception_unpickles_nothing(tmp_path):
    class Trap:
        def __reduce__(self):
            return print, ("the trap ran",)

    torch.save({"fc.weight": Trap()}, tmp_path / "trap.pth")
    said = refusal(InceptionV3, str(tmp_path / "trap.pth"))
    assert said.startswith(f"cannot read inception's weights from {tmp_path}/trap.pth: ")


def test_other_weights_are_refused(tmp_path):
    torch.save({"weight": torch.zeros(1)}, tmp_path / "other.pth")
    said = refusal(InceptionV3, str(tmp_path / "other.pth"))
    assert said.startswith(f"{tmp_path}/other.pth does not hold the weights of inception: Missing key(s) in state_dict")


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    """Folders with a tiny DINOv2 and a tiny CLIP of random weights."""
    from transformers import CLIPConfig, CLIPModel, Dinov2Config, Dinov2Model

    folder = tmp_path_factory.mktemp("models")
    tiny = {"hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2, "image_size": 28, "patch_size": 14}
    text = {"hidden_size": 16, "intermediate_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2}
    text |= {"vocab_size": 8, "bos_token_id": 0, "eos_token_id": 1}
    torch.manual_seed(0)
    clip = CLIPConfig(vision_config=tiny | {"intermediate_size": 32}, text_config=text, projection_dim=8)
    Dinov2Model(Dinov2Config(**tiny)).save_pretrained(folder / "dinov2")
    CLIPModel(clip).save_pretrained(folder / "clip")
    return folder


@pytest.mark.parametrize(("name", "config", "size", "length"), [
    ("dinov2", configs.DINOv2Config, 224, 16), ("clip", configs.CLIPConfig, 28, 8),
])  # fmt: skip
def test_vision_transformers_open_by_folder(name, config, size, length, models, rng):
    extractor = config(model=str(models / name)).build(ImageSpec(16))
    x = torch.rand(2, 3, 16, 16, generator=rng) * 2 - 1
    with torch.no_grad():
        features = extractor(x).features
    assert features.shape == (2, length)
    assert not features[0].allclose(features[1])
    assert (extractor.facts["extractor"], extractor.facts["input_size"]) == (name, size)
    assert extractor.facts["resize"] == "bicubic, antialiased"
    assert extractor.weights_hash == config(model=str(models / name)).build(ImageSpec(16)).weights_hash


def test_the_features_are_those_of_transformers_itself(models, rng):
    from transformers import CLIPModel, Dinov2Model

    x = torch.rand(2, 3, 28, 28, generator=rng) * 2 - 1
    with torch.no_grad():
        dino, clip = DINOv2(str(models / "dinov2")), CLIP(str(models / "clip"))
        theirs = Dinov2Model.from_pretrained(models / "dinov2")(pixel_values=dino.prepare(x)).pooler_output
        torch.testing.assert_close(dino(x).features, theirs)
        # 0.48145466 and 0.26862954 are CLIP's mean and deviation of red.
        torch.testing.assert_close(clip.prepare(x)[:, 0], ((x[:, 0] + 1) / 2 - 0.48145466) / 0.26862954)
        theirs = CLIPModel.from_pretrained(models / "clip").get_image_features(pixel_values=clip.prepare(x))
        theirs = getattr(theirs, "pooler_output", theirs)
        torch.testing.assert_close(clip(x).features, theirs)


def test_a_model_that_is_not_there_says_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    said = refusal(DINOv2, str(tmp_path / "none"))
    assert said.startswith(f"the extractor dinov2 cannot open '{tmp_path}/none': ")
    assert said.endswith(
        "Give the name of a model on the Hugging Face hub, or a folder with config.json and model.safetensors: "
        "extractor={type: dinov2, model: /path/to/folder}. "
        "Or set extractor=efficientnet-lite0, which needs no download."
    )


def test_another_kind_of_model_is_refused(models):
    assert refusal(DINOv2, str(models / "clip")) == f"'{models}/clip' is a model of type clip, not dinov2"
    assert refusal(CLIP, str(models / "dinov2")) == f"'{models}/dinov2' is a model of type dinov2, not clip"


def test_weights_that_are_missing_are_not_drawn_at_random(models, tmp_path):
    from safetensors.torch import load_file

    (tmp_path / "config.json").write_text((models / "dinov2/config.json").read_text())
    weights = load_file(models / "dinov2/model.safetensors")
    del weights["layernorm.weight"]
    save_file(weights, tmp_path / "model.safetensors", metadata={"format": "pt"})
    assert refusal(DINOv2, str(tmp_path)) == f"'{tmp_path}' lacks weights, for example layernorm.weight"


def test_a_pickle_is_not_opened(models, tmp_path):
    (tmp_path / "config.json").write_text((models / "dinov2/config.json").read_text())
    torch.save({}, tmp_path / "pytorch_model.bin")
    assert refusal(DINOv2, str(tmp_path)).startswith(f"the extractor dinov2 cannot open '{tmp_path}': ")


def test_without_transformers_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "transformers", None)
    assert refusal(CLIP, "any") == (
        "the extractor clip needs transformers (import of transformers halted; None in sys.modules): "
        "pip install 'ganfw-metrics[transformers]'"
    )


@pytest.mark.slow
def test_what_needs_a_download_keeps_its_promises_too(models, tmp_path):
    """What tests/conformance asks of every part, with weights that were made up."""
    save_file(waves.weights(Inception().state_dict()), tmp_path / "inception.safetensors")
    check_part("extractor", {"type": "inception", "path": str(tmp_path / "inception.safetensors")})
    for name in ("dinov2", "clip"):
        check_part("extractor", {"type": name, "model": str(models / name)})


@pytest.mark.parametrize("name", ["Inception", "DINOv2", "CLIP", "EfficientNetLite0", "MNISTClassifier", "Random"])
def test_points_are_refused_before_any_weights_are_looked_for(name):
    said = refusal(getattr(configs, f"{name}Config")().build, VectorSpec(2))
    assert said.endswith("The extractor that takes any sample is extractor=identity.")
