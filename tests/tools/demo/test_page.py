"""The page: what its parts do, and in a browser."""

import numpy as np
import pytest
import torch
from torch import nn

import ganfw
from ganfw.errors import GanfwError
from ganfw.model import Model
from ganfw.specs import Condition, ImageSpec, VectorSpec
from ganfw_demo.studio import Studio

PICTURE = 'img[src*="file="]:visible'  # there is Gradio's logo too
CLASSES = Condition("class", 3, ("cat", "dog", "fish"))


class Plain(ganfw.Generator):
    """Pictures of 8 pixels, brighter for later classes."""

    latent_dim = 5

    def __init__(self, classes=0):
        super().__init__()
        torch.manual_seed(0)
        self.net = nn.Linear(5, 3 * 64)
        self.embed = nn.Embedding.from_pretrained(torch.linspace(-0.5, 0.5, classes)[:, None]) if classes else None

    def forward(self, z, condition=None):
        shade = 0 if self.embed is None else self.embed(condition)[:, :, None, None]
        return (self.net(z).view(-1, 3, 8, 8) / 2 + shade).tanh()


class Styled(ganfw.StyleGenerator):
    """Four styles; each shades a quarter of the picture."""

    latent_dim = 5

    def __init__(self):
        super().__init__()
        torch.manual_seed(0)
        self.net = nn.Linear(5, 4)

    def mapping(self, z, condition=None):
        return self.net(z).tanh()[:, :1, None].expand(-1, 4, 1)

    def synthesis(self, w):
        return w.repeat_interleave(2, 1)[:, None].expand(-1, 1, 8, 8)


class Only(ganfw.GAN):
    """One generator."""

    def __init__(self, generator):
        super().__init__()
        self.generator = generator


def studio(generator, channels=3, condition=None):
    return Studio(Model(Only(generator), ImageSpec(8, channels, condition), images=0))


def test_samples_follow_from_the_seed():
    it = studio(Plain())
    grid = it.samples(1, 4, 1.0)
    assert grid.shape == (512, 512, 3)
    assert np.array_equal(grid, it.samples(1, 4, 1.0))
    assert not np.array_equal(grid, it.samples(2, 4, 1.0))
    assert np.array_equal(grid[:256, :256][::32, ::32], it.samples(1, 1, 1.0)[::64, ::64])


def test_truncation_to_nothing_leaves_one_picture():
    for it in (studio(Plain()), studio(Styled(), channels=1)):
        grid = it.samples(0, 4, 0.0)
        assert np.array_equal(grid[:256, :256], grid[256:, 256:])


def test_a_class_is_chosen_by_its_name():
    it = studio(Plain(classes=3), condition=CLASSES)
    assert it.classes == ["cat", "dog", "fish"]
    assert it.samples(0, 4, 1.0, "cat").mean() < it.samples(0, 4, 1.0, "fish").mean() - 50


def test_a_walk_begins_and_ends_at_its_seeds():
    it = studio(Plain())
    here, strip = it.walk(3, 4, 0.0)
    assert np.array_equal(here, it.samples(3, 1, 1.0))
    assert strip.shape == (64, 512, 3)
    assert np.array_equal(it.walk(3, 4, 1.0)[0], it.samples(4, 1, 1.0))


def test_mixing_takes_the_coarse_styles_of_one_and_the_fine_ones_of_the_other():
    it = studio(Styled(), channels=1)
    assert it.style_layers == 4
    picture = it.mix(0, 1, 2)
    coarse, mixed, fine = np.split(picture, 3, axis=1)
    half = len(picture) // 2
    assert np.array_equal(mixed[:half], coarse[:half])
    assert np.array_equal(mixed[half:], fine[half:])
    assert not np.array_equal(coarse, fine)
    assert studio(Plain()).style_layers == 0


def test_a_direction_moves_samples():
    it = studio(Plain())
    assert list(it.directions)[:2] == ["SeFa 1", "SeFa 2"]
    assert "GANSpace 1" in it.directions
    still, moved = it.shift(0, "SeFa 1", 0.0), it.shift(0, "SeFa 1", 4.0)
    weak = it.shift(0, "SeFa 5", 4.0)
    assert np.array_equal(still, it.samples(0, 9, 1.0))
    change = [np.abs(each.astype(int) - still).mean() for each in (moved, weak)]
    assert change[0] > change[1] > 0


def test_a_picture_is_projected():
    it = studio(Plain())
    given = it.samples(0, 1, 1.0)
    made, error = it.project(np.pad(given, ((0, 0), (40, 40), (0, 0))), steps=150)
    assert error < 0.01
    assert made.shape[1] == 512


def test_what_the_demo_cannot_show():
    with pytest.raises(GanfwError) as error:
        Studio(Model(Only(Plain()), VectorSpec(3), images=0))
    assert str(error.value) == (
        "the demo shows generators that turn latents into pictures; this is Only of vector data"
    )
    with pytest.raises(GanfwError) as error:
        studio(Plain(), condition=Condition("vector", 4))
    assert str(error.value) == "the demo knows conditions that are classes; this model is conditioned on vectors"


def test_importing_the_plugin_is_light():
    import subprocess
    import sys

    code = "import sys, ganfw_demo; sys.exit('torch' in sys.modules or 'gradio' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.fixture
def address():
    """The page of a conditional model, on a free port."""
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Gradio's own, of the libraries below it
        from ganfw_demo.page import page, theme

        blocks = page(studio(Plain(classes=3), condition=CLASSES), "pets")
        _, address, _ = blocks.launch(prevent_thread_lock=True, quiet=True, theme=theme(), share=False)
        yield address
        blocks.close()


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
def test_in_a_browser(browser, address):
    """Seed, class and walk change the picture, and nothing is asked of another machine."""
    asked = []
    page = browser.new_page()
    page.on("request", lambda request: asked.append(request.url))
    page.goto(address)

    def shown(change):
        """The picture's address before and after a change."""
        picture = page.locator(PICTURE).first
        picture.wait_for()
        before = picture.get_attribute("src")
        change()
        first = "[...document.querySelectorAll('img[src*=\"file=\"]')].find(image => image.offsetParent)"
        page.wait_for_function(f"before => {first}?.getAttribute('src') != before", arg=before, timeout=20000)
        return before, page.locator(PICTURE).first.get_attribute("src")

    before, after = shown(lambda: page.get_by_label("Seed").first.fill("7"))
    assert before != after
    page.get_by_label("Class").click()
    before, after = shown(lambda: page.get_by_role("option", name="fish").click())
    assert before != after
    page.get_by_role("tab", name="Walk").click()
    before, after = shown(lambda: page.get_by_label("To seed").fill("5"))
    assert before != after
    page.get_by_role("tab", name="Directions").click()
    before, after = shown(lambda: page.get_by_label("number input for How far").first.fill("4"))
    assert before != after
    assert [url for url in asked if not url.startswith((address, "data:", "blob:"))] == []
