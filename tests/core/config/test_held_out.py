"""Which data a run is watched with."""

import pytest

from ganfw.config.resolve import resolve


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("GANFW_CACHE", str(tmp_path / "cache"))


def opened(*overrides):
    (stage,) = resolve("dcgan", ["image.size=16", *overrides]).stages
    return stage.recipe.open_held_out()


def test_the_data_bring_their_own():
    assert len(opened()) == 136
    assert opened("data.split=test") is None


def test_other_data_are_not_watched_with_those_of_the_recipe(tmp_path):
    from PIL import Image

    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        for number in range(3 if folder == "a" else 2):
            Image.new("RGB", (16, 16), (number, 0, 0)).save(tmp_path / folder / f"{number}.png")
    assert opened(f"data.path={tmp_path}/a") is None
    assert len(opened(f"data.path={tmp_path}/a", f"held_out.path={tmp_path}/b")) == 2
