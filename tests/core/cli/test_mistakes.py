"""A user's mistake: the whole message on stderr, exit code 2, nothing on stdout."""

from __future__ import annotations

import shutil

import pytest
import torch


def complaint(result):
    assert (result.code, result.out) == (2, "")
    return result.err


def test_unknown_recipe(ganfw):
    assert complaint(ganfw("train", "dcgn")) == (
        "ganfw: no recipe named 'dcgn'; did you mean dcgan? `ganfw recipes` lists all\n"
    )


def test_unknown_recipe_file(ganfw):
    assert complaint(ganfw("show", "mine/dcgan.yaml")) == (
        "ganfw: there is no recipe file mine/dcgan.yaml; give the path of a YAML file, or a name that `ganfw recipes` "
        "lists\n"
    )


def test_unknown_part(ganfw):
    assert complaint(ganfw("check", "dcgan", "loss.type=hingee")) == (
        "ganfw: The recipe has a problem:\n\n"
        "  loss.type   no loss named 'hingee'; did you mean hinge? `ganfw plugins` lists all   "
        "(argument loss.type=hingee)\n"
    )


@pytest.mark.parametrize(("key", "meant"), [("generator.widht", "generator.width"), ("steps", "trainer.steps")])
def test_unknown_key(ganfw, key, meant):
    assert complaint(ganfw("show", "dcgan", f"{key}=3")) == (
        f"ganfw: The recipe has a problem:\n\n  {key}   unknown key; did you mean {meant}?   (argument {key}=3)\n"
    )


def test_all_problems_at_once(ganfw):
    assert complaint(ganfw("train", "dcgan", "generator.width=wide", "trainer.batch_size=0")) == (
        "ganfw: The recipe has 2 problems:\n\n"
        "  trainer.batch_size   has to be at least 1, got 0       (argument trainer.batch_size=0)\n"
        '  generator.width      expected an integer, got "wide"   (argument generator.width=wide)\n'
    )


def test_override_without_value(ganfw):
    assert complaint(ganfw("train", "dcgan", "generator.width")) == (
        "ganfw: The recipe has a problem:\n\n"
        "  generator.width   expected key=value, for example generator.width=1   (argument generator.width)\n"
    )


def test_penalty_on_a_discriminator_with_batch_norm(ganfw, pictures, tiny):
    mix = ("image.size=16", "regularizers.gradient-penalty.weight=10")
    message = complaint(ganfw("train", "dcgan", "data.path=pictures", *tiny, *mix))
    assert message == (
        "ganfw: regularizers.gradient-penalty penalises each sample's own gradient, but DCGANDiscriminator mixes the "
        "samples of a batch (batch normalisation), so that gradient is not defined. Build the discriminator without "
        "it (discriminator.norm=none), or leave out the penalty.\n"
    )
    assert complaint(ganfw("check", "dcgan", "data.path=pictures", *tiny, *mix)) == message


def test_missing_data(ganfw, pictures, tiny):
    assert complaint(ganfw("train", "dcgan", "data.path=picturs", *tiny)) == (
        "ganfw: picturs does not exist; did you mean data.path=pictures?\n"
    )


def test_empty_folder(ganfw, tmp_path, tiny):
    (tmp_path / "empty").mkdir()
    assert complaint(ganfw("train", "dcgan", "data.path=empty", *tiny)) == (
        "ganfw: empty is empty. Put pictures into it, or give another folder as data.path.\n"
    )


def test_all_pictures_too_small(ganfw, pictures, tiny):
    assert complaint(ganfw("train", "dcgan", "data.path=pictures", *tiny, "image.size=64")) == (
        "ganfw: all 12 pictures in pictures are too small for image.size=64: their shorter side is 17 pixels. "
        "image.size=16 would take all of them.\n"
    )


def test_check_names_problems_of_data_and_of_parts(ganfw, pictures, tiny):
    assert complaint(ganfw("check", "dcgan", "data.path=picturs", *tiny, "image.size=48")) == (
        "ganfw: picturs does not exist; did you mean data.path=pictures?\n"
        "image.size=48 cannot be made by DCGAN: it doubles from 4 x 4, so the size is a power of two from 8 to 1024. "
        "Use image.size=32 or 64.\n"
    )


@pytest.fixture
def labelled(tmp_path, pictures):
    """A copy of the pictures in two folders, called ``labelled``."""
    for index, file in enumerate(sorted(pictures.iterdir())):
        folder = tmp_path / "labelled" / "ab"[index % 2]
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copy(file, folder)


@pytest.mark.parametrize("command", ["train", "check"])
def test_held_out_data_without_the_labels(ganfw, labelled, tiny, command):
    settings = ("data.path=labelled", "data.labels=folders", "held_out.path=pictures")
    assert complaint(ganfw(command, "dcgan", *settings, *tiny)) == (
        "ganfw: held_out: the held-out data do not fit the data: they are 3 x 8 x 8 without a condition, and the data "
        "are 3 x 8 x 8 with 2 classes. The discriminator is shown both. Open both alike (held_out.labels=folders where "
        "data.labels=folders is), or leave it out.\n"
    )


@pytest.mark.parametrize("command", ["train", "check"])
def test_held_out_data_that_are_missing(ganfw, pictures, tiny, command):
    message = complaint(ganfw(command, "dcgan", "data.path=pictures", "held_out.path=picturs", *tiny))
    assert message.startswith("ganfw: held_out: picturs does not exist")


def test_run_folder_of_another_recipe(ganfw, pictures, tiny):
    command = ("train", "dcgan", "--run", "run", "data.path=pictures", *tiny, "trainer.steps=1")
    assert ganfw(*command).code == 0
    assert complaint(ganfw(*command, "generator.width=8", "seed=1")) == (
        "ganfw: the folder run belongs to another recipe:\n\n"
        "  seed: 1 here, 0 in the run\n"
        "  generator.width: 8 here, 4 in the run\n\n"
        "Choose another folder with --run, or give the settings that the run has.\n"
    )


def test_run_folder_that_is_a_file(ganfw, pictures, tiny):
    assert complaint(ganfw("train", "dcgan", "--run", "pictures/00.png", "data.path=pictures", *tiny)) == (
        "ganfw: cannot write to the run folder pictures/00.png: File exists. Make it writable and run the same command "
        "again, or choose another folder with --run.\n"
    )


def test_unknown_tracker(ganfw, pictures, tiny):
    message = complaint(ganfw("train", "dcgan", "data.path=pictures", *tiny, "trainer.tracker=tensorbord"))
    assert "no tracker named 'tensorbord'; did you mean tensorboard? `ganfw plugins` lists all" in message


def test_check_tries_the_tracker_and_the_start(ganfw, pictures, tiny):
    message = complaint(
        ganfw("check", "dcgan", "data.path=pictures", *tiny, "trainer.tracker=wandb", "start_from=nowhere")
    )
    assert message.splitlines() == [
        "ganfw: start_from: nowhere is neither a run folder with a checkpoint nor a model folder",
        "trainer.tracker=wandb is not installed; try `pip install wandb`, or trainer.tracker=null",
    ]


def test_check_compares_the_start_with_the_networks(ganfw, pictures, tiny):
    command = ("dcgan", "data.path=pictures", *tiny)
    assert ganfw("train", *command, "--run", "run", "trainer.steps=1").code == 0
    assert ganfw("check", *command, "start_from=run").code == 0
    message = complaint(ganfw("check", *command, "start_from=run", "generator.width=8"))
    assert message.startswith("ganfw: start_from: generator.")
    assert message.endswith(" here. Give the same network settings.\n")


def test_plain_and_staged_runs_stay_apart(ganfw, pictures, tmp_path):
    recipe = (
        "image: {size: 8}\ndata: {path: pictures}\nloss: hinge\n"
        "generator: {type: dcgan, width: 4}\ndiscriminator: {type: dcgan, width: 4}\n"
        "trainer: {steps: 1, batch_size: 4, tracker: null}\n"
    )
    (tmp_path / "plain.yaml").write_text(recipe)
    (tmp_path / "staged.yaml").write_text(f"{recipe}stages:\n- name: a\n- name: b\n")
    for name in ("plain", "staged"):
        assert ganfw("train", f"{name}.yaml", "--run", f"of-{name}").code == 0
    assert complaint(ganfw("train", "staged.yaml", "--run", "of-plain")) == (
        "ganfw: the folder of-plain holds a plain run, but this recipe has stages; choose another with --run\n"
    )
    assert complaint(ganfw("train", "plain.yaml", "--run", "of-staged")) == (
        "ganfw: the folder of-staged holds a run of stages (1-a, 2-b), but this recipe has none; "
        "choose another with --run\n"
    )


def test_tracker_that_is_not_installed(ganfw, pictures, tiny):
    assert complaint(ganfw("train", "dcgan", "data.path=pictures", *tiny, "trainer.tracker=wandb")) == (
        "ganfw: trainer.tracker=wandb is not installed; try `pip install wandb`, or trainer.tracker=null\n"
    )


def test_nothing_to_sample_from(ganfw, pictures):
    assert complaint(ganfw("sample", "runs/mine")) == "ganfw: no model in runs/mine: there is no such folder\n"
    assert complaint(ganfw("sample", "pictures")) == (
        "ganfw: no model in pictures: it has no model yet: train it to its first checkpoint\n"
    )


def test_missing_plugin_file(ganfw):
    assert complaint(ganfw("show", "dcgan", "--plugin", "mine.py")) == (
        "ganfw: there is no plugin file mine.py; give the path of a Python file\n"
    )
    assert complaint(ganfw("show", "dcgan", "--plugin")) == "ganfw: --plugin takes the path of a Python file\n"


@pytest.mark.parametrize("command", [["recipes"], ["check", "dcgan"], ["train", "dcgan"]])
def test_plugin_file_that_cannot_be_loaded(ganfw, tmp_path, command):
    (tmp_path / "mine.py").write_text("import ganfw\nraise RuntimeError('not today')\n")
    assert complaint(ganfw(*command, "--plugin", "mine.py")) == (
        "ganfw: the plugin file mine.py cannot be used: RuntimeError: not today (mine.py, line 2)\n"
    )


def test_dry_run_of_several_processes(ganfw):
    assert complaint(ganfw("train", "dcgan", "--dry-run", "--num-processes", "2")) == (
        "ganfw: --dry-run measures one process; leave out --num-processes\n"
    )


def test_refusal_of_a_part_with_a_plain_value_error(ganfw, pictures, tiny, tmp_path):
    (tmp_path / "picky.py").write_text(
        "import ganfw\n"
        "class PickyConfig(ganfw.Config):\n"
        "    def build(self, spec):\n"
        "        raise ValueError('8 pixels are too few for me')\n"
        "@ganfw.hookimpl\n"
        "def ganfw_register_loss():\n"
        "    yield ganfw.Part('picky', PickyConfig, 'never content')\n"
    )
    command = ("train", "dcgan", "--plugin", "picky.py", "data.path=pictures", *tiny, "loss=picky")
    assert complaint(ganfw(*command)) == (
        "ganfw: the networks cannot be built with these settings: 8 pixels are too few for me\n"
    )


@pytest.mark.parametrize(
    "error",
    [
        torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 GiB.\nGPU 0 has ..."),
        RuntimeError("[enforce fail at alloc_cpu.cpp:124] err == 0. DefaultCPUAllocator: can't allocate memory"),
        MemoryError("Unable to allocate 2.00 TiB for an array"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_out_of_memory(ganfw, pictures, tiny, monkeypatch, error):
    def run_step(*_):
        raise error

    monkeypatch.setattr("ganfw.training.trainer.Trainer.run_step", run_step)
    message = complaint(ganfw("train", "dcgan", "data.path=pictures", *tiny))
    assert message == (
        f"ganfw: the memory does not suffice: {str(error).splitlines()[0].rstrip('.')}. Training takes less with a "
        "smaller trainer.batch_size, with each batch in parts (trainer.micro_batches=4), or with narrower networks "
        "(generator.width, discriminator.width); `ganfw train ... --dry-run` says how much. With GANFW_TRACEBACK=1 you "
        "see where it was.\n"
    )


def test_other_runtime_errors_stay_tracebacks(monkeypatch):
    from ganfw.cli.main import main

    def broken(*_):
        raise RuntimeError("index out of bounds")

    monkeypatch.setattr("ganfw.config.resolve.resolve", broken)
    with pytest.raises(RuntimeError, match="out of bounds"):
        main(["show", "dcgan"])


def test_unknown_command(ganfw):
    assert complaint(ganfw("trian")).endswith("\nError: No such command 'trian'. Did you mean 'train'?\n")


def test_unknown_option(ganfw):
    assert complaint(ganfw("train", "--nun-processes", "2")).endswith(
        "\nError: No such option: --nun-processes (Possible options: --num-processes)\n"
    )


def test_traceback_on_demand(monkeypatch):
    from ganfw.cli.main import main
    from ganfw.errors import GanfwError

    monkeypatch.setenv("GANFW_TRACEBACK", "1")
    with pytest.raises(GanfwError):
        main(["train", "dcgn"])
