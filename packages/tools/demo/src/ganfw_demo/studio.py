"""What the page can do with a model, without the page."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import torch
from PIL import Image

from ganfw.errors import GanfwError
from ganfw.networks import Generator, StyleGenerator
from ganfw.specs import ImageSpec
from ganfw.training.samples import make_grid, to_uint8
from ganfw_demo import directions
from ganfw_demo.latents import between, from_seed
from ganfw_demo.projection import project

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt
    from torch import Tensor

    from ganfw.model import Model

    Pixels = npt.NDArray[np.uint8]

_DIRECTIONS, _STRIP, _SHOWN = 8, 8, 512


class Studio:
    """A model of pictures, and the things to do with it.

    Args:
        model: Its generator takes latents and makes pictures.

    Raises:
        GanfwError: If it does not.
    """

    def __init__(self, model: Model) -> None:
        generator = getattr(model.gan, "generator", None)
        if not isinstance(model.spec, ImageSpec) or not isinstance(generator, Generator):
            raise GanfwError(
                f"the demo shows generators that turn latents into pictures; this is {type(model.gan).__name__} of "
                f"{type(model.spec).__name__.removesuffix('Spec').lower()} data"
            )
        self.generator, self.spec, self.device = generator, model.spec, model.device
        condition = model.spec.condition
        if condition is not None and condition.kind != "class":
            raise GanfwError("the demo knows conditions that are classes; this model is conditioned on vectors")
        count = condition.count if condition is not None else 0
        self.classes = list(condition.names if condition and condition.names else map(str, range(count)))

    @torch.no_grad()
    def _make(self, noise: Tensor, label: str | None, truncation: float = 1.0) -> Tensor:
        noise, condition = noise.to(self.device), self._condition(label, len(noise))
        if isinstance(self.generator, StyleGenerator):
            return self.generator.synthesis(self._styles(noise, condition, truncation))
        made: Tensor = self.generator(self.generator.prior(noise * truncation), condition)
        return made

    def _condition(self, label: str | None, count: int) -> Tensor | None:
        if not self.classes:
            return None
        index = self.classes.index(label) if label in self.classes else 0
        return torch.full((count,), index, device=self.device)

    def _styles(self, noise: Tensor, condition: Tensor | None, truncation: float) -> Tensor:
        """Styles pulled towards their mean (Karras et al. 2019, StyleGAN, appendix B)."""
        assert isinstance(self.generator, StyleGenerator)
        styles = self.generator.mapping(self.generator.prior(noise), condition)
        if truncation == 1:
            return styles
        many = from_seed(0, 1000, self.generator.latent_dim).to(self.device)
        label = None if condition is None else condition[:1].expand(len(many))
        mean = self.generator.mapping(self.generator.prior(many), label).mean(0)
        return mean + truncation * (styles - mean)

    def samples(self, seed: int, count: int, truncation: float, label: str | None = None) -> Pixels:
        """A grid of samples. The latents of few are the first of many."""
        return _shown(make_grid(self._make(from_seed(seed, count, self.generator.latent_dim), label, truncation)))

    def walk(self, seed: int, other: int, position: float, label: str | None = None) -> tuple[Pixels, Pixels]:
        """The picture at a position in [0, 1] between two seeds' first latents, and a strip of the whole walk."""
        start, end = (from_seed(each, 1, self.generator.latent_dim)[0] for each in (seed, other))
        at = torch.cat([torch.tensor([position]), torch.linspace(0, 1, _STRIP)])
        made = self._make(between(start, end, at), label)
        strip = np.concatenate(list(to_uint8(made[1:])), axis=1)
        return _shown(to_uint8(made[:1])[0]), _shown(strip)

    def mix(self, seed: int, other: int, layer: int, label: str | None = None) -> Pixels:
        """The styles of one seed up to a layer, and of another from there (Karras et al. 2019, section 3.1)."""
        noise = torch.cat([from_seed(each, 1, self.generator.latent_dim) for each in (seed, other)]).to(self.device)
        with torch.no_grad():
            coarse, fine = self._styles(noise, self._condition(label, 2), 1)
            mixed = torch.stack([coarse, torch.cat([coarse[:layer], fine[layer:]]), fine])
            assert isinstance(self.generator, StyleGenerator)
            return _shown(np.concatenate(list(to_uint8(self.generator.synthesis(mixed))), axis=1))

    @cached_property
    def style_layers(self) -> int:
        """Layers that take a style; 0 where the generator has none."""
        if not isinstance(self.generator, StyleGenerator):
            return 0
        noise = torch.zeros(1, self.generator.latent_dim, device=self.device)
        with torch.no_grad():
            return self._styles(noise, self._condition(None, 1), 1).shape[1]

    @cached_property
    def directions(self) -> dict[str, Tensor]:
        """Directions by name, each of unit length; none where no layer takes the latent itself."""
        length = self.generator.latent_dim
        layers = directions.first_layers(self.generator, length)[:1]
        if not layers:
            return {}
        found = {"SeFa": directions.sefa(directions.weight_of(layers).cpu(), _DIRECTIONS)}
        if not self.classes:
            found["GANSpace"] = directions.ganspace(self.generator, layers[0], _DIRECTIONS)
        return {f"{method} {place}": one for method, rows in found.items() for place, one in enumerate(rows, 1)}

    def shift(self, seed: int, direction: str, amount: float, label: str | None = None) -> Pixels:
        """Nine samples of a seed, all moved along a direction."""
        noise = from_seed(seed, 9, self.generator.latent_dim) + amount * self.directions[direction]
        return _shown(make_grid(self._make(noise, label)))

    def project(
        self, picture: Pixels, steps: int, label: str | None = None, tell: Callable[[float], object] | None = None
    ) -> tuple[Pixels, float]:  # fmt: skip
        """The picture as the model sees it, beside the nearest that it makes, and the mean squared error."""
        target = self._as_target(picture)
        condition = self._condition(label, 1)

        def make(noise: Tensor) -> Tensor:
            made: Tensor = self.generator(self.generator.prior(noise), condition)
            return made

        noise, error = project(make, target, self.generator.latent_dim, steps=steps, tell=tell)
        with torch.no_grad():
            return _shown(make_grid(torch.stack([target, make(noise[None])[0]]))), error

    def _as_target(self, picture: Pixels) -> Tensor:
        """The middle of a picture at the model's size. Shape: ``(H, W, 3)`` bytes to ``(C, S, S)``."""
        mode = {1: "L", 3: "RGB", 4: "RGBA"}[self.spec.channels]
        image = Image.fromarray(picture).convert(mode)
        side = min(image.size)
        left, top = (image.width - side) // 2, (image.height - side) // 2
        image = image.crop((left, top, left + side, top + side))
        pixels = np.asarray(image.resize((self.spec.size, self.spec.size), Image.Resampling.LANCZOS))
        values = torch.from_numpy(pixels.reshape(self.spec.size, self.spec.size, -1).copy()).permute(2, 0, 1)
        return values.float().div(127.5).sub(1).to(self.device)


def _shown(pixels: Pixels) -> Pixels:
    """Small pictures enlarged without smoothing, and one channel as three."""
    if pixels.shape[-1] == 1:
        pixels = pixels.repeat(3, axis=-1)
    factor = max(1, _SHOWN // max(pixels.shape[:2]))
    return pixels.repeat(factor, axis=0).repeat(factor, axis=1)
