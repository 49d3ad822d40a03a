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
from ganfw.specs import AudioSpec, ImageSpec
from ganfw.terms import Augmentation, Constraint, Loss, Regularizer
from ganfw_losses.configs import adversarial, augmentation, regularizers

LOSSES = {part.name: part for part in ganfw_losses.ganfw_register_loss()}
REGULARIZERS = {part.name: part for part in ganfw_losses.ganfw_register_regularizer()}
AUGMENTATIONS = {part.name: part for part in ganfw_losses.ganfw_register_augmentation()}
SPEC = ImageSpec(size=16)


def config_of(part):
    return pkgutil.resolve_name(part.config)


def test_names():
    assert list(LOSSES) == ["minimax", "non-saturating", "least-squares", "wasserstein", "hinge", "rpgan"]
    assert list(REGULARIZERS) == ["r1", "r2", "gradient-penalty", "weight-clip"]
    assert list(AUGMENTATIONS) == ["diffaugment"]


@pytest.mark.parametrize(
    ("parts", "kind"), [(LOSSES, Loss), (REGULARIZERS, (Regularizer, Constraint)), (AUGMENTATIONS, Augmentation)]
)
def test_every_part_builds_and_says_what_it_is(parts, kind):
    for part in parts.values():
        assert isinstance(config_of(part)().build(SPEC), kind)
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
    assert regularizers.WeightClipConfig(bound=0.1).build(SPEC).bound == 0.1
    made = augmentation.DiffAugmentConfig(policy=("flip", "cutout"), fill="edge").build(SPEC)
    assert (made.policy, made.fill) == (("flip", "cutout"), "edge")


@pytest.mark.parametrize(
    ("config", "settings"),
    [
        (adversarial.NonSaturatingConfig, {"real_label": 1.2}),
        (regularizers.R1Config, {"every": 0}),
        (regularizers.WeightClipConfig, {"bound": 0}),
        (augmentation.DiffAugmentConfig, {"policy": ("rotate",)}),
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


@pytest.mark.parametrize("regularizer", [None, *REGULARIZERS])
@pytest.mark.parametrize("loss", LOSSES)
def test_every_loss_composes_with_every_regularizer(loss, regularizer, networks, take_steps):
    torch.manual_seed(0)
    terms = {} if regularizer is None else {regularizer: config_of(REGULARIZERS[regularizer])().build(SPEC)}
    gan = TwoPlayerGAN(
        networks["Perceptron"](), networks["Tanh"](), config_of(LOSSES[loss])().build(SPEC), regularizers=terms
    )
    before = {name: value.clone() for name, value in gan.state_dict().items()}
    losses = take_steps(gan, torch.randn(5, 3), count=2)
    assert len(losses) == 4
    assert torch.isfinite(torch.stack(losses)).all()
    assert all(torch.isfinite(parameter).all() for parameter in gan.parameters())
    # A constant added to D changes nothing here (hinge: while within its margin), so its last bias gets no gradient.
    still = {"discriminator.layers.2.bias"} if loss in ("wasserstein", "rpgan", "hinge") else set()
    assert all(name in still or not value.equal(before[name]) for name, value in gan.state_dict().items())


def test_importing_the_plugin_never_imports_torch():
    code = "import sys, ganfw_losses, ganfw_losses.plugin; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_every_public_name_exists():
    for name in ganfw_losses.__all__:
        assert getattr(ganfw_losses, name).__name__ == name
    with pytest.raises(AttributeError, match="no attribute 'Hing'"):
        ganfw_losses.Hing  # noqa: B018
