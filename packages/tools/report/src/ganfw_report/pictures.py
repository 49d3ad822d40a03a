"""Pictures for the page, inside it: grids of samples, interpolations, and the nearest real pictures."""

from __future__ import annotations

import base64
import io
from typing import TYPE_CHECKING

import numpy as np
import torch
from PIL import Image

from ganfw import load
from ganfw.config.resolve import recipe_from_document
from ganfw.data.stream import Stream, batches
from ganfw.errors import GanfwError
from ganfw.health.measures import features
from ganfw.networks import Generator
from ganfw.specs import ImageSpec
from ganfw.training.samples import make_grid, to_uint8

if TYPE_CHECKING:
    from pathlib import Path

    import numpy.typing as npt
    from torch import Tensor

    from ganfw.model import Model
    from ganfw_report.runs import Run

    Pixels = npt.NDArray[np.uint8]

_MOST_GRIDS, _WIDEST = 40, 768
_ROWS, _COLUMNS = 6, 9
_SAMPLES, _NEIGHBOURS, _MOST_REAL = 8, 4, 20_000


def uri(pixels: Pixels, *, smallest: int = 0) -> str:
    """A picture as WebP in a data URI; enlarged without smoothing to ``smallest`` pixels of width.

    Shape:
        pixels: ``(H, W, C)``.
    """
    picture = Image.fromarray(pixels[..., 0] if pixels.shape[-1] == 1 else pixels)
    if picture.width > _WIDEST:
        picture = picture.resize((_WIDEST, round(picture.height * _WIDEST / picture.width)), Image.Resampling.LANCZOS)
    elif picture.width < smallest:
        factor = -(-smallest // picture.width)
        picture = picture.resize((picture.width * factor, picture.height * factor), Image.Resampling.NEAREST)
    file = io.BytesIO()
    picture.save(file, "WEBP", quality=85)
    return "data:image/webp;base64," + base64.b64encode(file.getvalue()).decode()


def grids(run: Run) -> list[tuple[int, str]]:
    """At most 40 grids, evenly over the run, the first and the last among them: steps and data URIs."""
    found = run.grids
    if len(found) > _MOST_GRIDS:
        found = [found[round(place)] for place in np.linspace(0, len(found) - 1, _MOST_GRIDS)]
    return [(step, uri(_read(file), smallest=512)) for step, file in found]


def _read(file: Path) -> Pixels:
    try:
        with Image.open(file) as picture:
            pixels = np.asarray(picture)
    except OSError as error:
        raise GanfwError(f"the grid {file} cannot be read: {error}; remove it to report without it") from error
    return pixels[..., None] if pixels.ndim == 2 else pixels


def open_model(run: Run) -> Model:
    """The run's newest whole model, if it makes pictures.

    Raises:
        GanfwError: Saying why there are no pictures of its own.
    """
    model = load(run.folder)
    if not (isinstance(model.spec, ImageSpec) and model.gan.can_sample):
        raise GanfwError("the model makes no pictures from latents alone")
    return model


@torch.no_grad()
def interpolation(model: Model) -> str:
    """Six walks between two latents each, along great circles, since normal latents lie near a sphere.

    Raises:
        GanfwError: If the GAN has no generator that takes latents.
    """
    generator = getattr(model.gan, "generator", None)
    if not isinstance(generator, Generator):
        raise GanfwError(f"{type(model.gan).__name__} has no generator that takes latents")
    rng = torch.Generator(model.device).manual_seed(0)
    ends = torch.randn(2, _ROWS, generator.latent_dim, generator=rng, device=model.device)
    at = torch.linspace(0, 1, _COLUMNS, device=model.device)[:, None, None]
    angle = torch.cosine_similarity(ends[0], ends[1], dim=1).clamp(-0.9999, 0.9999).acos()[:, None]
    walk = (((1 - at) * angle).sin() * ends[0] + (at * angle).sin() * ends[1]) / angle.sin()
    noise = walk.transpose(0, 1).flatten(0, 1)
    condition = None
    if model.spec.condition is not None:
        count = model.spec.condition.count
        if model.spec.condition.kind != "class":
            raise GanfwError("the model is conditioned on vectors, of which the report knows none")
        condition = (torch.arange(_ROWS, device=model.device) % count).repeat_interleave(_COLUMNS)
    made = generator(generator.prior(noise), condition)
    return uri(_tiles(made, _COLUMNS), smallest=512)


@torch.no_grad()
def neighbours(run: Run, model: Model) -> str:
    """Samples, each followed by the real pictures that are nearest to it at 16 pixels.

    Raises:
        GanfwError: If the data cannot be opened.
    """
    if run.document.get("data") is None:
        raise GanfwError("the run does not say what it learned from")
    recipe = recipe_from_document(run.document)
    data = recipe.open_data().plain()
    fake = model.sample(_SAMPLES)
    wanted = features(fake)
    stream = Stream(data, batch_size=256, seed=0)
    count = min(len(data), _MOST_REAL)
    best = torch.full((_SAMPLES, _NEIGHBOURS), torch.inf)
    pictures = torch.zeros(_SAMPLES, _NEIGHBOURS, *fake.shape[1:])
    for step, batch in enumerate(batches(stream, 0, -(-count // 256), device=model.device)):
        real = batch.real[: count - 256 * step]
        distances = torch.cat([best, torch.cdist(wanted, features(real)).cpu()], 1)
        best, chosen = distances.topk(_NEIGHBOURS, largest=False)
        everything = torch.cat([pictures, real.cpu().expand(_SAMPLES, *real.shape)], 1)
        pictures = everything[torch.arange(_SAMPLES)[:, None], chosen]
    rows = torch.cat([fake.cpu()[:, None], pictures], 1).flatten(0, 1)
    return uri(_tiles(rows, _NEIGHBOURS + 1), smallest=320)


def _tiles(images: Tensor, columns: int) -> Pixels:
    """Rows of ``columns`` pictures, whatever shape that gives. Shape: ``(B, C, H, W)`` to ``(H', W', C)``."""
    if len(images) == columns * columns:
        return make_grid(images)
    tiles = to_uint8(images)
    count, height, width, channels = tiles.shape
    shaped = tiles.reshape(count // columns, columns, height, width, channels)
    return shaped.swapaxes(1, 2).reshape(-1, columns * width, channels)
