"""The benchmark of the step on a GPU runs; without one it times the step as it is."""

import gpu_step


def test_the_step_is_timed(capsys):
    tiny = ["generator.width=2", "discriminator.width=2", "image.size=16"]
    gpu_step.main(["dcgan-64", *tiny, "--batch", "4", "--warm-up", "8", "--blocks", "1", "--block-seconds", "0.01"])
    lines = capsys.readouterr().out.splitlines()
    assert lines[1].split() == ["case", "batch", "way", "img/s", "ms/step", "fastest", "kernels", "peak", "MiB"]
    assert lines[2].split()[:5] == ["dcgan-64", "4", "as", "it", "is"]
    assert float(lines[2].split()[5]) > 0


def test_a_recipe_that_is_not_installed_is_left_out(capsys, monkeypatch):
    monkeypatch.setitem(gpu_step.CASES, "other", ("not-there", 64, []))
    gpu_step.main(["other"])
    assert capsys.readouterr().out.splitlines()[2] == "other      the recipe not-there is not installed"
