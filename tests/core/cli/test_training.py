"""``ganfw train`` and ``ganfw sample`` from a folder of pictures to samples."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ganfw.training.tensors import read_tensors


def weights(folder):
    return read_tensors(folder / "model" / "model.safetensors")


def test_train_resume_sample(ganfw, pictures, tiny, tmp_path):
    command = ("train", "dcgan", "data.path=pictures", *tiny)
    first = ganfw(*command, "trainer.steps=2")
    assert (first.code, first.out) == (
        0,
        "samples: runs/dcgan/samples\nmodel:   runs/dcgan/model\n\nmore of them: ganfw sample runs/dcgan\n",
    )
    assert first.err.startswith("step 2/2  0.0 kimg  ")
    assert ganfw(*command, "trainer.steps=2").err == "runs/dcgan is complete\n"
    assert ganfw(*command, "trainer.steps=3").err.startswith("going on from step 2\nstep 3/3  ")

    assert ganfw(*command, "trainer.steps=3", "--run", "unbroken").code == 0
    broken, unbroken = weights(tmp_path / "runs" / "dcgan"), weights(tmp_path / "unbroken")
    assert all((broken[name] == tensor).all() for name, tensor in unbroken.items())

    result = ganfw("sample", "runs/dcgan", "--count", "5", "--seed", "1", "--out", "made", "--grid")
    assert (result.code, result.out, result.err) == (0, "5 samples in made\n", "")
    assert sorted(file.name for file in (tmp_path / "made").iterdir()) == [
        "grid.png", *(f"sample-{index:05d}.png" for index in range(5))
    ]  # fmt: skip
    grid = np.asarray(Image.open(tmp_path / "made" / "grid.png"))
    assert grid.shape == (16, 24, 3)
    assert (grid[8:, 8:16] == np.asarray(Image.open(tmp_path / "made" / "sample-00004.png"))).all()
    near = ("--truncation", "0.5", "--standing-statistics", "2")
    assert ganfw("sample", "runs/dcgan", "--count", "5", "--seed", "1", "--out", "near", *near).code == 0
    same, other = (Path(folder, "sample-00000.png").read_bytes() for folder in ("made", "near"))
    assert same != other


def test_samples_of_one_class(ganfw, pictures, tiny, tmp_path):
    for name in ("cat", "dog"):
        (tmp_path / "pets" / name).mkdir(parents=True)
        for file in pictures.iterdir():
            (tmp_path / "pets" / name / file.name).write_bytes(file.read_bytes())
    told = ("data.path=pets", "data.labels=folders", "generator.conditional=true")
    assert ganfw("train", "dcgan", *told, *tiny, "trainer.steps=1").code == 0

    def made(name, *more):
        assert ganfw("sample", "runs/dcgan", "--count", "3", "--out", name, *more).code == 0
        return [file.read_bytes() for file in sorted((tmp_path / name).iterdir())]

    dogs = made("dogs", "--class", "dog")
    assert dogs == made("second", "--class", "1")
    assert all(dog != cat for dog, cat in zip(dogs, made("cats", "--class", "cat"), strict=True))
    result = ganfw("sample", "runs/dcgan", "--class", "cow")
    assert (result.code, result.err) == (
        2, "ganfw: --class cow: runs/dcgan has no such class. Give a number from 0 to 1, or a name: cat, dog\n"
    )  # fmt: skip
    ganfw("train", "dcgan", "--run", "plain", "data.path=pictures", *tiny, "trainer.steps=1")
    assert ganfw("sample", "plain", "--class", "cat").err == (
        "ganfw: --class cat: plain was trained without classes; leave it out\n"
    )


def test_seed_decides_the_first_weights(ganfw, pictures, tiny, tmp_path):
    for run, seed in (("a", 0), ("b", 1)):
        ganfw("train", "dcgan", "--run", run, "data.path=pictures", *tiny, "trainer.steps=1", f"seed={seed}")
    a, b = (weights(tmp_path / run) for run in "ab")
    assert any((a[name] != tensor).any() for name, tensor in b.items())


def test_stages_start_from_each_other(ganfw, pictures, tmp_path):
    (tmp_path / "two.yaml").write_text(
        "image: {size: 8}\ndata: {path: pictures}\nloss: hinge\n"
        "generator: {type: dcgan, width: 4}\ndiscriminator: {type: dcgan, width: 4}\n"
        "trainer: {steps: 1, batch_size: 4, tracker: null, ema: null}\n"
        "stages:\n  - name: both\n  - name: judge\n    freeze: [generator]\n"
    )
    result = ganfw("train", "two.yaml")
    assert (result.code, result.out) == (
        0,
        "samples: runs/two/2-judge/samples\nmodel:   runs/two/2-judge/model\n\n"
        "more of them: ganfw sample runs/two/2-judge\n",
    )
    first, second = weights(tmp_path / "runs" / "two" / "1-both"), weights(tmp_path / "runs" / "two" / "2-judge")
    assert all((second[name] == tensor).all() for name, tensor in first.items())  # it stayed frozen
    assert ganfw("train", "two.yaml").err == "runs/two/1-both is complete\nruns/two/2-judge is complete\n"


def test_dry_run(ganfw, pictures, tiny, tmp_path):
    lazy = ("regularizers.r1.every=16", "generator_every=5", "discriminator.norm=none")
    result = ganfw("train", "dcgan", "--dry-run", "data.path=pictures", *tiny, *lazy, "trainer.steps=200")
    assert (result.code, result.err) == (0, "")
    recipe, _, findings = result.out.partition("\n\n")
    assert recipe + "\n" == ganfw("show", "dcgan", "data.path=pictures", *tiny, *lazy, "trainer.steps=200").out
    rows = dict(line.split("  ", 1) for line in findings.splitlines())
    assert [name.strip() for name in rows] == [
        "parameters of generator", "parameters of discriminator", "time of discriminator", "time of discriminator/r1",
        "time of generator", "time of a step", "launches of a step", "images a second", "peak memory", "the whole run",
    ]  # fmt: skip
    # Two convolutions of 4 x 4: 3 to 4 channels, 4 to 1; the first one's 4 biases stand or fall with the norm.
    assert int(rows["parameters of discriminator"].strip()) in {256, 260}
    assert 100 < int(rows["launches of a step"].split()[0].replace(",", "")) < 2000
    assert rows["the whole run"].endswith(" for 200 steps")
    assert not (tmp_path / "runs").exists()


def test_interruption(ganfw, pictures, tiny, monkeypatch):
    from ganfw.training.trainer import Trainer

    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(Trainer, "run_step", interrupt)
    result = ganfw("train", "dcgan", "--run", "run", "data.path=pictures", *tiny)
    assert (result.code, result.out) == (130, "")
    assert result.err == "ganfw: stopped; the same command goes on from the last checkpoint in run\n"


@pytest.mark.slow
def test_two_processes_follow_one(ganfw, pictures, tmp_path):
    """Also: a mistake is told once, and its exit code comes through."""
    networks = ("generator={type: mlp, hidden: [8], norm: none}", "discriminator={type: mlp, hidden: [8]}")
    command = ("train", "dcgan", "data.path=pictures", "image.size=8", "trainer.batch_size=4", "trainer.steps=3")
    command = (*command, *networks, "augmentation=null", "trainer.tracker=null")
    assert ganfw(*command, "--run", "one").code == 0

    def two_processes(*more):
        whole = [sys.executable, "-m", "ganfw", *command, "--run=two", "--num-processes=2", *more]
        return subprocess.run(whole, cwd=tmp_path, capture_output=True, text=True, check=False)

    done = two_processes()
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("ganfw sample two") == done.stderr.count("step 3/3") == 1
    alone = weights(tmp_path / "one")
    for name, tensor in weights(tmp_path / "two").items():
        np.testing.assert_allclose(tensor, alone[name], rtol=1e-4, atol=1e-6)
    refused = two_processes("seed=1")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert refused.stderr == (
        "ganfw: the folder two belongs to another recipe:\n\n  seed: 1 here, 0 in the run\n\n"
        "Choose another folder with --run, or give the settings that the run has.\n"
    )


def test_a_run_of_an_older_version_goes_on(ganfw, pictures, tiny, tmp_path):
    """It lacks settings that have come since; they have their defaults, under which it means what it meant."""
    command = ("train", "dcgan", "data.path=pictures", *tiny)
    assert ganfw(*command, "trainer.steps=1").code == 0
    file = tmp_path / "runs/dcgan/recipe.yaml"
    new = ("max_gradient_norm", "on_error")
    kept = "\n".join(line for line in file.read_text().splitlines() if not any(name in line for name in new)) + "\n"
    file.write_text(kept)
    assert ganfw(*command, "trainer.steps=2").err.startswith("going on from step 1\n")
    file.write_text(kept.replace("seed: 0", "seed: 5"))
    assert "\n  seed: 0 here, 5 in the run\n" in ganfw(*command, "trainer.steps=3").err
