"""``ganfw demo``."""

from __future__ import annotations

import os
from pathlib import Path  # noqa: TC003  typer reads the annotations
from typing import Annotated

import typer

from ganfw.errors import GanfwError


def demo(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="A run folder, or a model folder.")],
    *,
    port: Annotated[int, typer.Option(min=1, max=65535, help="Where it listens.")] = 7860,
    host: Annotated[str, typer.Option(help="0.0.0.0 lets other machines in.")] = "127.0.0.1",
    open_: Annotated[bool, typer.Option("--open/--no-open", help="Open a browser.")] = True,
) -> None:
    """Play with a trained generator in the browser: seeds, walks, directions. Nothing leaves the machine."""
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    import ganfw
    from ganfw_demo.page import page, theme
    from ganfw_demo.studio import Studio

    studio = Studio(ganfw.load(run))
    blocks = page(studio, run.name)
    try:
        _, address, _ = blocks.launch(
            server_name=host, server_port=port, inbrowser=open_, share=False, quiet=True, theme=theme(),
            prevent_thread_lock=True, footer_links=[],
        )  # fmt: skip
    except OSError as error:
        raise GanfwError(f"port {port} on {host} cannot be used: {error}; give another with --port") from error
    typer.echo(f"{address}  (Ctrl+C ends it)")
    blocks.block_thread()
