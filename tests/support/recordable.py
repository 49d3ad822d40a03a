"""Games of every kind that can be recorded as CUDA graphs."""

import torch
from toys import GradientNorm, ring, toy_gan

import ganfw
from ganfw.testing.toys import toy_data
from ganfw.testing.toys import toy_gan as toy_gan_for
from ganfw_losses import (
    ADA,
    R1,
    DiffAugment,
    GradientPenalty,
    InstanceNoise,
    LeCam,
    PathLength,
    SpectralNorm,
    WeightClip,
)

FALLING = ganfw.Schedule(start=2.0, end=0.5, to_kimg=0.8, shape="cosine")
PICTURES = ganfw.ImageSpec(8)


class HandsOver(ganfw.TwoPlayerGAN):
    """The discriminator's phase hands its fakes to the generator's, which only looks at them."""

    def discriminator_loss(self, step):
        terms = super().discriminator_loss(step)
        step.shared["fake"] = self.generator(step.noise(len(step.batch), 4))
        return terms

    def generator_loss(self, step):
        terms = super().generator_loss(step)
        moved = (self.generator(step.noise(len(step.batch), 4)) - step.shared["fake"]).square().mean()
        return {**terms, "moved": moved}


def hands_over():
    plain = toy_gan()
    return HandsOver(plain.generator, plain.discriminator, plain.loss)


def pictures(**parts):
    torch.manual_seed(0)
    return toy_gan_for(PICTURES, **parts)


def adam(lr):
    return {name: ganfw.AdamConfig(lr=lr, betas=(0.0, 0.99)) for name in ("generator", "discriminator")}


# The game, its data, and settings of the trainer.
GAMES = {
    "plain": (toy_gan, ring, {}),
    "R1, lazily": (lambda: toy_gan(regularizers={"r1": GradientNorm(every=4)}), ring, {}),
    "path length": (lambda: toy_gan(regularizers={"pl": PathLength(latent="z", every=2)}), ring, {}),
    "ADA": (lambda: pictures(augmentation=ADA(kimg=0.5, target=-1.0)), lambda: toy_data(PICTURES, 64), {}),
    "DiffAugment": (lambda: pictures(augmentation=DiffAugment()), lambda: toy_data(PICTURES, 64), {}),
    "a schedule of the learning rate": (
        toy_gan, ring, {"optimizers": adam(ganfw.Schedule(start=1e-3, end=1e-5, to_kimg=1.0))},
    ),
    "a schedule of a penalty": (lambda: toy_gan(regularizers={"r1": R1(gamma=FALLING)}), ring, {}),
    "a schedule of noise": (lambda: toy_gan(augmentation=InstanceNoise(FALLING)), ring, {}),
    "two micro-batches": (lambda: toy_gan(regularizers={"gp": GradientPenalty()}), ring, {"micro_batches": 2}),
    "dropout and batch normalisation": (lambda: toy_gan(dropout=0.3, norm=True), ring, {}),
    "terms with state": (
        lambda: toy_gan(regularizers={"lecam": LeCam(start=10), "norm": SpectralNorm()}, generator_every=2), ring, {},
    ),
    "clipping": (
        lambda: toy_gan(regularizers={"clip": WeightClip(0.1)}), ring,
        {"optimizers": dict.fromkeys(("generator", "discriminator"), ganfw.RMSPropConfig(max_gradient_norm=0.1))},
    ),
    "momentum": (
        toy_gan, ring, {"optimizers": dict.fromkeys(("generator", "discriminator"), ganfw.SGDConfig(momentum=0.9))},
    ),
    "what one phase hands to another": (hands_over, ring, {"micro_batches": 2}),
}  # fmt: skip
