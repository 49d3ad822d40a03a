"""A folder for the Hub, and its card."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from huggingface_hub import ModelCardData

import ganfw
from ganfw import scores
from ganfw.config.resolve import recipe_from_document
from ganfw.config.yaml import dumps
from ganfw.export.folder import ModelFolder

if TYPE_CHECKING:
    from pathlib import Path


class HubFolder(ganfw.Exporter):
    """The model folder with its recipe, and a card with grid, scores, recipe and licences. Nothing is pickled.

    Args:
        license: Of the model.
        data_license: Of the data; by default what their source says.
    """

    def __init__(self, license: str | None = None, data_license: str | None = None) -> None:
        self.license, self.data_license = license, data_license

    def export(self, model: ganfw.Model, folder: Path) -> ganfw.Exported:
        """Copy the model, write its card and recipe, open the copy and compare; see `ganfw.Exporter.export`."""
        copied = ModelFolder().export(model, folder)
        recipe = folder / "recipe.yaml"
        recipe.write_text(dumps(dict(model.document)), encoding="utf-8")
        (folder / "README.md").write_text(self._card(model, folder), encoding="utf-8")
        return ganfw.Exported((*copied.files, recipe), copied.difference)

    def _card(self, model: ganfw.Model, folder: Path) -> str:
        kind = type(model.spec).__name__.removesuffix("Spec").lower()
        tags = ["gan", "ganfw", *(["unconditional-image-generation"] if kind == "image" else [])]
        facts = ModelCardData(library_name="ganfw", tags=tags, license=self.license)
        grid = "![samples](samples.png)\n\n" if (folder / "samples.png").exists() else ""
        data = model.document.get("data") or {}
        licence = self.data_license or _license_of(model) or "not stated"
        sections = {
            "Use": '```python\nfrom ganfw_hub import from_pretrained\n\nfrom_pretrained("OWNER/NAME").sample(16)\n```',
            "Data": f"{data.get('type', 'data given in Python')}; licence: {licence}.",
            "Scores": _scores(model),
            "Recipe": f"```yaml\n{dumps(dict(model.document))}```",
        }
        body = "\n\n".join(f"## {title}\n\n{text}" for title, text in sections.items() if text)
        shape = " x ".join(map(str, model.spec.shape))
        shown = f"Trained on {model.images:,} images shown; one sample is {shape}."
        return f"---\n{facts.to_yaml()}\n---\n\n# A GAN made with ganfw\n\n{grid}{shown}\n\n{body}\n"


def _license_of(model: ganfw.Model) -> str:
    try:
        data = recipe_from_document(dict(model.document)).data
    except ValueError:
        return ""
    return "" if data is None else data.license()


def _scores(model: ganfw.Model) -> str:
    """A table of the newest score of each name and protocol."""
    file = model.folder.parent / "scores.jsonl" if model.folder is not None else None
    if file is None or not file.is_file():
        return ""
    newest: dict[tuple[str, tuple[tuple[str, Any], ...]], scores.Entry] = {}
    for entry in scores.read(file):
        if entry.images == model.images:
            newest[entry.score.name, tuple(entry.score.protocol.items())] = entry
    rows = []
    for (name, protocol), entry in newest.items():
        measured = ", ".join(f"{key} {value}" for key, value in protocol)
        rows.append(f"| {name} | {entry.score.value:.4g} | {measured} |")
    return "\n".join(["| score | value | measured with |", "|---|---|---|", *rows]) if rows else ""
