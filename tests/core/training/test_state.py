"""Checkpoints are whole or nothing, and a run goes on exactly where it was broken off."""

import errno
import json
import logging
import shutil
import subprocess
import sys

import pytest
import torch
from toys import GradientNorm, Logistic, ring, toy_gan, toy_trainer, weights

import ganfw
from ganfw.training import checkpoint
from ganfw.training import tensors as tensor_files
from ganfw.training.checkpoint import Checkpoints
from ganfw.training.ema import EMA
from ganfw.training.tensors import read_tensors, write_tensors


def trained(run, steps, **settings):
    gan = toy_gan(regularizers={"r1": GradientNorm(every=4)}, dropout=0.2, norm=True)
    trainer = toy_trainer(gan, run=run, steps=steps, document={"recipe": "toy"}, **settings)
    trainer.fit()
    return trainer


def everything(trainer):
    return torch.cat([weights(trainer.gan), weights(trainer.ema.shadows)])


@pytest.mark.parametrize("broken_at", [1, 5, 12])
def test_a_resumed_run_is_bit_identical(tmp_path, broken_at):
    unbroken = trained(tmp_path / "unbroken", 20)
    trained(tmp_path / "broken", broken_at)
    resumed = trained(tmp_path / "broken", 20)
    assert torch.equal(everything(unbroken), everything(resumed))


def test_a_complete_run_does_nothing_more(tmp_path, capfd):
    first = trained(tmp_path / "run", 5)
    again = trained(tmp_path / "run", 5)
    assert torch.equal(everything(first), everything(again))
    assert capfd.readouterr().err.splitlines()[-1] == f"{tmp_path / 'run'} is complete"


def test_only_the_newest_checkpoints_are_kept(tmp_path):
    trained(tmp_path, 10, checkpoint_every=2, keep_checkpoints=3)
    assert [path.name for path in sorted((tmp_path / "checkpoints").iterdir())] == [
        "step-000000006", "step-000000008", "step-000000010",
    ]  # fmt: skip


def tear_weights(folder):
    path = folder / "state.safetensors"
    path.write_bytes(path.read_bytes()[:-7])


def flip_a_bit(folder):
    path = folder / "state.safetensors"
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(bytes(data))


def tear_facts(folder):
    (folder / "state.json").write_text('{"step": 1')


def lose_facts(folder):
    (folder / "state.json").unlink()


@pytest.mark.parametrize("damage", [tear_weights, flip_a_bit, tear_facts, lose_facts])
def test_a_torn_checkpoint_is_named_and_the_one_before_is_used(tmp_path, damage, caplog):
    unbroken = trained(tmp_path / "unbroken", 9)
    trained(tmp_path / "torn", 6, checkpoint_every=3)
    damage(tmp_path / "torn/checkpoints/step-000000006")
    with caplog.at_level(logging.WARNING, "ganfw"):
        resumed = trained(tmp_path / "torn", 9, checkpoint_every=3)
    assert "checkpoint step-000000006 is torn" in caplog.text
    assert caplog.text.rstrip().endswith("using the one before it")
    assert torch.equal(everything(unbroken), everything(resumed))


@pytest.mark.parametrize("bit", [0, 3, 7])
def test_no_flipped_bit_of_the_facts_is_believed(tmp_path, bit):
    """Whichever byte of state.json is damaged: it is refused, or still says what was saved."""
    trained(tmp_path, 2)
    checkpoints = Checkpoints(tmp_path / "checkpoints")
    tensors, facts = checkpoints.newest()
    file = tmp_path / "checkpoints/step-000000002/state.json"
    whole, accepted = file.read_bytes(), 0
    for place in range(len(whole)):
        damaged = bytearray(whole)
        damaged[place] ^= 1 << bit
        file.write_bytes(bytes(damaged))
        try:
            found, read_facts = checkpoints.newest()
        except ganfw.GanfwError as error:
            assert "step-000000002" in str(error)  # noqa: PT017
            continue
        accepted += 1
        assert read_facts == facts
        assert all(torch.equal(found[name], tensor) for name, tensor in tensors.items())
    assert accepted < 20  # white space between the values, at most


@pytest.mark.parametrize("part", [0.3, 0.6, 0.99])
def test_a_damaged_model_is_named(tmp_path, part):
    trained(tmp_path, 2)
    file = tmp_path / "model/model.safetensors"
    data = bytearray(file.read_bytes())
    start = int.from_bytes(data[:8], "little") + 8
    data[start + int(part * (len(data) - start))] ^= 16
    file.write_bytes(bytes(data))
    with pytest.raises(ganfw.GanfwError) as caught:
        ganfw.load(tmp_path, gan=toy_gan(norm=True))
    assert str(caught.value) == (
        f"the model in {tmp_path / 'model'} cannot be read: model.safetensors is damaged: it does not match its "
        "checksum"
    )


def test_a_checkpoint_that_may_not_be_read_is_not_taken_for_a_torn_one(tmp_path, monkeypatch):
    trained(tmp_path, 4, checkpoint_every=2)
    newest = tmp_path / "checkpoints/step-000000004"

    def denied(folder):
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(checkpoint, "_read", denied)
    with pytest.raises(ganfw.GanfwError) as caught:
        trained(tmp_path, 6, checkpoint_every=2)
    assert str(caught.value) == (
        f"the checkpoint {newest} cannot be read: Permission denied. Check who may read the run folder, and run the "
        "same command again."
    )
    assert newest.is_dir()


def test_a_link_among_the_checkpoints_is_removed_and_not_followed(tmp_path):
    precious = tmp_path / "precious"
    precious.mkdir()
    (precious / "file").write_text("")
    trained(tmp_path / "run", 2)
    for name in ("step-000000001", ".writing-000000004", ".removing-step-000000000"):
        (tmp_path / "run/checkpoints" / name).symlink_to(precious)
    trained(tmp_path / "run", 4, keep_checkpoints=1)
    assert [path.name for path in (tmp_path / "run/checkpoints").iterdir()] == ["step-000000004"]
    assert (precious / "file").exists()


@pytest.mark.parametrize(("keep", "kept"), [(1, [8]), (3, [6, 7, 8]), (8, [*range(1, 9)]), (11, [*range(1, 9)])])
def test_as_many_checkpoints_are_kept_as_were_asked_for(tmp_path, keep, kept):
    checkpoints = Checkpoints(tmp_path, keep=keep)
    for step in range(1, 9):
        checkpoints.save(step, {"x": torch.ones(1)}, {})
    assert [int(path.name.removeprefix("step-")) for path in checkpoints.all()] == kept


def test_disk_full_keeps_the_last_good_checkpoint(tmp_path, monkeypatch):
    trained(tmp_path, 4)

    def full(*_args, **_kwargs):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(tensor_files, "save_file", full)
    with pytest.raises(ganfw.GanfwError) as caught:
        trained(tmp_path, 8)
    assert str(caught.value) == (
        f"could not save step-000000008 in {tmp_path / 'checkpoints'}: the disk is full. The last good checkpoint, "
        "step-000000004, is untouched. Make room and run the same command again."
    )
    assert [path.name for path in (tmp_path / "checkpoints").iterdir()] == ["step-000000004"]
    monkeypatch.undo()
    unbroken = trained(tmp_path / "unbroken", 8)
    assert torch.equal(everything(trained(tmp_path, 8)), everything(unbroken))


def test_another_recipe_is_refused_with_the_difference(tmp_path):
    trained(tmp_path, 2)
    with pytest.raises(ganfw.GanfwError) as caught:
        toy_trainer(run=tmp_path, document={"recipe": "other"}).fit()
    assert str(caught.value) == (
        f'the folder {tmp_path} belongs to another recipe:\n\n  recipe: "other" here, "toy" in the run\n\n'
        "Choose another folder with --run, or give the settings that the run has."
    )


class NotANumberLater(Logistic):
    def __init__(self, after):
        super().__init__()
        self.register_buffer("left", torch.tensor(float(after)))

    def generator(self, fake, real=None):
        self.left -= 1
        return super().generator(fake) * torch.where(self.left < 0, torch.nan, 1.0)


def test_a_loss_that_is_not_a_number_stops_and_keeps_the_last_good_checkpoint(tmp_path):
    gan = toy_gan(loss=NotANumberLater(5))
    with pytest.raises(ganfw.GanfwError) as caught:
        toy_trainer(gan, run=tmp_path, steps=8, checkpoint_every=4, document={}).fit()
    assert str(caught.value) == (
        "training stopped at step 8: 'generator' has a term 'adversarial' that is nan. The last good checkpoint in "
        f"{tmp_path / 'checkpoints'} is untouched. A smaller learning rate (optimizers.<name>.lr), another weight "
        "of a gradient penalty (regularizers.r1.gamma) or float32 (trainer.precision=float32) usually helps; the same "
        "command with trainer.on_not_finite=skip leaves out single updates that go wrong."
    )
    tensors, facts = Checkpoints(tmp_path / "checkpoints").newest()
    assert facts["step"] == 4
    assert all(torch.isfinite(tensor).all() for tensor in tensors.values())


def test_weights_that_are_not_finite_are_never_saved(tmp_path):
    trainer = toy_trainer(run=tmp_path, steps=1, document={})
    with torch.no_grad():
        trainer.gan.generator.net[0].weight[0, 0] = torch.inf
    trainer.gan.phases = trainer.phases = []
    with pytest.raises(ganfw.GanfwError, match=r"'generator' has a term 'generator\.net\.0\.weight' that is nan"):
        trainer.fit()
    assert Checkpoints(tmp_path / "checkpoints").all() == []


def test_what_is_needed_to_go_on_is_weights_moments_and_one_integer(tmp_path):
    trained(tmp_path, 2)
    tensors, facts = Checkpoints(tmp_path / "checkpoints").newest()
    assert facts.keys() == {"step", "batch_size", "data", "samples", "sha256"}
    assert {name.split(".")[0] for name in tensors} == {"gan", "ema", "optimizer"}
    assert json.loads((tmp_path / "environment.json").read_text())["packages"]["ganfw-core"] == ganfw.__version__


def test_tied_weights_are_stored_once_and_come_back_twice(tmp_path):
    shared = torch.arange(6.0).view(2, 3)
    write_tensors(tmp_path / "t.safetensors", {"a": shared, "b": shared, "c": shared.clone()})
    back = read_tensors(tmp_path / "t.safetensors")
    assert {name: tensor.tolist() for name, tensor in back.items()} == dict.fromkeys("abc", shared.tolist())


def test_a_leftover_of_a_broken_write_is_swept(tmp_path):
    (tmp_path / "checkpoints/.writing-000000001").mkdir(parents=True)
    trained(tmp_path, 2)
    assert [path.name for path in (tmp_path / "checkpoints").iterdir()] == ["step-000000002"]


# Closed form: beta = .5 ** (batch / half-life)
@pytest.mark.parametrize(
    ("batch_size", "half_life", "images", "ramp_up", "beta"),
    [
        (32, 10_000, 10**9, None, 0.99778439),
        (64, 500_000, 10**9, None, 0.99991128),
        (64, 10_000, 1000, 0.05, 0.41179551),
    ],
)
def test_ema_decay(batch_size, half_life, images, ramp_up, beta):
    ema = EMA(toy_gan(), ganfw.EMAConfig(half_life=half_life, ramp_up=ramp_up))
    assert ema.decay(images, batch_size) == pytest.approx(beta, abs=1e-8)


def test_ema_of_a_half_precision_network_is_float32():
    gan = toy_gan()
    gan.generator.bfloat16()
    with torch.no_grad():
        gan.generator.net[0].weight.fill_(1.0)
    ema = EMA(gan, ganfw.EMAConfig(half_life=1000, ramp_up=None))
    with torch.no_grad():
        gan.generator.net[0].weight.fill_(1.0078125)
    for _ in range(2000):
        ema.update(10**6, 1)
    # 1 + (1 - .5 ** 2) / 128: an average kept in bfloat16 would still be 1
    assert ema.shadows["generator"].net[0].weight[0, 0].item() == pytest.approx(1 + 0.75 / 128, abs=1e-4)


def test_ema_averages_float_buffers_and_copies_integers():
    gan = toy_gan(norm=True)
    ema = EMA(gan, ganfw.EMAConfig(half_life=1, ramp_up=None))
    gan.generator.net[1].running_mean.fill_(1.0)
    gan.generator.net[1].num_batches_tracked.fill_(7)
    ema.update(100, 1)
    assert ema.shadows["generator"].net[1].running_mean[0].item() == 0.5
    assert ema.shadows["generator"].net[1].num_batches_tracked.item() == 7


def test_ema_copies_the_vectors_of_spectral_norm():
    gan = toy_gan()
    layer = torch.nn.utils.parametrizations.spectral_norm(gan.generator.net[0])
    ema = EMA(gan, ganfw.EMAConfig(half_life=1000, ramp_up=None))
    vectors = layer.parametrizations.weight[0]
    for buffer in vectors.buffers():
        buffer.neg_()  # averaged, they would vanish
    ema.update(1000, 1000)
    shadow = ema.shadows["generator"].net[0]
    assert all(map(torch.equal, shadow.parametrizations.weight[0].buffers(), vectors.buffers()))
    torch.testing.assert_close(shadow.weight, layer.eval().weight)


def test_samples_of_a_run_come_from_the_average(tmp_path):
    trainer = toy_trainer(steps=5, run=tmp_path, document={}, ema=ganfw.EMAConfig(half_life=10**9, ramp_up=None))
    before = trainer.sample(4)
    trainer.fit()
    torch.testing.assert_close(trainer.sample(4), before, atol=1e-4, rtol=0)
    shutil.rmtree(tmp_path)


def test_a_whole_checkpoint_is_never_deleted_for_a_torn_one(tmp_path):
    trained(tmp_path, 6, keep_checkpoints=1)
    tear_weights(tmp_path / "checkpoints/step-000000006")
    with pytest.raises(ganfw.GanfwError) as caught:
        trained(tmp_path, 4, keep_checkpoints=1)
    assert str(caught.value) == (
        f"every checkpoint in {tmp_path / 'checkpoints'} is torn (step-000000006). "
        "Give another folder with --run, or remove this one to start anew."
    )
    tensors, _ = Checkpoints(tmp_path / "other").newest() or ({"x": torch.zeros(1)}, {})
    checkpoints = Checkpoints(tmp_path / "checkpoints", keep=1)
    checkpoints.save(4, tensors, {})
    assert [path.name for path in checkpoints.all()] == ["step-000000004"]


def test_a_model_that_was_not_written_is_mended(tmp_path):
    trained(tmp_path, 3)
    shutil.rmtree(tmp_path / "model")
    trained(tmp_path, 3)
    assert json.loads((tmp_path / "model/config.json").read_text())["images"] == 48


def test_what_cannot_be_written_is_refused_before_training(tmp_path):
    (tmp_path / "model").write_text("in the way")
    with pytest.raises(ganfw.GanfwError) as caught:
        trained(tmp_path, 3)
    assert str(caught.value) == (
        f"cannot write to the run folder {tmp_path / 'model'}: File exists. Make it writable and run the same command "
        "again, or choose another folder with --run."
    )


def test_changed_data_are_refused(tmp_path):
    before, after, document = ring(100), ring(101), {"data": {"type": "ring"}}
    toy_trainer(run=tmp_path, data=before, steps=2, document=document).fit()
    with pytest.raises(ganfw.GanfwError) as caught:
        toy_trainer(run=tmp_path, data=after, steps=4, document=document).fit()
    assert str(caught.value) == (
        f"the data have changed since {tmp_path} was last saved, at step 2: data.type=ring has {after.fingerprint} "
        f"(101 samples) and had {before.fingerprint} (100 samples), so the run cannot go on as if they had not. Put "
        "the data back, or train into another folder with --run and take the weights along with "
        f"start_from={tmp_path}."
    )
    assert Checkpoints(tmp_path / "checkpoints").newest()[1]["step"] == 2


def test_the_source_of_a_start_is_not_needed_to_go_on(tmp_path):
    trained(tmp_path / "one", 2)
    trained(tmp_path / "two", 2, start=tmp_path / "one")
    shutil.rmtree(tmp_path / "one")
    assert trained(tmp_path / "two", 4, start=tmp_path / "one").step == 4


def test_a_logged_value_that_is_not_finite_does_not_stop_the_run(tmp_path):
    class Logging(type(toy_gan())):
        def generator_loss(self, step):
            step.log("score", torch.tensor(torch.inf))
            return super().generator_loss(step)

    gan = toy_gan()
    toy_trainer(Logging(gan.generator, gan.discriminator, gan.loss), steps=3).fit()


def test_after_an_error_the_networks_can_learn_again():
    gan = toy_gan(loss=NotANumberLater(0))
    with pytest.raises(ganfw.GanfwError, match="There is no checkpoint yet"):
        toy_trainer(gan, steps=2).fit()
    assert all(parameter.requires_grad for parameter in gan.parameters())


def test_a_start_with_weights_that_do_not_fit_or_cannot_be_read(tmp_path):
    trained(tmp_path / "one", 2)
    with pytest.raises(ganfw.GanfwError) as caught:
        toy_trainer(toy_gan(width=8), start=tmp_path / "one")
    assert str(caught.value) == (
        f"start_from: generator.net.0.bias is (32,) in {tmp_path / 'one'}, but (8,) here. "
        "Give the same network settings."
    )
    (tmp_path / "one/model/model.safetensors").write_bytes(b"nothing")
    with pytest.raises(ganfw.GanfwError, match=r"^start_from: .*model\.safetensors cannot be read: "):
        toy_trainer(start=tmp_path / "one/model")


def test_a_run_folder_whose_recipe_is_empty_is_refused(tmp_path):
    (tmp_path / "recipe.yaml").touch()
    with pytest.raises(ganfw.GanfwError, match=r"recipe\.yaml holds no recipe; remove it, or choose another folder"):
        trained(tmp_path, 1)


def test_two_trainers_in_one_folder_are_refused(tmp_path):
    """Also from another process; the claim ends with the run, or with the process that held it."""
    run = tmp_path / "run"
    message = (
        f"another process is training into {run}. Wait until it has ended, or end it: the same command goes on from "
        "its last checkpoint. To train beside it, choose another folder with --run."
    )
    holder = (
        "import sys, time\nfrom pathlib import Path\nfrom ganfw.training.run_folder import claimed\n"
        "with claimed(Path(sys.argv[1]), {'game': 'toy'}):\n    print('claimed', flush=True)\n    time.sleep(60)\n"
    )
    other = subprocess.Popen([sys.executable, "-c", holder, str(run)], stdout=subprocess.PIPE, text=True)
    try:
        assert other.stdout.readline() == "claimed\n"
        with pytest.raises(ganfw.GanfwError) as error:
            toy_trainer(run=run, document={"game": "toy"}).fit()
        assert str(error.value) == message
    finally:
        other.kill()
        other.communicate()
    toy_trainer(steps=2, run=run, document={"game": "toy"}).fit()
    toy_trainer(steps=3, run=run, document={"game": "toy"}).fit()
