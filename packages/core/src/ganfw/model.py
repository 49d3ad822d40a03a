"""Finished models: a folder that opens by itself."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import torch

from ganfw import __version__, specs
from ganfw.errors import GanfwError
from ganfw.training.files import write_text
from ganfw.training.run_folder import stages_with
from ganfw.training.samples import draw_samples, make_grid, save_picture
from ganfw.training.standing import take_standing_statistics
from ganfw.training.tensors import read_tensors, write_tensors

if TYPE_CHECKING:
    from collections.abc import Iterator

    from torch import Tensor

    from ganfw.gan import GAN
    from ganfw.specs import Spec


class Model:
    """A trained GAN that makes samples.

    Attributes:
        gan: The networks that sampling needs, in evaluation mode.
        spec: What one sample is.
        images: Images shown in training.
        folder: Where it was opened, if it was.
        document: The recipe that it was made from, as far as it was made of settings.
    """

    def __init__(
        self, gan: GAN, spec: Spec, images: int, *, folder: Path | None = None,
        document: Mapping[str, Any] | None = None,
    ) -> None:  # fmt: skip
        self.gan, self.spec, self.images = gan.eval().requires_grad_(False), spec, images
        self.folder, self.document = folder, document or {}

    @property
    def device(self) -> torch.device:
        """Where the networks are."""
        return next(self.gan.parameters()).device

    def sample(
        self, count: int, *, seed: int = 0, condition: Tensor | None = None, batch_size: int = 64,
        truncation: float | None = None,
    ) -> Tensor:  # fmt: skip
        """Make samples; the same seed, count and batch size give the same ones.

        Args:
            count: How many.
            seed: Of the latents.
            condition: One per sample, where the model is conditional; drawn when left out.
            batch_size: Made at a time.
            truncation: For typical samples in place of varied ones: by default, how far latents may be from 0.

        Shape:
            condition: ``(count,)`` for classes, ``(count, length)`` for vectors;
            result: ``(count, *spec.shape)`` in the spec's range.

        Raises:
            GanfwError: If a number is below 1, if the condition is not what the spec says, or if a truncation is given
                and the GAN knows none.
        """
        parts = self.batches(count, seed=seed, condition=condition, batch_size=batch_size, truncation=truncation)
        return torch.cat(list(parts))

    def batches(
        self, count: int, *, seed: int = 0, condition: Tensor | None = None, batch_size: int = 64,
        truncation: float | None = None,
    ) -> Iterator[Tensor]:  # fmt: skip
        """The samples of `sample`, ``batch_size`` at a time, for more of them than memory holds."""
        for name, number in (("count", count), ("batch_size", batch_size)):
            if type(number) is not int or number < 1:
                raise GanfwError(f"{name}={number!r}: give a whole number from 1 on")
        if condition is not None and self.spec.condition is not None:  # else the GAN alone knows: classes it has sorted
            _check_condition(condition, self.spec.condition, count)
        return self._batches(count, seed, condition, batch_size, truncation)

    def _batches(
        self, count: int, seed: int, condition: Tensor | None, batch_size: int, truncation: float | None
    ) -> Iterator[Tensor]:
        for start in range(0, count, batch_size):
            size = min(batch_size, count - start)
            part = None if condition is None else condition[start : start + size].to(self.device)
            # A block's latents depend on the seed and on where it starts; the first block is the training grid's.
            block = seed if start == 0 else seed + start * 2**32
            yield draw_samples(self.gan, size, block, self.device, part, truncation=truncation)

    def use_standing_statistics(
        self, forwards: int = 16, *, seed: int = 0, batch_size: int = 64, truncation: float | None = None
    ) -> None:
        """Measure the statistics of batch normalisation anew, on what this truncation makes.

        Args:
            forwards: How many batches are made.
            seed: Of their latents, which are others than those of samples of the same seed.
            batch_size: Samples in each.
            truncation: As for the samples that will be made: other latents have other statistics.

        Raises:
            GanfwError: If no network has batch normalisation.
        """
        take_standing_statistics(
            self.gan, forwards, seed=seed, batch_size=batch_size, device=self.device, truncation=truncation
        )


def _check_condition(given: Any, wanted: specs.Condition, count: int) -> None:
    """Refuse what networks would fail on in words of their own."""
    classes, n = wanted.kind == "class", wanted.count
    shape = (count,) if classes else (count, n)
    told = f"int64 of shape {shape}, from 0 to {n - 1}" if classes else f"floats of shape {shape}"
    if not isinstance(given, torch.Tensor):
        wrong = f"a {type(given).__name__}"
    elif given.shape != shape or (given.dtype != torch.int64 if classes else not given.is_floating_point()):
        wrong = f"{str(given.dtype).removeprefix('torch.')} of shape {tuple(given.shape)}"
    elif classes and not 0 <= given.min() <= given.max() < n:
        wrong = f"numbers from {given.min()} to {given.max()}"
    else:
        return
    example = f"torch.zeros({count}, dtype=torch.int64)" if classes else f"torch.zeros({count}, {n})"
    raise GanfwError(f"condition: expected a tensor, {told}, such as {example}; got {wrong}")


def save_model(folder: Path, gan: GAN, spec: Spec, document: Mapping[str, Any], *, images: int) -> None:
    """Write the averaged networks, the full config and a model card; each file whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    weights = {
        f"{name}.{key}": tensor for name in gan.averaged for key, tensor in getattr(gan, name).state_dict().items()
    }
    part = folder / ".model.safetensors.part"
    try:
        part.unlink(missing_ok=True)  # never through a link that stands in its place
        write_tensors(part, weights, checksum=True)
        os.replace(part, folder / "model.safetensors")
    finally:
        part.unlink(missing_ok=True)
    facts = {
        "format": 1, "ganfw": __version__, "images": images,
        "spec": {"type": type(spec).__name__, **asdict(spec)}, "recipe": dict(document), "made_with": _makers(document),
    }  # fmt: skip
    picture = ""
    if isinstance(spec, specs.ImageSpec) and gan.can_sample:
        device = next(gan.parameters()).device
        save_picture(folder / "samples.png", make_grid(draw_samples(gan, 16, 0, device)))
        picture = "![samples](samples.png)\n\n"
    write_text(folder / "README.md", _card(document, spec, images, picture))
    # The last of all: by the images in it a run that goes on knows whether its model is whole.
    write_text(folder / "config.json", json.dumps(facts, indent=1))


def images_of(folder: Path) -> int | None:
    """Images shown to the model in ``folder``; ``None`` if there is no whole model."""
    try:
        return int(json.loads((folder / "config.json").read_text())["images"])
    except (OSError, ValueError, KeyError, TypeError, OverflowError, RecursionError):
        return None


def load(path: str | Path, *, gan: GAN | None = None, device: str | torch.device = "cpu") -> Model:
    """Open a run folder or a model folder.

    Args:
        path: ``runs/mine`` or ``runs/mine/model``.
        gan: For a GAN that was made of objects in Python: one made the same way, which takes the weights. A GAN made
            of settings is rebuilt from the folder alone.
        device: Where the networks go.

    Raises:
        GanfwError: If there is no model, or a part that it needs is not installed.
    """
    folder = Path(path)
    stages = stages_with(folder, "model/config.json")  # of a recipe of stages it is the last one's model
    for inner in (folder / "model", *(stage / "model" for stage in stages[-1:])):
        folder = inner if (inner / "config.json").is_file() else folder
    if not (folder / "config.json").is_file():
        where = (
            "it has no model yet: train it to its first checkpoint" if folder.exists() else "there is no such folder"
        )
        raise GanfwError(f"no model in {path}: {where}")
    try:
        facts = json.loads((folder / "config.json").read_text())
        weights = read_tensors(folder / "model.safetensors")
        spec = _spec(facts["spec"])
        recipe, images, made_with = facts["recipe"], facts["images"], facts.get("made_with") or {}
        for name, value, kind in (("recipe", recipe, dict), ("images", images, int), ("made_with", made_with, dict)):
            if not isinstance(value, kind):
                raise ValueError(f"config.json holds no {name}, but {value!r:.40}")
    except Exception as error:
        raise GanfwError(f"the model in {folder} cannot be read: {error}") from error
    if gan is None:
        gan = _rebuild(recipe, spec, folder, made_with)
    for name in gan.averaged:
        network = {key.removeprefix(f"{name}."): t for key, t in weights.items() if key.startswith(f"{name}.")}
        try:
            getattr(gan, name).load_state_dict(network)
        except RuntimeError as error:
            raise GanfwError(f"the weights in {folder} do not fit its settings: {error}") from error
    for name in set(gan.networks()) - set(gan.averaged):
        delattr(gan, name)
    return Model(gan.to(device), spec, images, folder=folder, document=recipe)


def _makers(document: Mapping[str, Any]) -> dict[str, str]:
    """The distributions, with their versions, whose parts a recipe names."""
    from ganfw.plugins.registry import registry

    named = set(_names(document))
    return {
        status.distribution: status.version
        for status in registry().statuses
        if status.distribution and named & {part.partition(":")[2] for part in status.parts}
    }


def _names(document: Mapping[str, Any]) -> Iterator[str]:
    for key, value in document.items():
        if isinstance(value, Mapping):
            yield from _names(value)
        elif key in {"type", "gan"} and isinstance(value, str):
            yield value


def _rebuild(document: dict[str, Any], spec: Spec, folder: Path, made_with: Mapping[str, str]) -> GAN:
    from ganfw.config.resolve import recipe_from_document
    from ganfw.plugins.registry import registry

    try:
        return recipe_from_document(document).build(spec)
    except (ValueError, TypeError, RuntimeError, MemoryError, OverflowError) as error:
        here = {status.distribution for status in registry().statuses if status.status == "ok"}
        missing = [f"{name} {version}" for name, version in made_with.items() if name not in here]
        install = f"pip install {' '.join(sorted(set(made_with) - here))}"
        hint = (
            f"It was made with {' and '.join(missing)}, which is not here: {install}"
            if missing
            else "If it was made of objects in Python, give one made the same way: ganfw.load(folder, gan=my_gan)."
        )
        raise GanfwError(f"the model in {folder} cannot be rebuilt from its settings: {error}\n{hint}") from error


def _spec(facts: dict[str, Any]) -> Spec:
    kind = facts.pop("type")
    if facts.get("condition"):
        facts["condition"] = specs.Condition(**{**facts["condition"], "names": tuple(facts["condition"]["names"])})
    made: Spec = {cls.__name__: cls for cls in get_args(specs.Spec)}[kind](**facts)
    return made


def _card(document: Mapping[str, Any], spec: Spec, images: int, picture: str) -> str:
    from ganfw.config.yaml import dumps

    return (
        f"---\nlibrary_name: ganfw\ntags: [gan]\n---\n\n# A GAN made with ganfw\n\n{picture}"
        f"Trained on {images:,} images shown; one sample is {' x '.join(map(str, spec.shape))}.\n\n"
        '```python\nimport ganfw\n\nganfw.load("this-folder").sample(16)\n```\n\n'
        f"The recipe:\n\n```yaml\n{dumps(dict(document))}```\n"
    )
