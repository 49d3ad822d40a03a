"""Each defect that the kit promises to find is planted, and found by the check that it belongs to, and by no other."""

import random
import re
from types import ModuleType
from typing import Annotated

import numpy as np
import pydantic
import pytest
import torch
from my_parts import metric, networks, settings, terms
from my_parts.networks import LinearDiscriminator, LinearEncoder, LinearGenerator
from torch import nn

import ganfw
from ganfw.plugins.registry import load_registry, using
from ganfw.testing import ConformanceError, check_part, checks_of

SPEC = ganfw.ImageSpec(8)


def config_of(make, base=ganfw.Config, method="build"):
    """A config class that makes a part by ``make(spec)``."""

    class MadeConfig(base):
        def build(self, *arguments, **options):
            return make(*arguments, **options)

    return MadeConfig


def check(kind, config, **options):
    """Run the kit on a part that is registered for the occasion."""
    module = ModuleType("planted")
    setattr(module, f"ganfw_register_{kind}", ganfw.hookimpl(lambda: [ganfw.Part("planted", config, "a planted part")]))
    getattr(module, f"ganfw_register_{kind}").__name__ = f"ganfw_register_{kind}"
    with using(load_registry([module])):
        return check_part(kind, "planted", **{"spec": SPEC, **options})


def failures(kind, config, **options):
    with pytest.raises(ConformanceError) as error:
        check(kind, config, **options)
    return set(re.findall(r"^  (\w+): ", str(error.value), re.MULTILINE))


CLEAN = {
    "generator": networks.LinearGeneratorConfig,
    "discriminator": networks.LinearDiscriminatorConfig,
    "encoder": networks.LinearEncoderConfig,
    "loss": terms.SquaresConfig,
    "regularizer": terms.DriftConfig,
    "augmentation": terms.NoiseConfig,
    "optimizer": settings.AdamaxConfig,
    "data": settings.SquaresDataConfig,
    "metric": metric.MeanDistanceConfig,
    "tracker": settings.CSVConfig,
}


@pytest.mark.parametrize("kind", CLEAN)
def test_a_clean_part_passes_every_check(kind):
    report = check(kind, CLEAN[kind])
    assert report.passed == [each.__name__ for each in checks_of(kind)]
    assert not report.skipped


class Generator(LinearGenerator):
    """A clean one to plant defects in."""

    def __init__(self, shape=SPEC.shape):
        super().__init__(shape, 4)


class WrongShape(Generator):
    def forward(self, z, condition=None):
        return super().forward(z)[:, :1]


class OutOfRange(Generator):
    def forward(self, z, condition=None):
        return super().forward(z) * 3


class NewFloats(Generator):
    def forward(self, z, condition=None):
        return super().forward(z).float()


class PlainTensor(Generator):
    def __init__(self):
        super().__init__()
        self.offset = torch.full((1,), 0.1)

    def forward(self, z, condition=None):
        return super().forward(z + self.offset.to(z.dtype))


class Unused(Generator):
    def __init__(self):
        super().__init__()
        self.spare = nn.Linear(2, 2)


class GlobalNumpy(Generator):
    def forward(self, z, condition=None):
        return super().forward(z) * (1 + 0 * np.random.rand())


class GlobalPython(Generator):
    def forward(self, z, condition=None):
        return super().forward(z) * (1 + 0 * random.random())


class GlobalTorch(Generator):
    def forward(self, z, condition=None):
        return super().forward(z) + 0 * torch.rand(())


class Mixing(Generator):
    def forward(self, z, condition=None):
        return super().forward(z - z.mean(0))


class Forgetful(Generator):
    """Its output depends on weights that are in no state dict."""

    def __init__(self):
        super().__init__()
        self.hidden = [nn.Linear(4, 4)]

    def forward(self, z, condition=None):
        return super().forward(self.hidden[0].to(z.device, z.dtype)(z))


class Halves(Generator):
    def forward(self, z, condition=None):
        made = super().forward(z)
        if torch.is_autocast_enabled("cpu"):
            made = made / (made.half() * 0).float()
        return made


class Branching(Generator):
    def forward(self, z, condition=None):
        made = super().forward(z)
        return made if z.sum().item() > 0 else made * 1.0


class Compiled(Generator):
    def forward(self, z, condition=None):
        made = super().forward(z)
        return made * 0.5 if torch.compiler.is_compiling() else made


def reseeding(spec):
    torch.manual_seed(0)
    return Generator(spec.shape)


def changing_dtype(spec):
    made = Generator(spec.shape)
    torch.set_default_dtype(torch.float64)
    return made


def changing_threads(spec):
    torch.set_num_threads(torch.get_num_threads() + 1)
    return Generator(spec.shape)


class Viewing(LinearDiscriminator):
    def forward(self, x, condition=None, *, features=False):
        return super().forward(x.view(len(x), -1).view(x.shape), condition, features=features)


class MixingJudge(LinearDiscriminator):
    def forward(self, x, condition=None, *, features=False):
        return super().forward(x - x.mean(0) if self.training else x, features=features)


class HonestMixingJudge(MixingJudge):
    uses_batch_statistics = True


class OtherWhenAsked(LinearDiscriminator):
    def forward(self, x, condition=None, *, features=False):
        verdict = super().forward(x, features=features)
        return ganfw.Verdict([verdict.logits[0] + features], verdict.features)


class Loss(terms.Squares):
    pass


class NoMean(Loss):
    def generator(self, fake, real=None):
        return (fake - 1).square()


class Deaf(Loss):
    def generator(self, fake, real=None):
        return fake.mean() * 0


class OneSided(Loss):
    def discriminator(self, real, fake):
        return (real - 1).square().mean()


class LooksAnyway(Loss):
    def generator(self, fake, real=None):
        return (fake - (1 if real is None else real.mean())).square().mean()


class LooksAway(Loss):
    compares = True


class Counting(Loss):
    """State that moves whenever the loss is computed."""

    def __init__(self):
        super().__init__()
        self.register_buffer("count", torch.zeros(()))

    def generator(self, fake, real=None):
        self.count += 1
        return super().generator(fake)


class HiddenState(Loss):
    """State that a resume would lose."""

    target = 1.0

    def generator(self, fake, real=None):
        return (fake - self.target).square().mean()

    def after_step(self, mean):
        self.target = 0.5


class Overflowing(Loss):
    def generator(self, fake, real=None):
        return (fake.exp() * (1e38 if fake.dtype == torch.bfloat16 else 1)).square().mean()


class Drawing(terms.Drift):
    def forward(self, play):
        return super().forward(play) * (1 + torch.rand(()))


class Detached(terms.Drift):
    def forward(self, play):
        return super().forward(play).detach()


class Silent(terms.Noise):
    def forward(self, x, draw):
        return super().forward(x.detach(), draw)


class Rolling(terms.Noise):
    def forward(self, x, draw):
        return x + 0.1 * torch.randn_like(x)


class NoClip(ganfw.Constraint):
    pass


class Freeze(ganfw.Constraint):
    """Takes back each step of its player."""

    def __init__(self, side):
        super().__init__()
        self.side = side

    def attach(self, network):
        self.kept = [parameter.detach().clone() for parameter in network.parameters()]

    def forward(self, network):
        for parameter, kept in zip(network.parameters(), self.kept, strict=True):
            parameter.data.copy_(kept)


class Wandering(torch.optim.SGD):
    """Momentum in a plain attribute, which no checkpoint holds."""

    speed = 1.0

    def step(self, closure=None):
        self.speed *= 0.5
        for group in self.param_groups:
            group["lr"] = 0.01 * self.speed
        return super().step(closure)


class Unstable(ganfw.ArrayData):
    made = 0

    def __init__(self):
        super().__init__(torch.zeros(8, 2))
        Unstable.made += 1
        self.fingerprint = str(Unstable.made)


class Jittery(ganfw.ArrayData):
    def rows(self, indices, keys):
        found = super().rows(indices, keys)
        return {"real": found["real"] + np.random.default_rng().random(found["real"].shape, np.float32)}


class TooBright(ganfw.ArrayData):
    def decode(self, batch):
        return batch.map(lambda x: x * 2)


class Moody(metric.MeanDistance):
    def measure(self, evaluation):
        for score in super().measure(evaluation):
            value = score.value + random.SystemRandom().random()
            yield ganfw.Score(score.name, value, "lower", protocol=score.protocol)


class Terse(metric.MeanDistance):
    def measure(self, evaluation):
        for score in super().measure(evaluation):
            yield ganfw.Score(score.name, score.value, "lower")


class DriftingConfig(ganfw.Config):
    """Reading what was written gives something else."""

    width: Annotated[int, pydantic.AfterValidator(lambda width: width + 1)] = 3
    """A width."""

    def build(self, spec):
        return Generator(spec.shape)


class SilentConfig(ganfw.Config):
    width: int = 3

    def build(self, spec):
        return Generator(spec.shape)


def judge(make):
    return config_of(lambda spec: make(spec.shape))


def made(make, *arguments):
    return config_of(lambda spec: make(*arguments))


def miscounting(spec):
    encoder = LinearEncoder(spec.shape, 4)
    encoder.code_dim = 5
    return encoder


DEFECTS = {
    "a config that changes what it reads": ("generator", DriftingConfig, {"settings"}),
    "a field without a docstring": ("generator", SilentConfig, {"settings"}),
    "another role": ("generator", judge(LinearDiscriminator), {"shapes", "training"}),
    "a wrong shape": ("generator", made(WrongShape), {"shapes", "training"}),
    "samples out of range": ("generator", made(OutOfRange), {"shapes"}),
    "float32 for float64": ("generator", made(NewFloats), {"precision"}),
    "a tensor that does not move": ("generator", made(PlainTensor), {"devices"}),
    "a parameter without a gradient": ("generator", made(Unused), {"gradients"}),
    "a build that reseeds": ("generator", config_of(reseeding), {"seed"}),
    "a build that changes the default dtype": ("generator", config_of(changing_dtype), {"isolation", ...}),
    "a build that changes the threads": ("generator", config_of(changing_threads), {"isolation"}),
    "numpy's global generator": ("generator", made(GlobalNumpy), {"isolation"}),
    "Python's global generator": ("generator", made(GlobalPython), {"isolation"}),
    "PyTorch's global generator": ("generator", made(GlobalTorch), {"isolation"}),
    "samples that depend on their batch": ("generator", made(Mixing), {"independence"}),
    "weights outside the state dict": ("generator", made(Forgetful), {"state"}),
    "not finite in bf16": ("generator", made(Halves), {"autocast"}),
    "control flow that depends on data": ("generator", made(Branching), {"devices", "export"}),
    "another result when compiled": ("generator", made(Compiled), {"compile", "export"}),
    "a judge that views": ("discriminator", judge(Viewing), {"memory_format", "training"}),
    "a judge that mixes samples": ("discriminator", judge(MixingJudge), {"independence"}),
    "logits that change with features": ("discriminator", judge(OtherWhenAsked), {"shapes"}),
    "a code of another length": ("encoder", config_of(miscounting), {"shapes"}),
    "an objective that is no scalar": ("loss", made(NoMean), {"scalars", "gradients", "precision", "training"}),
    "a generator that learns nothing": ("loss", made(Deaf), {"gradients", "training"}),
    "a loss that ignores the fakes": ("loss", made(OneSided), {"gradients"}),
    "a loss that compares and does not say so": ("loss", made(LooksAnyway), {"comparison"}),
    "a loss that does not compare and says so": ("loss", made(LooksAway), {"comparison"}),
    "state that moves when the loss is computed": ("loss", made(Counting), {"state"}),
    "state in a plain attribute": ("loss", made(HiddenState), {"state"}),
    "not finite in bf16 either": ("loss", made(Overflowing), {"precision"}),
    "a penalty that draws globally": ("regularizer", made(Drawing, 0.1), {"repeatable", "isolation"}),
    "a penalty without a gradient": ("regularizer", made(Detached, 0.1), {"penalty"}),
    "a constraint that constrains nothing": ("regularizer", made(NoClip), {"penalty"}),
    "an augmentation without a gradient": ("augmentation", made(Silent, 0.1), {"transformation", "training"}),
    "an augmentation that draws globally": ("augmentation", made(Rolling, 0.1), {"repeatable", "isolation"}),
    "an optimizer with state of its own": (
        "optimizer", config_of(lambda given, correction: Wandering(given), ganfw.OptimizerConfig), {"resume"}),
    "a fingerprint that changes": ("data", config_of(lambda spec: Unstable(), ganfw.DataConfig), {"fingerprint"}),
    "rows that change": ("data", config_of(lambda spec: Jittery(torch.zeros(8, 2)), ganfw.DataConfig), {"rows"}),
    "data out of range": (
        "data", config_of(lambda spec: TooBright(torch.full((4, *spec.shape), 0.9)), ganfw.DataConfig), {"rows"}),
    "a metric that is not deterministic": ("metric", made(Moody), {"scores"}),
    "a score without a protocol": ("metric", made(Terse), {"scores"}),
}  # fmt: skip


@pytest.mark.parametrize("defect", DEFECTS)
def test_a_planted_defect_is_found(defect):
    kind, config, expected = DEFECTS[defect]
    found = failures(kind, config)
    assert (expected - {...} <= found) if ... in expected else (expected == found)


def test_every_check_is_failed_by_some_defect():
    found = {(kind, name) for kind, _, names in DEFECTS.values() for name in names if name is not ...}
    named = {name for _, name in found}
    kinds = ("generator", "discriminator", "loss", "regularizer", "augmentation", "optimizer", "data", "metric")
    assert {each.__name__ for kind in kinds for each in checks_of(kind)} <= named


def test_a_judge_that_says_that_it_mixes_may():
    assert "independence" in check("discriminator", judge(HonestMixingJudge)).passed


def test_the_message_says_what_was_expected_and_what_mends_it():
    with pytest.raises(ConformanceError) as error:
        check("generator", made(OutOfRange))
    found = str(error.value)
    assert found.startswith(
        "generator 'planted' fails 1 of its checks:\n\n  shapes: expected samples in [-1, 1], found "
    )
    assert found.endswith("\n    end with tanh, or clamp")


@pytest.mark.parametrize("player", ["generator", "discriminator"])
def test_a_term_that_freezes_one_player_is_refused_by_that_players_name(player):
    with pytest.raises(ConformanceError) as error:
        check("regularizer", made(Freeze, player))
    assert str(error.value) == (
        "regularizer 'planted' fails 1 of its checks:\n\n"
        f"  training: two steps of training changed nothing of the {player}\n"
        "    give it a gradient, and let it move"
    )


def test_a_check_may_be_skipped_with_a_reason():
    report = check("generator", made(Branching), skip=dict.fromkeys(("export", "devices"), "it looks at its data"))
    assert report.skipped == {"devices": "it looks at its data", "export": "it looks at its data"}
    with pytest.raises(ConformanceError, match=r"compile: it passes, but is skipped \(no reason\)"):
        check("generator", made(Generator), skip={"compile": "no reason"})
    with pytest.raises(ValueError, match=r"^skip names 'exports', but the checks of a generator are settings, "):
        check("generator", made(Generator), skip={"exports": "?"})
    with pytest.raises(ValueError, match=r"^there is no kind 'generators'; the kinds are gan, generator, "):
        check_part("generators", "mlp")


def test_nothing_global_is_left_changed_behind():
    before = torch.get_default_dtype(), torch.get_num_threads(), torch.get_rng_state(), random.getstate()
    for make in (changing_dtype, changing_threads, reseeding):
        failures("generator", config_of(make))
    after = torch.get_default_dtype(), torch.get_num_threads(), torch.get_rng_state(), random.getstate()
    assert before[:2] == after[:2]
    assert torch.equal(before[2], after[2])
    assert before[3] == after[3]


def test_a_conditional_part_gets_conditions():
    seen = []

    class Conditional(Generator):
        def forward(self, z, condition=None):
            seen.append(condition)
            return super().forward(z)

    check("generator", made(Conditional), spec=ganfw.ImageSpec(8, condition=ganfw.Condition("class", 5)))
    assert all(condition is not None and condition.dtype == torch.int64 for condition in seen)
