"""Registration, building from settings, and every loss with every regularizer."""

import pkgutil
import subprocess
import sys

import pytest
import torch
from pydantic import ValidationError

import ganfw_losses
from ganfw.config.base import Schedule
from ganfw.game import TwoPlayerGAN
from ganfw.specs import AudioSpec, Condition, ImageSpec, SequenceSpec
from ganfw.terms import Augmentation, Constraint, Loss, Regularizer
from ganfw_losses.configs import adversarial, augmentation, regularizers

LOSSES = {part.name: part for part in ganfw_losses.ganfw_register_loss()}
REGULARIZERS = {part.name: part for part in ganfw_losses.ganfw_register_regularizer()}
AUGMENTATIONS = {part.name: part for part in ganfw_losses.ganfw_register_augmentation()}
SPEC = ImageSpec(size=16)
LABELLED = ImageSpec(size=16, condition=Condition("class", 2))


SETTINGS = {
    "path-length": {"latent": "z"},  # the tests' generator has no styles
    "supervised": {"classes": 2},
    "mutual-information": {"categorical": (2,), "continuous": 1},
}
PICTURES_ONLY = ("cr", "bcr")  # the tests' samples are points


def config_of(part):
    return pkgutil.resolve_name(part.config)


def test_names():
    assert list(LOSSES) == [
        "minimax", "non-saturating", "least-squares", "wasserstein", "hinge", "rpgan", "relativistic-average", "ebgan",
        "began", "boundary-seeking", "f-gan", "weighted", "top-k",
    ]  # fmt: skip
    assert list(REGULARIZERS) == [
        "r1", "r2", "gradient-penalty", "dragan", "drift", "lecam", "cr", "bcr", "zcr", "path-length", "orthogonal",
        "historical-averaging", "feature-matching", "pulling-away", "weight-clip", "spectral-norm",
        "auxiliary-classifier", "supervised", "mutual-information",
    ]  # fmt: skip
    assert list(AUGMENTATIONS) == ["diffaugment", "ada", "pipe", "instance-noise"]


@pytest.mark.parametrize(
    ("parts", "kind"), [(LOSSES, Loss), (REGULARIZERS, (Regularizer, Constraint)), (AUGMENTATIONS, Augmentation)]
)
def test_every_part_builds_and_says_what_it_is(parts, kind):
    for part in parts.values():
        assert isinstance(config_of(part)().build(LABELLED), kind)
        assert part.summary
        assert part.reference
        for name, field in config_of(part).model_fields.items():
            assert field.description, f"{part.name}.{name} is not explained"


def test_settings_reach_the_parts():
    assert adversarial.NonSaturatingConfig(real_label=0.9).build(SPEC).real_label == 0.9
    codes = adversarial.LeastSquaresConfig(a=-1, b=1, c=0, scale=1).build(SPEC)
    assert (codes.a, codes.b, codes.c, codes.scale) == (-1, 1, 0, 1)
    gamma = Schedule(start=1.0, end=0.1, to_kimg=10)
    for config in (regularizers.R1Config, regularizers.R2Config):
        penalty = config(gamma=gamma, every=16).build(SPEC)
        assert (penalty.gamma, penalty.every) == (gamma, 16)
    penalty = regularizers.GradientPenaltyConfig(weight=1, target=750, every=2).build(SPEC)
    assert (penalty.weight, penalty.target, penalty.every) == (1, 750, 2)
    assert regularizers.GradientPenaltyConfig(one_sided=True).build(SPEC).one_sided
    assert regularizers.WeightClipConfig(bound=0.1).build(SPEC).bound == 0.1
    reached = {
        "DRAGAN": {"weight": gamma, "target": 0.5, "every": 2},
        "Drift": {"weight": gamma, "every": 2},
        "LeCam": {"weight": gamma, "decay": 0.9, "start": 3, "every": 2},
        "Consistency": {"weight": gamma, "every": 2},
        "BalancedConsistency": {"real_weight": gamma, "fake_weight": 2.0, "every": 2},
        "LatentConsistency": {"discriminator_weight": gamma, "generator_weight": 2.0, "std": 0.1, "every": 2},
        "PathLength": {"weight": gamma, "decay": 0.1, "every": 2, "shrink": 1, "latent": "z"},
        "Orthogonal": {"weight": gamma, "full": True, "side": "discriminator", "every": 2},
        "HistoricalAveraging": {"weight": gamma, "side": "discriminator", "every": 2},
        "FeatureMatching": {"weight": gamma, "layer": 0, "norm": "l1", "every": 2},
        "PullingAway": {"weight": gamma, "layer": 0, "every": 2},
        "SpectralNorm": {"side": "generator", "iterations": 2, "eps": 1e-6},
    }
    for name, settings in reached.items():
        term = getattr(regularizers, f"{name}Config")(**settings).build(SPEC)
        assert {key: getattr(term, key) for key in settings} == settings
    made = augmentation.DiffAugmentConfig(policy=("flip", "cutout"), fill="edge").build(SPEC)
    assert (made.policy, made.fill) == (("flip", "cutout"), "edge")
    settings = {"target": 0.5, "interval": 2, "kimg": 100.0, "most": 0.8}
    ada = augmentation.ADAConfig(**settings, start=0.25).build(SPEC)
    assert {name: getattr(ada, name) for name in settings} == settings
    assert (ada.p, ada.groups) == (0.25, {"blit": 1, "geom": 1, "color": 1})
    pipe = augmentation.PipeConfig(p=gamma, groups={"color": 0.5, "blit": 0, "cutout": 1}).build(SPEC)
    assert (pipe.p, pipe.groups) == (gamma, {"geom": 1, "color": 0.5, "cutout": 1})
    assert augmentation.InstanceNoiseConfig(std=gamma).build(SPEC).std == gamma


@pytest.mark.parametrize(
    ("config", "settings"),
    [
        (adversarial.NonSaturatingConfig, {"real_label": 1.2}),
        (regularizers.R1Config, {"every": 0}),
        (regularizers.WeightClipConfig, {"bound": 0}),
        (regularizers.LeCamConfig, {"decay": 1}),
        (regularizers.OrthogonalConfig, {"side": "both"}),
        (augmentation.DiffAugmentConfig, {"policy": ("rotate",)}),
        (augmentation.ADAConfig, {"groups": {"rotate": 1}}),
        (augmentation.ADAConfig, {"most": 1.1}),
        (augmentation.PipeConfig, {"groups": {"blit": 2}}),
        (augmentation.InstanceNoiseConfig, {"std": -1}),
    ],
)
def test_senseless_settings_are_refused(config, settings):
    with pytest.raises(ValidationError):
        config(**settings)


def test_diffaugment_refuses_what_it_cannot_transform():
    with pytest.raises(ValueError, match="AudioSpec") as error:
        augmentation.DiffAugmentConfig().build(AudioSpec(samples=16, rate=8000))
    assert str(error.value) == (
        "diffaugment transforms pictures, but this run makes AudioSpec samples. Set augmentation=null."
    )
    with pytest.raises(ValueError, match="alpha") as error:
        augmentation.DiffAugmentConfig().build(ImageSpec(size=16, channels=4))
    assert str(error.value) == (
        "diffaugment's color works on 1 or 3 channels, but image.channels is 4 and it would mix alpha into the colors. "
        "Set augmentation.policy=[translation,cutout], or image.channels=3."
    )
    augmentation.DiffAugmentConfig(policy=("translation",)).build(ImageSpec(size=16, channels=4))


@pytest.mark.parametrize("name", ["ada", "pipe"])
def test_adas_transformations_refuse_what_they_cannot_transform(name):
    config = config_of(AUGMENTATIONS[name])
    with pytest.raises(ValueError, match="AudioSpec") as error:
        config().build(AudioSpec(samples=16, rate=8000))
    assert str(error.value) == (
        f"{name} transforms pictures, but this run makes AudioSpec samples. Set augmentation=null."
    )
    with pytest.raises(ValueError, match="alpha") as error:
        config().build(ImageSpec(size=16, channels=4))
    assert str(error.value) == (
        f"{name}'s color works on 1 or 3 channels, but image.channels is 4 and it would mix alpha into the colors. "
        "Set augmentation.groups.color=0, or image.channels=3."
    )
    config(groups={"color": 0}).build(ImageSpec(size=16, channels=4))


def test_instance_noise_refuses_tokens():
    with pytest.raises(ValueError, match="tokens") as error:
        augmentation.InstanceNoiseConfig().build(SequenceSpec(length=4, vocabulary=9))
    assert str(error.value) == (
        "instance-noise adds to real numbers, but this run makes sequences of tokens. Set augmentation=null."
    )


@pytest.mark.parametrize("name", ["cr", "bcr"])
def test_consistency_refuses_all_but_pictures(name):
    with pytest.raises(ValueError, match="AudioSpec") as error:
        config_of(REGULARIZERS[name])().build(AudioSpec(samples=16, rate=8000))
    assert str(error.value) == (
        f"{name} flips and shifts pictures, but this run makes AudioSpec samples. "
        f"Give regularizers.{name}.augmentation, or set regularizers.{name}=null."
    )


@pytest.mark.parametrize("name", ["cr", "bcr"])
def test_consistency_under_another_change_fits_its_samples(name, make_step):
    config = config_of(REGULARIZERS[name]).model_validate({"augmentation": {"type": "instance-noise", "std": 0.5}})
    silence = torch.zeros(4, 16)
    changed = config.build(AudioSpec(samples=16, rate=8000)).augmentation(silence, make_step(silence))
    assert changed.std().item() == pytest.approx(0.5, rel=0.3)


INVARIANT = ("wasserstein", "rpgan", "hinge", "relativistic-average", "ebgan")


@pytest.mark.parametrize("regularizer", [None, *(name for name in REGULARIZERS if name not in PICTURES_ONLY)])
@pytest.mark.parametrize("loss", LOSSES)
def test_every_loss_composes_with_every_regularizer(loss, regularizer, networks, take_steps):
    torch.manual_seed(0)
    terms = {}
    if regularizer is not None:
        terms[regularizer] = config_of(REGULARIZERS[regularizer])(**SETTINGS.get(regularizer, {})).build(LABELLED)
    heads = getattr(terms.get(regularizer), "heads", {})
    judge, built = networks["Tanh"](heads=heads), config_of(LOSSES[loss])().build(SPEC)
    judge.energies = built.energies
    gan = TwoPlayerGAN(networks["Perceptron"](), judge, built, regularizers=terms)
    before = {name: value.clone() for name, value in gan.named_parameters()}
    real, known = torch.randn(2, 5, 3)
    classes = torch.tensor([0, 1, 1, 0, 1])
    losses = take_steps(gan, real, count=2, condition=classes, labelled=known, label=classes)
    assert len(losses) == (5 if regularizer == "path-length" else 4)  # which is lazy, with a phase of its own
    assert torch.isfinite(torch.stack(losses)).all()
    assert all(torch.isfinite(parameter).all() for parameter in gan.parameters())
    # A constant added to D changes nothing here (hinge: while within its margin), so its last bias gets no gradient.
    still = {"discriminator.layers.2.bias"} if loss in INVARIANT else set()
    assert all(name in still or not value.equal(before[name]) for name, value in gan.named_parameters())


def test_importing_the_plugin_never_imports_torch():
    code = "import sys, ganfw_losses, ganfw_losses.plugin; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_every_public_name_exists():
    for name in ganfw_losses.__all__:
        assert getattr(ganfw_losses, name).__name__ == name
    with pytest.raises(AttributeError, match="no attribute 'Hing'"):
        ganfw_losses.Hing  # noqa: B018
