"""The trainer runs all of these toys without knowing any of them, nor the two-player game."""

import ast
from pathlib import Path

import pytest
import torch

import ganfw
import ganfw.training
from ganfw_classic import MLPDiscriminator, MLPGenerator
from ganfw_losses import LeastSquares

SOURCES = sorted(Path(ganfw.training.__file__).parent.glob("*.py"))
# Names of networks, phases and classes that a special case would have to mention.
FORBIDDEN = {
    "generator", "discriminator", "encoder", "decoder", "critic", "Generator", "Discriminator", "Encoder",
    "TwoPlayerGAN", "Play", "Loss", "Regularizer", "ReplayBuffer",
}  # fmt: skip


def names_in(source):
    """Every identifier and string of a module but docstrings; ``torch.Generator`` is about random numbers."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            node.value.value = None
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "torch":
            node.attr = ""
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name) | ast.alias(name=name) | ast.Attribute(attr=name):
                yield name
            case ast.Constant(value=str(name)):
                yield name
            case ast.ImportFrom(module=str(name)):
                yield name


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_no_module_of_the_engine_names_a_network_or_a_game(path):
    found = set(names_in(path.read_text()))
    assert not found & FORBIDDEN
    assert "ganfw.game" not in found


def test_the_search_would_find_a_special_case():
    special = "from ganfw.game import TwoPlayerGAN\nif isinstance(gan, TwoPlayerGAN): lr = rates['generator']"
    assert {"ganfw.game", "TwoPlayerGAN", "generator"} <= set(names_in(special))
    assert "Generator" not in set(names_in('"""A Generator."""\ntorch.Generator()'))


class HandsOver(ganfw.GAN):
    """The generator's phase comes first, and its fakes go to the discriminator's as they are."""

    def __init__(self):
        super().__init__()
        torch.manual_seed(0)
        self.generator = MLPGenerator(shape=(2,), bounded=False, hidden=(8,), latent_dim=2, norm="none")
        self.discriminator = MLPDiscriminator(shape=(2,), hidden=(8,))
        self.adversarial, self.seen = LeastSquares(), []
        self.phases = [
            ganfw.Phase("generator", "generator", self.generator_loss),
            ganfw.Phase("discriminator", "discriminator", self.discriminator_loss),
        ]

    def generator_loss(self, step):
        fake = step.shared["fake"] = self.generator(step.noise(len(step.batch), 2))
        return {"adversarial": self.adversarial.generator(self.discriminator(fake).logits[0])}

    def discriminator_loss(self, step):
        fake = step.shared["fake"]
        self.seen.append((len(fake), fake.requires_grad))
        real = self.discriminator(step.batch.real).logits[0]
        return {"adversarial": self.adversarial.discriminator(real, self.discriminator(fake).logits[0])}


@pytest.mark.parametrize("micro_batches", [1, 2])
def test_what_is_handed_to_a_later_phase_needs_no_detach(make_trainer, micro_batches):
    gan = HandsOver()
    make_trainer(gan, ganfw.ArrayData(torch.randn(64, 2)), steps=1, batch_size=16, micro_batches=micro_batches).fit()
    assert gan.seen == [(16 // micro_batches, False)] * micro_batches


def test_a_gan_without_a_generator_is_told_to_say_what_to_average(make_trainer):
    class Nameless(HandsOver):
        averaged = ("painter",)

    with pytest.raises(ganfw.GanfwError) as caught:
        make_trainer(Nameless(), ganfw.ArrayData(torch.randn(64, 2)), steps=1)
    assert str(caught.value) == (
        "Nameless.averaged names 'painter', but the networks are generator, discriminator. "
        "Set it to those that sample() needs: averaged = ('generator',)"
    )
