"""The page, of Gradio."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import gradio as gr

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from ganfw_demo.studio import Studio

_FONT = ["system-ui", "sans-serif"]  # Gradio's own themes ask a server of Google's for theirs


def page(studio: Studio, title: str) -> gr.Blocks:
    """A page of tabs; those that the model cannot fill are left out."""
    blocks: gr.Blocks
    with gr.Blocks(title=f"{title} - ganfw", analytics_enabled=False) as blocks:
        gr.Markdown(f"# {title}")
        label = gr.Dropdown(
            studio.classes, value=studio.classes[0] if studio.classes else None, label="Class",
            visible=bool(studio.classes),
        )  # fmt: skip
        with gr.Tab("Samples"):
            _samples(studio, blocks, label)
        with gr.Tab("Walk"):
            _walk(studio, blocks, label)
        if studio.style_layers:
            with gr.Tab("Mixing"):
                _mixing(studio, blocks, label)
        if studio.directions:
            with gr.Tab("Directions"):
                _directions(studio, blocks, label)
        with gr.Tab("Projection"):
            _projection(studio, label)
    return blocks


def theme() -> gr.themes.Base:
    """A theme that needs no network."""
    return gr.themes.Base(font=_FONT, font_mono=["monospace"])


def _seed(label: str, value: int) -> gr.Number:
    return gr.Number(value, label=label, precision=0, minimum=0)


def _picture(label: str) -> gr.Image:
    return gr.Image(label=label, format="png", interactive=False, show_label=False, buttons=["download", "fullscreen"])


def _live(blocks: gr.Blocks, function: Any, inputs: list[Any], outputs: Any) -> None:
    """Call the function when the page opens, and whenever an input changes."""

    def run(*values: Any) -> Any:
        empty = any(isinstance(each, gr.Number) and value is None for each, value in zip(inputs, values, strict=True))
        return gr.skip() if empty else function(*values)  # a field that is being typed into is empty for a moment

    gr.on([blocks.load, *(each.change for each in inputs)], run, inputs, outputs, show_progress="hidden")


def _samples(studio: Studio, blocks: gr.Blocks, label: gr.Dropdown) -> None:
    with gr.Row():
        with gr.Column(scale=1):
            seed = _seed("Seed", 0)
            count = gr.Slider(1, 64, 16, step=1, label="How many")
            truncation = gr.Slider(
                0,
                1.5,
                1,
                step=0.05,
                label="Truncation",
                info="Below 1: safer and less varied.",
            )
        with gr.Column(scale=2):
            picture = _picture("Samples")
    _live(blocks, studio.samples, [seed, count, truncation, label], picture)


def _walk(studio: Studio, blocks: gr.Blocks, label: gr.Dropdown) -> None:
    with gr.Row():
        with gr.Column(scale=1):
            seed, other = _seed("From seed", 0), _seed("To seed", 1)
            position = gr.Slider(0, 1, 0.5, step=0.01, label="Position")
        with gr.Column(scale=2):
            picture, strip = _picture("Here"), _picture("The whole way")
    _live(blocks, studio.walk, [seed, other, position, label], [picture, strip])


def _mixing(studio: Studio, blocks: gr.Blocks, label: gr.Dropdown) -> None:
    with gr.Row():
        with gr.Column(scale=1):
            seed, other = _seed("Coarse styles of seed", 0), _seed("Fine styles of seed", 1)
            layer = gr.Slider(0, studio.style_layers, studio.style_layers // 2, step=1, label="Fine from layer")
        with gr.Column(scale=2):
            picture = _picture("Coarse, mixed, fine")
    _live(blocks, studio.mix, [seed, other, layer, label], picture)


def _directions(studio: Studio, blocks: gr.Blocks, label: gr.Dropdown) -> None:
    names = list(studio.directions)
    with gr.Row():
        with gr.Column(scale=1):
            seed = _seed("Seed", 0)
            direction = gr.Dropdown(names, value=names[0], label="Direction", info="The strongest first.")
            amount = gr.Slider(-6, 6, 0, step=0.25, label="How far")
        with gr.Column(scale=2):
            picture = _picture("Moved")
    _live(blocks, studio.shift, [seed, direction, amount, label], picture)


def _projection(studio: Studio, label: gr.Dropdown) -> None:
    gr.Markdown("The nearest picture that it makes. This is rough, and what is unlike the data has none.")
    with gr.Row():
        with gr.Column(scale=1):
            given = gr.Image(label="Your picture", type="numpy", sources=["upload", "clipboard"])
            steps = gr.Slider(20, 1000, 200, step=20, label="Steps")
            go = gr.Button("Project")
        with gr.Column(scale=2):
            picture, error = (
                _picture("Yours, and the nearest"),
                gr.Textbox(label="Mean squared error", interactive=False),
            )

    def run(
        image: npt.NDArray[np.uint8] | None, count: int, name: str | None, progress: gr.Progress = gr.Progress()  # noqa: B008
    ) -> tuple[Any, str]:  # fmt: skip
        if image is None:
            raise gr.Error("Give a picture first.", print_exception=False)
        made, difference = studio.project(image, int(count), name, tell=progress)
        return made, f"{difference:.4f}"

    go.click(run, [given, steps, label], [picture, error])
