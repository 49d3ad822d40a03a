"""Tiny settings of each game with an encoder."""

import ganfw

IMAGE = {"size": 8, "channels": 1}
MLP = {"type": "mlp", "hidden": [8], "norm": "none"}
ENCODER = {"type": "mlp", "hidden": [8], "code_dim": 4}
GENERATOR = {**MLP, "latent_dim": 4}
GAUSSIAN = {**ENCODER, "head": "gaussian"}
JUDGE = {"type": "mlp", "hidden": [8]}
COMMON = {"image": IMAGE, "loss": "non-saturating"}
GAMES = {
    "aae": {**COMMON, "encoder": ENCODER, "generator": GENERATOR, "discriminator": JUDGE},
    "aae-semi-supervised": {
        **COMMON, "encoder": ENCODER, "generator": GENERATOR, "discriminator": JUDGE, "class_discriminator": JUDGE,
        "classes": 2,
    },
    "bigan": {
        **COMMON, "encoder": ENCODER, "generator": GENERATOR, "discriminator": {"type": "joint-mlp", "hidden": [8]},
    },
    "bicogan": {
        **COMMON, "encoder": {**ENCODER, "code_dim": 7}, "generator": {**GENERATOR, "conditional": True},
        "discriminator": {"type": "joint-mlp", "hidden": [8]},
    },
    "vae": {"image": IMAGE, "encoder": GAUSSIAN, "generator": GENERATOR},
    "vae-gan": {**COMMON, "encoder": GAUSSIAN, "generator": GENERATOR, "discriminator": JUDGE},
}  # fmt: skip
PLAIN = ganfw.ImageSpec(8, 1)
LABELLED = ganfw.ImageSpec(8, 1, ganfw.Condition("class", 3))


def spec_of(name):
    return LABELLED if name == "bicogan" else PLAIN
