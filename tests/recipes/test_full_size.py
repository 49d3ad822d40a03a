"""Every recipe can be started: its parts fit at full size, and one step of it works at a width that a CPU can bear."""

import pytest
import torch

from ganfw.cli.opening import open_stage
from ganfw.config.resolve import resolve
from ganfw.data.stream import Stream, batches
from ganfw.plugins.registry import registry

LARGE = 2_000_000
"""Parameters above which a step is made with narrower networks."""
WIDTHS = ("width", "base_width", "channels_base")


def full(name):
    """Stages with the networks on the device that holds no numbers, so that any size can be built in a moment."""
    for stage in resolve(name).stages:
        spec = stage.recipe.open_data().spec
        with torch.device("meta"):
            yield stage, stage.recipe.build(spec)


def size(gan):
    return sum(p.numel() for network in gan.networks().values() for p in network.parameters())


def narrow(stage):
    """Overrides that give each network a tenth of its width, or less."""
    return [
        f"{player}.{key}={max(4, value // 16)}"
        for player, settings in stage.document.items()
        if isinstance(settings, dict)
        for key, value in settings.items()
        if key in WIDTHS and isinstance(value, int)
    ]


@pytest.mark.slow
@pytest.mark.parametrize("name", registry().recipes())
def test_the_parts_fit_at_full_size_and_a_step_changes_the_weights(name):
    stages = list(full(name))
    large = any(size(gan) > LARGE for _, gan in stages)
    overrides = narrow(stages[0][0]) if large else []
    stage = resolve(name, [*overrides, "trainer.batch_size=4", "trainer.tracker=null"]).stages[0]
    trainer = open_stage(stage)
    before = {key: value.clone() for key, value in trainer.gan.named_parameters()}
    stream = Stream(trainer.data, batch_size=4, seed=0)
    # As many steps as it takes until each phase was due once; pretraining may make that long, five are enough then.
    steps = next((n for n in range(1, 6) if all(any(p.due(i) for i in range(n)) for p in trainer.phases)), 5)
    for batch in batches(stream, 0, steps):
        trainer.run_step(batch)
    moved = {key for key, value in trainer.gan.named_parameters() if not torch.equal(value, before[key])}
    due = {network for phase in trainer.phases if any(map(phase.due, range(steps))) for network in phase.network_names}
    assert {key.split(".")[0] for key in moved} >= due
    assert all(value.isfinite().all() for value in trainer.gan.parameters())
