"""``ganfw push``."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003  typer reads the annotations
from typing import Annotated

import typer


def push(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="A run folder, or a model folder.")],
    repository: Annotated[str, typer.Argument(metavar="OWNER/NAME", help="The repository; made if there is none.")],
    *,
    private: Annotated[bool, typer.Option("--private", help="Let nobody else see a repository that is made.")] = False,
    license_: Annotated[str | None, typer.Option("--license", help="Licence of the model, such as apache-2.0.")] = None,
    data_license: Annotated[str | None, typer.Option("--data-license", help="Licence of the data.")] = None,
) -> None:
    """Put a trained model on the Hugging Face Hub, with a card that holds grid, scores, recipe and licences."""
    from ganfw_hub.transfer import push_to_hub

    typer.echo(push_to_hub(run, repository, private=private, license=license_, data_license=data_license))
