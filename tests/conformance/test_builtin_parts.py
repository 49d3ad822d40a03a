"""Every part and every recipe that is installed keeps its promises: one line, as a plugin's own tests have it."""

import pytest
from encoder_games import GAMES

import ganfw
from ganfw.config.slots import Slot, configure
from ganfw.data.stream import Stream, batches
from ganfw.plugins.hookspecs import PART_KINDS
from ganfw.plugins.registry import registry
from ganfw.testing import check_part, check_recipe
from ganfw.testing.toys import toy_data, toy_gan
from ganfw.training.rehearsal import Watch

RANDOMLY = ("fid", "kid", "prdc", "memorisation", "feature-diversity", "ppl", "intra-fid")
# What makes a part small enough to be built a dozen times; everything else is checked as it comes.
TINY = {
    ("generator", "dcgan"): {"width": 4, "latent_dim": 8},
    ("generator", "mlp"): {"hidden": [8, 8], "latent_dim": 4},
    ("generator", "began"): {"width": 4, "latent_dim": 8},
    ("generator", "cogan"): {"width": 4, "latent_dim": 8},
    ("generator", "lapgan"): {"levels": 1, "width": 4, "coarsest": {"type": "mlp", "hidden": [8], "latent_dim": 4}},
    **{("generator", name): {"width": 4, "latent_dim": 8} for name in ("sngan", "biggan", "biggan-deep")},
    **{("discriminator", name): {"width": 4} for name in ("sngan", "biggan", "biggan-deep")},
    ("discriminator", "dcgan"): {"width": 4},
    ("discriminator", "began"): {"width": 4, "code": 8},
    ("discriminator", "cogan"): {"width": 4},
    ("discriminator", "ebgan"): {"width": 4},
    ("discriminator", "lapgan"): {"levels": 1, "width": 4, "dropout": 0, "coarsest": {"type": "mlp", "hidden": [8]}},
    ("encoder", "mlp"): {"hidden": [8], "code_dim": 4},
    ("encoder", "conv"): {"width": 4, "code_dim": 4, "head": "gaussian"},
    ("discriminator", "joint-mlp"): {"hidden": [8]},
    ("discriminator", "joint-conv"): {"width": 4, "code_hidden": 4, "hidden": [8]},
    **{("gan", name): settings for name, settings in GAMES.items()},
    ("regularizer", "mutual-information"): {"categorical": [3], "continuous": 1},
    ("regularizer", "supervised"): {"classes": 2},
    ("data", "domains"): {"of": {"one": {"type": "shapes"}, "other": {"type": "shapes", "seed": 1}}},
    ("data", "binary"): {"data": {"type": "shapes"}},
    ("data", "semi-supervised"): {"data": {"type": "shapes", "labels": True}, "labelled": 30},
    ("discriminator", "mlp"): {"hidden": [8, 8]},
    ("regularizer", "path-length"): {"latent": "z"},
    ("metric", "point-modes"): {"ring": 8, "deviation": 0.1},
    **{("metric", name): {"extractor": "random"} for name in RANDOMLY},
}
_THREE, _VECTOR = ganfw.Condition("class", 3), ganfw.Condition("vector", 5)
SPEC = {
    ("generator", "dcgan"): ganfw.ImageSpec(8),
    ("discriminator", "dcgan"): ganfw.ImageSpec(8),
    **{(player, "infogan"): ganfw.ImageSpec(8, 1) for player in ("generator", "discriminator")},
    **{("generator", name): ganfw.ImageSpec(8, 1, _THREE) for name in ("cgan", "cogan")},
    **{("discriminator", name): ganfw.ImageSpec(8, 1, _THREE) for name in ("cgan", "cogan")},
    **{("discriminator", name): ganfw.ImageSpec(8, 1, _VECTOR) for name in ("joint-mlp", "joint-conv")},
    **{("gan", name): ganfw.ImageSpec(8, 1, _THREE if name == "bicogan" else None) for name in GAMES},
    ("generator", "began"): ganfw.ImageSpec(16, 1),
    ("discriminator", "began"): ganfw.ImageSpec(16, 1),
    ("discriminator", "ebgan"): ganfw.ImageSpec(8, 1),
    ("generator", "lapgan"): ganfw.ImageSpec(8, 1),
    ("discriminator", "lapgan"): ganfw.ImageSpec(8, 1),
    ("regularizer", "auxiliary-classifier"): ganfw.ImageSpec(8, 1, _THREE),
    **{
        (player, name): ganfw.ImageSpec(8, 1, _THREE)
        for player in ("generator", "discriminator")
        for name in ("biggan", "biggan-deep")
    },
    ("metric", "class-accuracy"): ganfw.ImageSpec(8, 1, ganfw.Condition("class", 10)),
    ("metric", "intra-fid"): ganfw.ImageSpec(8, 1, ganfw.Condition("class", 3)),
    ("metric", "point-modes"): ganfw.VectorSpec(2),
}
SKIP = {}
SLOTS = {"loss": "loss", "regularizer": "regularizers", "augmentation": "augmentation"}
# Recipes at a paper's size are stepped at a width that a CPU bears.
NARROW = dict.fromkeys(
    [
        *(f"{name}-cifar10" for name in ("sngan", "wgan-gp", "cgan-pd", "biggan")),
        *(f"{name}-128" for name in ("sngan", "sagan", "biggan", "biggan-deep")),
    ],
    ("generator.width=8", "discriminator.width=8"),
)
# What is the reader's own, or another's: files, accounts, downloads.
ELSEWHERE = {
    ("data", "files"): "it needs files: tests/core/data",
    ("data", "hub"): "it needs a network, or a stand-in: tests/core/data/test_tables.py",
    **{("gan", name): "its recipes are checked below" for name in ("two-player", "laplacian", "discrete-bgan")},
    **{("extractor", name): "tests/metrics/test_weights.py" for name in ("inception", "dinov2", "clip")},
    **{("tracker", name): "not installed here" for name in registry().parts("tracker") if name != "tensorboard"},
}
PARTS = [(kind, name) for kind in PART_KINDS for name in registry().parts(kind) if (kind, name) not in ELSEWHERE]


@pytest.mark.parametrize(("kind", "name"), PARTS, ids=lambda value: value)
def test_part(kind, name):
    check_part(
        kind,
        {"gan" if kind == "gan" else "type": name, **TINY.get((kind, name), {})},
        spec=SPEC.get((kind, name)),
        skip=SKIP.get((kind, name)),
    )


@pytest.mark.parametrize(("kind", "name"), [p for p in PARTS if p[0] in SLOTS], ids=lambda value: value)
def test_a_step_with_a_term_reads_nothing_on_the_host(kind, name):
    spec = SPEC.get((kind, name), ganfw.ImageSpec(16))
    term = configure(Slot(kind), {"type": name, **TINY.get((kind, name), {})}, (kind,), "The part").build(spec)
    gan = toy_gan(spec, **{SLOTS[kind]: {"it": term} if kind == "regularizer" else term})
    sgd = {network: ganfw.SGDConfig() for network in gan.networks()}  # Adam counts its steps on the host, on a CPU
    trainer = ganfw.Trainer(gan, toy_data(spec), steps=3, batch_size=8, tracker=None, optimizers=sgd)
    stream = Stream(trainer.data, batch_size=8, seed=0)
    for batch in batches(stream, 0, 3, device=trainer.device):
        with Watch(trainer.device) as watch:
            trainer.run_step(batch)
        assert watch.reasons == []
        assert watch.trace


@pytest.mark.slow
@pytest.mark.parametrize("name", registry().recipes())
def test_recipe(name):
    check_recipe(name, NARROW.get(name, ()))


def test_what_is_checked_elsewhere_exists():
    assert all(name in registry().parts(kind) for kind, name in ELSEWHERE)
