"""Every recipe can be started: `ganfw check` passes it at full size, and `--dry-run` at a width that a CPU can bear.

Those at a paper's own size have its numbers of parameters.
"""

import re
from dataclasses import replace

import pytest
import torch

import ganfw
from ganfw.cli import opening
from ganfw.cli.main import main
from ganfw.config.resolve import resolve
from ganfw.health.probe import Probe
from ganfw.plugins.registry import registry

LARGE = 2_000_000
"""Parameters above which a dry run is made with narrower networks."""
WIDTHS = ("width", "base_width", "channels_base", "hidden")

# Recipe: classes of its data, parameters of the generator and of the discriminator. tests/architectures says where they
# are from. InfoGAN's discriminator has its head for the codes; CR-GAN has the networks of SN-GAN.
COUNTS = {
    "dcgan-64": (0, 3_576_704, 2_765_568),
    "gan": (0, 2_503_984, 1_231_441),
    "cgan": (10, 2_413_984, 1_224_351),
    "infogan-mnist": (0, 6_652_481, 6_559_169 + 133_004),
    "began-64": (0, 1_716_611, 13_405_379),
    "wgan-gp-cifar10": (0, 1_204_483, 1_053_825),
    "sngan-cifar10": (0, 4_276_739, 1_053_825),
    "crgan-cifar10": (0, 4_276_739, 1_053_825),
    "cgan-pd-cifar10": (10, 4_304_387, 1_055_105),
    "biggan-cifar10": (10, 4_304_387, 4_207_361),
    "sngan-128": (0, 32_150_787, 29_017_857),
    "biggan-128": (1000, 70_433_988, 87_982_370),
    "biggan-deep-128": (1000, 50_244_484, 34_590_210),
}


def size(network):
    return sum(p.numel() for p in network.parameters())


@pytest.mark.slow
@pytest.mark.parametrize("name", COUNTS)
def test_networks_have_the_parameters_of_the_paper(name):
    classes, *counts = COUNTS[name]
    (stage,) = resolve(name).stages
    condition = ganfw.Condition("class", classes) if classes else None
    with torch.device("meta"):  # holds no numbers, so that any size can be built in a moment
        gan = stage.recipe.build(replace(stage.recipe.image.spec(), condition=condition))
    assert [size(gan.generator), size(gan.discriminator)] == counts


def narrow(document):
    """Overrides that give each network a tenth of its width, or less."""
    return [
        f"{player}.{key}={[less(v) for v in value] if isinstance(value, list | tuple) else less(value)}"
        for player, settings in document.items()
        if isinstance(settings, dict)
        for key, value in settings.items()
        if key in WIDTHS and value
    ]


def less(width):
    return max(4, width // 16)


@pytest.fixture
def command(capsys):
    """Run a command in this process, and give what it said."""

    def run(*arguments):
        with pytest.raises(SystemExit) as stopped:
            main([*arguments])
        said = capsys.readouterr()
        assert (stopped.value.code, said.err) == (0, "")
        return said.out

    return run


@pytest.fixture
def opened(monkeypatch):
    """Each trainer that a command opens, with its weights as they were."""
    found, open_stage = [], opening.open_stage

    def noting(*arguments, **settings):
        trainer = open_stage(*arguments, **settings)
        found.append((trainer, {name: value.clone() for name, value in trainer.gan.named_parameters()}))
        return trainer

    monkeypatch.setattr(opening, "open_stage", noting)
    return found


@pytest.mark.slow
@pytest.mark.parametrize("name", registry().recipes())
def test_the_recipe_passes_the_check_and_a_dry_run_changes_the_weights(name, command, opened):
    counts = re.findall(r"^  \w+: ([\d,]+) parameters$", command("check", name), re.MULTILINE)
    large = sum(int(count.replace(",", "")) for count in counts) > LARGE
    overrides = narrow(resolve(name).stages[0].document) if large else []
    findings = command("train", name, "--dry-run", *overrides, "trainer.batch_size=4", "trainer.tracker=null")
    assert opened
    assert findings.count("\nthe whole run ") == len(opened)
    for trainer, before in opened:
        moved = {key for key, value in trainer.gan.named_parameters() if not torch.equal(value, before[key])}
        steps = range(min(trainer.config.total_steps, 10_000))
        due = {network for phase in trainer.phases if any(map(phase.due, steps)) for network in phase.network_names}
        assert {key.split(".")[0] for key in moved} >= due
        assert all(value.isfinite().all() for value in trainer.gan.parameters())
        Probe(trainer, trainer.held_out).measure()  # what the trainer does every 2,048 pictures
