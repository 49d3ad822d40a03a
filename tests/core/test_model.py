"""A finished model opens by itself."""

import json

import pytest
import torch
from safetensors.torch import load_file
from toys import ring, toy_gan, toy_trainer

import ganfw
from ganfw.model import Model


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """Two steps on tiny pictures, with every part named."""
    folder = tmp_path_factory.mktemp("runs") / "tiny"
    data = ganfw.ArrayData(torch.randint(0, 256, (32, 3, 8, 8), dtype=torch.uint8).numpy())
    gan = ganfw.compose(
        generator={"type": "dcgan", "width": 4}, discriminator={"type": "dcgan", "width": 4, "norm": "none"},
        loss="hinge", regularizers=["r1"], augmentation="diffaugment", data=data,
    )  # fmt: skip
    trainer = ganfw.Trainer(gan, data, steps=2, batch_size=8, run=folder, tracker=None, sample_count=4)
    trainer.fit()
    return folder, trainer


def test_a_run_opens_with_nothing_but_its_folder(run):
    folder, trainer = run
    samples = ganfw.load(folder, device=trainer.device).sample(16)
    assert samples.shape == (16, 3, 8, 8)
    assert samples.abs().max() <= 1
    torch.testing.assert_close(samples, trainer.sample(16, seed=0))


def test_a_model_folder_opens_where_it_was_moved(run, tmp_path):
    folder, _ = run
    (folder / "model").rename(tmp_path / "moved")
    try:
        model = ganfw.load(str(tmp_path / "moved"))
    finally:
        (tmp_path / "moved").rename(folder / "model")
    assert model.spec == ganfw.ImageSpec(size=8)
    assert model.images == 16
    assert list(model.gan.networks()) == ["generator"]


def test_samples_depend_on_the_seed_and_come_in_batches(run):
    model = ganfw.load(run[0])
    assert torch.equal(model.sample(6, seed=1), model.sample(6, seed=1))
    assert not torch.equal(model.sample(6, seed=1), model.sample(6, seed=2))
    batches = list(model.batches(7, seed=1, batch_size=3))
    assert [len(batch) for batch in batches] == [3, 3, 1]
    assert torch.equal(torch.cat(batches), model.sample(7, seed=1, batch_size=3))
    assert not torch.equal(batches[0], batches[1])


def test_the_folder_holds_weights_settings_and_a_card(run):
    folder = run[0] / "model"
    assert {path.name for path in folder.iterdir()} == {"model.safetensors", "config.json", "README.md", "samples.png"}
    assert all(name.startswith("generator.") for name in load_file(folder / "model.safetensors"))
    facts = json.loads((folder / "config.json").read_text())
    assert facts["recipe"]["loss"] == {"type": "hinge"}
    assert "ganfw.load(" in (folder / "README.md").read_text()


def test_a_gan_of_objects_opens_with_one_made_the_same_way(tmp_path):
    trainer = toy_trainer(run=tmp_path, steps=3)
    trainer.fit()
    with pytest.raises(ganfw.GanfwError, match=r"give one made the same way: ganfw\.load\(folder, gan=my_gan\)\.$"):
        ganfw.load(tmp_path)
    samples = ganfw.load(tmp_path, gan=toy_gan(seed=5), device=trainer.device).sample(4)
    torch.testing.assert_close(samples, trainer.sample(4, seed=0))


def test_a_run_of_stages_opens_its_last_stage(tmp_path):
    for name, seed in (("1-first", 1), ("2-second", 2)):
        trainer = toy_trainer(toy_gan(seed=seed), run=tmp_path / name, steps=1)
        trainer.fit()
    model = ganfw.load(tmp_path, gan=toy_gan(), device=trainer.device)
    torch.testing.assert_close(model.sample(4), trainer.sample(4, seed=0))


def test_the_tenth_stage_comes_after_the_ninth(tmp_path):
    for number in (9, 10):
        trainer = toy_trainer(toy_gan(seed=number), run=tmp_path / f"{number}-part", steps=1)
        trainer.fit()
    assert ganfw.load(tmp_path, gan=toy_gan()).folder == tmp_path / "10-part" / "model"


CLASSES, VECTORS = ganfw.Condition("class", 3), ganfw.Condition("vector", 2)
EXPECTED = (
    "condition: expected a tensor, int64 of shape (4,), from 0 to 2, such as torch.zeros(4, dtype=torch.int64); got "
)


@pytest.mark.parametrize(
    ("condition", "given", "message"),
    [
        (None, {"count": 0}, "count=0: give a whole number from 1 on"),
        (None, {"count": -1}, "count=-1: give a whole number from 1 on"),
        (None, {"batch_size": 0}, "batch_size=0: give a whole number from 1 on"),
        (CLASSES, {"condition": [0, 1, 2, 0]}, EXPECTED + "a list"),
        (CLASSES, {"condition": torch.tensor([0, 1])}, EXPECTED + "int64 of shape (2,)"),
        (CLASSES, {"condition": torch.zeros(4)}, EXPECTED + "float32 of shape (4,)"),
        (CLASSES, {"condition": torch.tensor([0, 1, 2, 3])}, EXPECTED + "numbers from 0 to 3"),
        (VECTORS, {"condition": torch.zeros(4, 3)}, "condition: expected a tensor, floats of shape (4, 2), such as "
         "torch.zeros(4, 2); got float32 of shape (4, 3)"),
    ],
)  # fmt: skip
def test_what_cannot_be_sampled_is_refused_at_once(condition, given, message):
    model = Model(toy_gan(), ganfw.VectorSpec(2, condition), 0)
    with pytest.raises(ganfw.GanfwError) as caught:
        model.batches(**{"count": 4, **given})
    assert str(caught.value) == message


def test_a_gan_that_only_translates_trains_and_saves_without_samples(tmp_path):
    class Translator(ganfw.GAN):
        def __init__(self):
            super().__init__()
            self.generator = torch.nn.Conv2d(1, 1, 1)
            self.phases = [ganfw.Phase("generator", "generator", self.loss)]

        def loss(self, step):
            return {"identity": (self.generator(step.batch.real) - step.batch.real).square().mean()}

    data = ganfw.ArrayData(torch.rand(16, 1, 4, 4))
    ganfw.Trainer(Translator(), data, steps=2, batch_size=4, run=tmp_path, tracker=None, sample_every=1).fit()
    assert not (tmp_path / "samples").exists()
    assert (tmp_path / "model" / "model.safetensors").is_file()


def test_no_model(tmp_path):
    with pytest.raises(ganfw.GanfwError) as caught:
        ganfw.load(tmp_path / "nowhere")
    assert str(caught.value) == f"no model in {tmp_path / 'nowhere'}: there is no such folder"
    with pytest.raises(ganfw.GanfwError) as caught:
        ganfw.load(tmp_path)
    assert str(caught.value) == f"no model in {tmp_path}: it has no model yet: train it to its first checkpoint"


def test_a_damaged_model_is_named(tmp_path):
    toy_trainer(run=tmp_path, data=ring(), steps=1).fit()
    path = tmp_path / "model" / "model.safetensors"
    path.write_bytes(path.read_bytes()[:50])
    with pytest.raises(ganfw.GanfwError, match=f"^the model in {tmp_path / 'model'} cannot be read: "):
        ganfw.load(tmp_path, gan=toy_gan())
