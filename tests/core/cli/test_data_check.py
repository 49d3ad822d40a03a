"""``ganfw data check`` names every bad file; training goes on without them."""

from __future__ import annotations

import pytest


@pytest.fixture
def one_truncated(pictures):
    file = pictures / "05.png"
    file.write_bytes(file.read_bytes()[:100])
    return pictures


def test_all_good(ganfw, pictures):
    result = ganfw("data", "check", "pictures", "image.size=8")
    assert (result.code, result.err) == (0, "")
    assert result.out == ("pictures: 12 of 12 pictures are good for image.size=8\nmodes: RGB (12)\nsizes: 20x17 (12)\n")


def test_some_bad(ganfw, one_truncated):
    result = ganfw("data", "check", "pictures", "image.size=8")
    assert (result.code, result.err) == (1, "")
    assert result.out == (
        "05.png: image file is truncated\n"
        "pictures: 11 of 12 pictures are good for image.size=8\nmodes: RGB (11)\nsizes: 20x17 (11)\n"
    )


def test_none_good(ganfw, pictures):
    result = ganfw("data", "check", "pictures")
    assert (result.code, result.out.splitlines()[-1]) == (2, "pictures: 0 of 12 pictures are good for image.size=64")


def test_data_of_a_recipe(ganfw, one_truncated):
    result = ganfw("data", "check", "dcgan", "data.path=pictures", "image.size=8")
    assert (result.code, result.out.splitlines()[0]) == (1, "05.png: image file is truncated")


def test_wrong_settings_beside_a_path(ganfw, pictures):
    result = ganfw("data", "check", "pictures", "seed=8", "image.size=x", "data")
    assert (result.code, result.out) == (2, "")
    assert result.err == (
        "ganfw: The command has 3 problems:\n\n"
        "  seed         beside a path only image.KEY and data.KEY settings count   (argument seed=8)\n"
        "  data         expected key=value, for example data=1                     (argument data)\n"
        '  image.size   expected an integer, got "x"                               (argument image.size=x)\n'
    )


def test_training_goes_on_without_a_truncated_picture(ganfw, one_truncated, tiny, tmp_path):
    command = ("train", "dcgan", "--run", "run", "data.path=pictures", *tiny, "trainer.steps=1")
    first, again = ganfw(*command), ganfw(*command)
    count = "ganfw: pictures: 1 of 12 pictures are skipped (1 broken, 0 too small); `ganfw data check` names them\n"
    assert (first.code, again.code) == (0, 0)
    assert first.err.startswith(f"ganfw: skipped 05.png: image file is truncated\n{count}step 1/1 ")
    assert again.err == f"{count}run is complete\n"
    assert (tmp_path / "run" / "model" / "model.safetensors").is_file()
