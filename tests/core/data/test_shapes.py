import json
import subprocess
import sys

import numpy as np
import pytest
import torch

import ganfw
from ganfw.data.shapes import SHAPES, ShapesData
from ganfw.data.stream import Stream, batches
from ganfw.errors import GanfwError
from ganfw.specs import Condition, ImageSpec, VectorSpec


def pictures(data, indices):
    return data.rows(np.asarray(indices, np.int64), None)["real"]


def test_a_picture_is_a_function_of_seed_and_index_alone():
    data = ShapesData(32)
    together = pictures(data, range(50))
    np.testing.assert_array_equal(pictures(data, [7]), together[7:8])
    np.testing.assert_array_equal(pictures(ShapesData(32, count=10), [7]), together[7:8])
    assert (pictures(ShapesData(32, seed=1), range(50)) != together).any((1, 2, 3)).all()
    assert len(np.unique(together, axis=0)) == 50


def test_pictures_stay_as_they_are_from_release_to_release():
    """The second one as version 1 draws it, in greyscale: a run that goes on must see what it began with."""
    np.testing.assert_allclose(
        pictures(ShapesData(8, channels=1), [1])[0, 0],
        [
            [255, 255, 255, 255, 255, 255, 255, 255],
            [255, 255, 201, 201, 201, 201, 255, 255],
            [255, 255, 155, 116, 116, 124, 255, 255],
            [255, 255, 155, 116, 116, 124, 255, 255],
            [255, 255, 155, 116, 116, 124, 255, 255],
            [255, 255, 217, 217, 217, 217, 255, 255],
            [255, 255, 255, 255, 255, 255, 255, 255],
            [255, 255, 255, 255, 255, 255, 255, 255],
        ],
        atol=1,
    )


def test_each_class_has_its_shape_and_a_third_of_the_pictures():
    data = ganfw.open_data("shapes", size=64, channels=1, labels=True, count=300)
    rows = data.rows(np.arange(300), None)
    assert np.bincount(rows["condition"]).tolist() == [100, 100, 100]
    assert data.spec == ImageSpec(64, 1, Condition("class", 3, SHAPES))
    ink = (rows["real"][:, 0] < 255).astype(float)
    box = ink.any(1).sum(1) * ink.any(2).sum(1)
    # The part of its bounding box that a shape fills: π/4 for a disc, all for a square, half for a triangle.
    for shape, filled in enumerate([np.pi / 4, 1, 1 / 2]):
        mine = rows["condition"] == shape
        assert np.median(ink.sum((1, 2))[mine] / box[mine]) == pytest.approx(filled, abs=0.06)


def test_shapes_lie_within_the_picture_whatever_they_are():
    ink = 255 - pictures(ShapesData(64, channels=1), range(600))[:, 0].astype(float)
    border = np.concatenate([ink[:, 0], ink[:, -1], ink[:, :, 0], ink[:, :, -1]], 1)
    assert (border < 255 / 2).mean() > 0.999  # an edge may touch the border, but nothing is cut off
    rows, columns = np.indices((64, 64)) / 63
    for place in (rows, columns):
        centres = (ink * place).sum((1, 2)) / ink.sum((1, 2))
        assert centres.min() < 0.25
        assert centres.max() > 0.75


def test_the_sizes_do_not_give_the_class_away():
    alpha = pictures(ShapesData(64, channels=4), range(600))[:, 3].astype(float)
    areas = alpha.sum((1, 2)).reshape(-1, 3).mean(0)
    assert areas.max() / areas.min() < 1.1


def test_edges_are_antialiased_and_the_ground_is_white():
    picture = pictures(ShapesData(64, channels=1), [0])[0, 0]
    values, counts = np.unique(picture, return_counts=True)
    assert values[-1] == 255
    assert counts[-1] == counts.max()
    assert len(values) > 10


def test_channels_show_the_same_shape():
    grey, colour, clear = (pictures(ShapesData(32, channels), range(30)).astype(float) for channels in (1, 3, 4))
    luminance = (colour * np.array([0.299, 0.587, 0.114])[:, None, None]).sum(1, keepdims=True)
    np.testing.assert_allclose(grey, luminance, atol=1)
    alpha = clear[:, 3:] / 255
    np.testing.assert_allclose(alpha * clear[:, :3] + (1 - alpha) * 255, colour, atol=1.5)


def test_it_trains_like_all_pictures():
    data = ganfw.open_data("shapes", size=16)
    batch = next(batches(Stream(data, batch_size=8, seed=0), 0, 1))
    assert batch.real.dtype == torch.float32
    assert (batch.real.min() >= -1, batch.real.max()) == (True, 1)
    assert set(batch) == {"real"}
    assert len(data) == 2000


def test_the_fingerprint_follows_the_content():
    def fingerprint(size=16, **settings):
        return ganfw.open_data("shapes", size=size, **settings).fingerprint

    assert fingerprint() == fingerprint() == "shapes-1-16x3-2000-0"
    others = [{"size": 8}, {"channels": 1}, {"count": 10}, {"seed": 1}, {"labels": True}]
    assert len({fingerprint(), *(fingerprint(**other) for other in others)}) == 6


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        (
            VectorSpec(2),
            "this data source holds pictures, but the recipe wants vector data. Give another data.type; "
            "`ganfw plugins` lists them.",
        ),
        (
            ImageSpec(8, channels=2),
            "pictures have 1 (luminance), 3 (RGB) or 4 (RGB with alpha) channels, but image.channels=2.",
        ),
    ],
)
def test_what_cannot_be_drawn_is_refused(spec, message):
    from ganfw.config.data import ShapesConfig

    with pytest.raises(GanfwError) as caught:
        ShapesConfig().build(spec)
    assert str(caught.value) == message


def test_opening_and_reading_rows_needs_no_torch():
    code = (
        "import json, sys\nfrom ganfw.config.data import ShapesConfig\nfrom ganfw.specs import ImageSpec\n"
        "import numpy as np\nShapesConfig().build(ImageSpec(8)).rows(np.arange(3), None)\n"
        "print(json.dumps('torch' in sys.modules))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) is False
