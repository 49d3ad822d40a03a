"""GANs and data from Python."""

# Tables and whole messages read better unbroken.
# ruff: noqa: E501

from __future__ import annotations

import pytest

from ganfw.composition import compose, open_data
from ganfw.config.resolve import recipe_from_document
from ganfw.errors import GanfwError
from ganfw.specs import ImageSpec, VectorSpec

SPEC = ImageSpec(4)


def config(registry, kind, name, **settings):
    return registry.part(kind, name).config(**settings)


def test_parts_by_name_mapping_and_config(registry):
    gan = compose(
        generator={"type": "dense", "width": 3},
        discriminator="judge",
        loss=config(registry, "loss", "hinge", margin=2),
        regularizers=["r1", {"type": "r2", "weight": 3}],
        generator_every=2,
        spec=SPEC,
    )
    assert gan.document == {
        "gan": "two-player",
        "image": {"size": 4, "channels": 3},
        "generator": {"type": "dense", "width": 3, "norm": "none"},
        "discriminator": {"type": "judge", "slope": 0.2},
        "loss": {"type": "hinge", "margin": 2.0},
        "regularizers": {"r1": {"type": "r1", "weight": 1.0}, "r2": {"type": "r2", "weight": 3.0}},
        "generator_every": 2,
    }
    again = recipe_from_document(gan.document).build(SPEC)
    assert again.state_dict().keys() == gan.state_dict().keys()


def test_parts_made_by_hand(registry):
    made = config(registry, "generator", "dense").build(SPEC)
    penalty = config(registry, "regularizer", "r1").build(SPEC)
    gan = compose(generator=made, discriminator="judge", loss="plain", regularizers=[penalty], spec=SPEC)
    assert gan.generator is made
    assert gan.document["generator"] is None
    assert gan.document["regularizers"] == {"penalty": None}
    assert gan.document["loss"] == {"type": "plain"}


def test_regularizers_by_name(registry):
    parts = {"generator": "dense", "discriminator": "judge", "loss": "plain", "spec": SPEC}
    gan = compose(**parts, regularizers={"r1": {"weight": 3}, "second": "r1"})
    assert gan.document["regularizers"] == {
        "r1": {"type": "r1", "weight": 3.0},
        "second": {"type": "r1", "weight": 1.0},
    }
    with pytest.raises(GanfwError) as error:
        compose(**parts, regularizers=["r1", "r1"])
    assert str(error.value) == "two regularizers are named 'r1'; give them as a mapping with names of your own"


def test_the_spec_comes_from_the_data(registry):
    class Data:
        spec = VectorSpec(2)

    gan = compose(generator="dense", discriminator="judge", loss="plain", data=Data())
    assert gan.generator.shape == (2,)
    assert "image" not in gan.document
    with pytest.raises(GanfwError, match=r"spec is ImageSpec.*but the data are VectorSpec.*; give only the data"):
        compose(generator="dense", discriminator="judge", loss="plain", data=Data(), spec=SPEC)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"spec": None}, "compose() does not know what the samples are; give data=ganfw.open_data(...), or "
         "spec=ganfw.ImageSpec(size=64)"),
        ({"spec": None, "data": "shapes"}, "data has to be an open data set, not 'shapes'; write "
         "data=ganfw.open_data('shapes')"),
        ({"generator": "dens"}, "This part has a problem:\n\n  generator   no generator named 'dens'; did you mean dense? "
         "`ganfw plugins` lists all"),
        ({"regularizers": [{"type": "r1", "wieght": 3}]}, "This part has a problem:\n\n  regularizers.r1.wieght   unknown "
         "key; did you mean regularizers.r1.weight?"),
    ],
)  # fmt: skip
def test_mistakes(registry, change, message):
    parts = {"generator": "dense", "discriminator": "judge", "loss": "plain", "spec": SPEC, **change}
    with pytest.raises(GanfwError) as error:
        compose(**parts)
    assert str(error.value) == message


def test_a_part_of_another_role(registry):
    loss = config(registry, "loss", "plain").build(SPEC)
    with pytest.raises(GanfwError) as error:
        compose(generator=loss, discriminator="judge", loss="plain", spec=SPEC)
    assert str(error.value) == (
        "generator is a Difference, which is no generator; give a subclass of ganfw.Generator, or the name of an "
        "installed generator"
    )


def test_open_data(registry, tmp_path):
    assert open_data("shapes", size=8, channels=1, count=3) == ("shapes", 3, ImageSpec(8, 1))
    assert open_data({"type": "shapes"}) == ("shapes", 10, ImageSpec(64))
    assert open_data(config(registry, "data", "shapes", count=2)) == ("shapes", 2, ImageSpec(64))
    assert open_data(str(tmp_path)) == open_data(tmp_path) == ("files", str(tmp_path), ImageSpec(64))


@pytest.mark.parametrize(
    ("what", "settings", "message"),
    [
        ("shape", {}, "no data named 'shape', and no such file or folder; did you mean shapes?"),
        ("./zzz", {}, "no data named './zzz', and no such file or folder; the data parts are files, shapes"),
        ("shapes", {"cuont": 1}, "This part has a problem:\n\n  data.cuont   unknown key; did you mean data.count?"),
    ],
)
def test_open_data_mistakes(registry, what, settings, message):
    with pytest.raises(GanfwError) as error:
        open_data(what, **settings)
    assert str(error.value) == message
