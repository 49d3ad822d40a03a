"""Residual networks: sizes of the papers, and what each layer promises.

Goldens: trainable parameters, worked out by hand from the papers' tables of layers; BigGAN's at 128 pixels and width 96
are those that its authors publish.
"""

import math

import pytest
import torch
from torch import nn

import ganfw
from ganfw_losses import SpectralNorm
from ganfw_resnet import (
    BigGANDeepDiscriminator,
    BigGANGenerator,
    ClassBatchNorm,
    CodeBatchNorm,
    SelfAttention,
    SNGANDiscriminator,
    SNGANGenerator,
    channel_ladder,
)

LARGE = {"classes": 1000, "attention": 64}
COUNTS = {
    "wgan-gp": (128, 1, SNGANGenerator, {}, 128, 1, {"pool": "mean"}, 32, 1_204_483, 1_053_825),
    "sngan": (256, 1, SNGANGenerator, {}, 128, 1, {}, 32, 4_276_739, 1_053_825),
    "cgan-pd": (256, 1, SNGANGenerator, {"classes": 10}, 128, 1, {"classes": 10}, 32, 4_304_387, 1_055_105),
    "sngan-128": (64, 1, SNGANGenerator, {}, 64, 1, {}, 128, 32_150_787, 29_017_857),
    "biggan-128": (
        96, 4, BigGANGenerator, {"latent_dim": 120, **LARGE}, 96, 4, {"wide": True, **LARGE}, 128,
        70_433_988, 87_982_370,
    ),
    "biggan-128-narrow": (
        64, 4, BigGANGenerator, {"latent_dim": 120, **LARGE}, 64, 4, {"wide": True, **LARGE}, 128,
        31_978_628, 39_448_258,
    ),
    "biggan-256": (
        96, 4, BigGANGenerator, {"latent_dim": 140, **LARGE}, 96, 4, {"wide": True, **LARGE}, 256,
        82_235_844, 99_225_890,
    ),
    "biggan-cifar10": (
        256, 1, SNGANGenerator, {"classes": 10}, 64, 4, {"wide": True, "classes": 10}, 32, 4_304_387, 4_207_361,
    ),
    "biggan-32": (
        96, 4, BigGANGenerator, {"latent_dim": 80, "classes": 10, "attention": 16},
        96, 4, {"wide": True, "classes": 10, "attention": 16}, 32, 9_416_196, 9_641_090,
    ),
}  # fmt: skip


def parameters(network):
    return sum(parameter.numel() for parameter in network.parameters())


@pytest.mark.parametrize("name", COUNTS)
def test_parameters(name):
    width, small, kind, settings, d_width, d_small, d_settings, size, g_count, d_count = COUNTS[name]
    with torch.device("meta"):
        generator = kind(ladder=channel_ladder(size, width, small), **settings)
        discriminator = SNGANDiscriminator(ladder=channel_ladder(size, d_width, d_small), **d_settings)
    assert (parameters(generator), parameters(discriminator)) == (g_count, d_count)


def test_parameters_of_biggan_deep_and_of_attention():
    with torch.device("meta"):
        ladder = channel_ladder(128, 128)
        assert parameters(BigGANGenerator(ladder=ladder, latent_dim=128, deep=True, **LARGE)) == 50_244_484
        assert parameters(BigGANDeepDiscriminator(ladder=ladder, **LARGE)) == 34_590_210
        assert parameters(SelfAttention(256)) == 81_921


def test_a_latent_is_cut_to_whole_chunks():
    with torch.device("meta"):
        assert BigGANGenerator(ladder=channel_ladder(128, 8), latent_dim=128).latent_dim == 126  # 6 chunks of 21


def test_attention_passes_its_input_at_first_and_learns_to_open():
    torch.manual_seed(0)
    attention, x = SelfAttention(16), torch.randn(2, 16, 8, 8)
    made = attention(x)
    assert torch.equal(made, x)
    made.square().sum().backward()
    assert attention.gamma.grad.abs() > 0
    layers = attention.query, attention.key, attention.value, attention.out
    assert all(layer.weight.grad.abs().max() == 0 for layer in layers)
    attention.zero_grad()
    nn.init.constant_(attention.gamma, 0.1)
    attention(x).square().sum().backward()
    assert all(layer.weight.grad.abs().max() > 0 for layer in layers)


def test_attention_is_a_mean_of_values_where_all_keys_are_alike():
    # With queries of 0 every score is 0: each place gets the mean over the pooled values.
    attention, x = SelfAttention(8).double(), torch.randn(1, 8, 4, 4, dtype=torch.float64)
    nn.init.zeros_(attention.query.weight)
    nn.init.ones_(attention.gamma)
    mean = nn.functional.max_pool2d(attention.value(x), 2).mean((2, 3), keepdim=True)
    assert torch.allclose(attention(x), x + attention.out(mean))


def test_attention_weighs_pooled_places_by_scores_that_are_not_scaled():
    # 16 channels have keys of length 2. Every query is (1, 1); the largest keys of the two squares of four places are
    # (½ log 3, ½ log 3) and (0, 0), the largest values 4 and 8. So the scores are log 3 and 0, the shares ¾ and ¼, and
    # all places see 5; scores over √2 would show them 5.26.
    attention, x = SelfAttention(16).double(), torch.zeros(1, 16, 2, 4, dtype=torch.float64)
    half = math.log(3) / 2
    x[0, 0] = 1
    x[0, 1] = torch.tensor([[half, -1, 0, -2], [-3, -1, -1, -1]])
    x[0, 2] = torch.tensor([[4, 1, 3, 8], [0, 2, 5, 7]])
    with torch.no_grad():
        for layer in (attention.query, attention.key, attention.value, attention.out):
            layer.weight.zero_()
        attention.query.weight[:, 0] = attention.key.weight[:, 1] = 1
        attention.value.weight[0, 2] = attention.out.weight[3, 0] = 1
        attention.gamma.fill_(0.5)
    expected = x.clone()
    expected[0, 3] = 2.5  # γ is ½
    torch.testing.assert_close(attention(x), expected)


def test_conditional_batch_norm_without_deviation_is_batch_norm():
    x, plain = torch.randn(4, 3, 5, 5), nn.BatchNorm2d(3)
    by_class, by_code = ClassBatchNorm(3, classes=2), CodeBatchNorm(3, code=6)
    nn.init.zeros_(by_code.gain.weight)
    nn.init.zeros_(by_code.bias.weight)
    expected = plain(x)
    assert torch.allclose(by_class(x, torch.tensor([0, 1, 0, 1])), expected, atol=1e-6)
    assert torch.allclose(by_code(x, torch.randn(4, 6)), expected, atol=1e-6)


def test_projection_adds_the_product_of_embedding_and_features():
    torch.manual_seed(0)
    network, x = SNGANDiscriminator(ladder=[4, 4, 4], classes=3), torch.randn(2, 3, 16, 16)
    one, other = (network(x, torch.full((2,), y), features=True) for y in (0, 2))
    phi = one.features[0][-1].relu().sum((2, 3))
    e = network.judge.embedding.weight
    assert torch.allclose(one.logits[0] - other.logits[0], phi @ (e[0] - e[2]), atol=1e-5)


def test_one_class_with_an_embedding_of_zero_is_no_class():
    x = torch.randn(2, 3, 16, 16)
    torch.manual_seed(0)
    conditional = SNGANDiscriminator(ladder=[4, 4, 4], classes=1)
    nn.init.zeros_(conditional.judge.embedding.weight)
    plain = SNGANDiscriminator(ladder=[4, 4, 4])
    plain.load_state_dict({n: v for n, v in conditional.state_dict().items() if "embedding" not in n})
    assert torch.equal(conditional(x, torch.zeros(2, dtype=torch.int64)).logits[0], plain(x).logits[0])


@pytest.mark.parametrize("deep", [False, True])
def test_the_class_changes_what_is_made(deep):
    torch.manual_seed(0)
    generator = BigGANGenerator(ladder=[8, 8], latent_dim=8, classes=3, shared_dim=4, deep=deep).eval()
    z = torch.randn(3, 8)
    one, other = generator(z, torch.tensor([0, 1, 2])), generator(z, torch.tensor([0, 2, 1]))
    assert torch.equal(one[0], other[0])
    assert not torch.allclose(one[1], other[1])
    with pytest.raises(ganfw.GanfwError, match=r"^a network that was made for 3 classes got no condition\."):
        generator(z)


def test_spectral_norm_reaches_one_in_every_layer_but_embeddings_of_the_generator():
    torch.manual_seed(0)
    generator = BigGANGenerator(ladder=[8, 8], latent_dim=8, classes=3, shared_dim=4)
    SpectralNorm("generator", embeddings=False).attach(generator)
    z, y = torch.randn(4, 8), torch.tensor([0, 1, 2, 0])
    for _ in range(20):
        generator(z, y)
    generator.eval()
    layers = [m for m in generator.modules() if isinstance(m, nn.Linear | nn.Conv2d)]
    norms = torch.stack([torch.linalg.matrix_norm(m.weight.flatten(1), 2) for m in layers])
    assert (norms - 1).abs().max() < 1e-3
    assert not hasattr(generator.embedding, "parametrizations")
    kept = {name: value.clone() for name, value in generator.state_dict().items()}
    made = generator(z, y)
    assert all(torch.equal(value, kept[name]) for name, value in generator.state_dict().items())
    other = BigGANGenerator(ladder=[8, 8], latent_dim=8, classes=3, shared_dim=4).eval()
    SpectralNorm("generator", embeddings=False).attach(other)
    other.load_state_dict(kept)
    assert torch.equal(other(z, y), made)


def test_what_cannot_be_built_is_said():
    with pytest.raises(ganfw.GanfwError) as size:
        channel_ladder(48, 8)
    assert str(size.value) == (
        "image.size=48 cannot be made by these residual networks: they double from 4 x 4, so the size is a power of "
        "two from 8 to 512. Use image.size=32 or 64."
    )
    with pytest.raises(ganfw.GanfwError) as attention:
        SNGANDiscriminator(ladder=[8, 8, 8, 8], attention=32)
    assert str(attention.value) == (
        "discriminator.attention=32 names a size that no map of the network has: there are 8, 16. Choose one of them, "
        "or 0 for no self-attention."
    )
    with pytest.raises(ganfw.GanfwError) as latent:
        BigGANGenerator(ladder=[8, 8, 8], latent_dim=2)
    assert str(latent.value) == (
        "generator.latent_dim=2 is split into 3 chunks, one for 4 x 4 and one for each doubling, so it is at least 3; "
        "20 for each, 60, is usual."
    )
    from ganfw_resnet.configs import SNGANGeneratorConfig

    with pytest.raises(ganfw.GanfwError) as labels:
        SNGANGeneratorConfig(conditional=True).build(ganfw.ImageSpec(32))
    assert str(labels.value) == (
        "generator.conditional=true needs data with classes, and these have none. Say where they are: data.labels=true "
        "for data that ship, data.labels=folders or a column's name for your own; or do without: "
        "generator.conditional=false."
    )
