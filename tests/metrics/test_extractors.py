"""What extractors do to pictures, and what their names, settings and weights say of them."""

import pytest
import torch

from ganfw.specs import ImageSpec, VectorSpec
from ganfw_metrics import Identity, RandomConvolutions
from ganfw_metrics.extractors import configs
from ganfw_metrics.pictures import Preparation, as_luminance, as_rgb


def test_luminance_and_transparency_become_colours():
    assert as_rgb(torch.tensor([0.5]).view(1, 1, 1, 1)).flatten().tolist() == [0.5, 0.5, 0.5]
    # Half of it shows a white ground: (-1 + 1) / 2 = 0.
    assert as_rgb(torch.tensor([-1.0, 0.5, 1.0, 0.0]).view(1, 4, 1, 1)).flatten().tolist() == [0, 0.75, 1]
    assert as_luminance(torch.tensor([1.0, -1.0, -1.0]).view(1, 3, 1, 1)).item() == pytest.approx(2 * 0.299 - 1)


def test_a_preparation_does_as_it_says():
    prepare = Preparation(2, "bicubic", mean=(0.5, 0.25, 0.0), std=(0.5, 0.25, 1.0))
    halves = torch.tensor([-1.0, 1.0]).expand(1, 3, 2, 2)
    assert prepare(halves)[0, :, 0].tolist() == [[-1, 1], [-1, 3], [0, 1]]
    assert prepare.facts == {
        "input_size": 2, "resize": "bicubic, antialiased", "colours": "rgb",
        "normalisation": "[0, 1], minus 0.5 0.25 0, over 0.5 0.25 1",
    }  # fmt: skip


def test_no_filter_leaves_the_range():
    larger = Preparation(16, "bicubic")(torch.tensor([-1.0, -1, 1, 1]).expand(1, 3, 4, 4))
    assert larger.shape == (1, 3, 16, 16)
    assert (larger.min(), larger.max()) == (-1, 1)


def test_shrinking_averages_instead_of_skipping():
    stripes = torch.tensor([-1.0, 1.0]).repeat(32).expand(1, 1, 64, 64)
    assert Preparation(8, colours="luminance")(stripes).abs().max() < 0.1


def test_a_picture_of_the_right_size_is_not_touched(rng):
    x = torch.rand(2, 3, 8, 8, generator=rng) * 2 - 1
    torch.testing.assert_close(Preparation(8)(x), x)


def test_random_convolutions_follow_from_their_seed_alone(rng):
    x = torch.rand(2, 3, 16, 16, generator=rng)
    before = torch.get_rng_state()
    one, same, other = RandomConvolutions(1), RandomConvolutions(1), RandomConvolutions(2)
    assert torch.get_rng_state().equal(before)
    assert one(x).features.shape == (2, 480)
    assert one(x).features.equal(same(x).features)
    assert one.weights_hash == same.weights_hash != other.weights_hash
    assert not one(x).features.equal(other(x).features)


def test_the_hash_of_the_weights_tells_every_kind_of_weight():
    def hashed(**weights):
        extractor = Identity()
        for name, tensor in weights.items():
            extractor.register_buffer(name, tensor)
        return extractor.weights_hash

    one = {"brief": torch.ones(2, dtype=torch.bfloat16), "scalar": torch.tensor(1.0), "count": torch.tensor(3)}
    others = [one | {name: tensor + 1} for name, tensor in one.items()]
    others += [{}, one | {"brief": torch.ones(2)}, one | {"brief": torch.ones(1, 2, dtype=torch.bfloat16)}]
    assert hashed(**one) == hashed(**one)
    assert len({hashed(**weights) for weights in (one, *others)}) == 7


def test_random_features_warn(evaluation, scores, rng):
    from ganfw_metrics import KID

    judged = evaluation(torch.rand(5, 3, 8, 8, generator=rng), torch.rand(5, 3, 8, 8, generator=rng))
    kid = scores(KID(RandomConvolutions()), judged)["kid"]
    assert kid.warning == "random features: no figure measured elsewhere compares with this one"
    assert kid.protocol["extractor"] == "random"
    assert kid.protocol["levels"] == 256
    assert kid.protocol["resize"] == "bilinear, antialiased"


def test_identity_takes_any_sample():
    assert configs.IdentityConfig().build(VectorSpec(2))(torch.ones(3, 2)).features.shape == (3, 2)
    assert Identity()(torch.ones(3, 1, 4, 4)).features.shape == (3, 16)


def test_points_are_no_pictures():
    with pytest.raises(ValueError, match="pictures") as error:
        configs.RandomConfig().build(VectorSpec(2))
    assert str(error.value) == (
        "random works on pictures, but these are VectorSpec samples. "
        "The extractor that takes any sample is extractor=identity."
    )


@pytest.mark.parametrize("channels", [1, 3, 4])
@pytest.mark.parametrize(
    ("config", "features", "classes"),
    [
        (configs.RandomConfig, 480, None),
        (configs.EfficientNetLite0Config, 1280, 1000),
        (configs.MNISTClassifierConfig, 128, 10),
    ],
)
def test_pictures_of_any_size_and_channels_are_taken(config, features, classes, channels):
    said = config().build(ImageSpec(8, channels))(torch.zeros(2, channels, 8, 8))
    assert said.features.shape == (2, features)
    assert (said.logits is None) if classes is None else said.logits.shape == (2, classes)
