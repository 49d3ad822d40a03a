"""To the Hub and back."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from huggingface_hub import HfApi, snapshot_download
from huggingface_hub.errors import (
    HfHubHTTPError,
    HFValidationError,
    LocalEntryNotFoundError,
    OfflineModeIsEnabled,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)

import ganfw
from ganfw_hub.folder import HubFolder

if TYPE_CHECKING:
    from collections.abc import Iterator

    import torch

_FILES = ["model.safetensors", "config.json", "recipe.yaml", "README.md", "samples.png"]


def push_to_hub(
    path: str | Path, repository: str, *, private: bool = False, token: str | None = None,
    license: str | None = None, data_license: str | None = None,
) -> str:  # fmt: skip
    """Put a trained model into a repository on the Hugging Face Hub, which is made if there is none.

    Args:
        path: A run folder or a model folder.
        repository: ``owner/name``.
        private: Whether only you may see a repository that is made.
        token: Of your account; by default the one that ``hf auth login`` has kept.
        license: Licence of the model.
        data_license: Licence of the data; by default what their source says.

    Returns:
        Where the model is.

    Raises:
        GanfwError: If there is no model, the Hub cannot be reached, or it refuses.
    """
    model = ganfw.load(path)
    with TemporaryDirectory() as folder, _explained(repository):
        HubFolder(license, data_license).export(model, Path(folder))
        card = Path(folder) / "README.md"
        card.write_text(card.read_text(encoding="utf-8").replace("OWNER/NAME", repository), encoding="utf-8")
        api = HfApi(token=token)
        address = api.create_repo(repository, private=private, exist_ok=True)
        api.upload_folder(repo_id=repository, folder_path=folder, commit_message=f"Model after {model.images:,} images")
    return str(address)


def from_pretrained(
    repository: str, *, revision: str | None = None, token: str | None = None, device: str | torch.device = "cpu"
) -> ganfw.Model:
    """Open a model from the Hugging Face Hub. Only weights as safetensors, settings and the card are downloaded.

    Args:
        repository: ``owner/name``.
        revision: A commit, branch or tag; a commit pins the model.
        token: Of your account, for a private repository; by default the one that ``hf auth login`` has kept.
        device: Where the networks go.

    Raises:
        GanfwError: If the repository cannot be reached or holds no model of ganfw, or a part is not installed.
    """
    with _explained(repository):
        folder = Path(snapshot_download(repository, revision=revision, token=token, allow_patterns=_FILES))
    missing = [name for name in _FILES[:2] if not (folder / name).is_file()]
    if missing:
        raise ganfw.GanfwError(
            f"{repository} holds no model of ganfw: it has no {' and no '.join(missing)}. Other files, such as pickled "
            "weights, are never downloaded"
        )
    return ganfw.load(folder, device=device)


@contextmanager
def _explained(repository: str) -> Iterator[None]:
    """The Hub's errors in one sentence each, without the token."""
    try:
        yield
    except HFValidationError as error:
        raise ganfw.GanfwError(f"{repository!r} is no name of a repository; write owner/name") from error
    except RevisionNotFoundError as error:
        raise ganfw.GanfwError(f"{repository} has no such revision; look at its commits and tags on the Hub") from error
    except RepositoryNotFoundError as error:
        raise ganfw.GanfwError(
            f"there is no repository {repository}, or you may not see it; check the name, or log in with "
            "`hf auth login`"
        ) from error
    except HfHubHTTPError as error:
        status = error.response.status_code
        raise ganfw.GanfwError(f"the Hub refused {repository}: status {status}; log in with `hf auth login`") from error
    except (OfflineModeIsEnabled, LocalEntryNotFoundError, ConnectionError, OSError) as error:
        raise ganfw.GanfwError(
            f"the Hugging Face Hub cannot be reached for {repository}. If HF_HUB_OFFLINE is set, unset it; a model "
            "that you have as a folder opens with ganfw.load(folder)"
        ) from error
