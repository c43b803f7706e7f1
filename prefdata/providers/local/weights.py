"""Where a model lies on this machine, and what identifies its weights."""

from __future__ import annotations

from pathlib import Path

from prefdata.calls.request import EndpointError
from prefdata.keys import file_key, key

READ = (".json", ".safetensors", ".bin", ".model", ".txt", ".jinja")  # what a model's folder is loaded from
REMEDY = "Name a folder that save_pretrained wrote, or a model of the hub that is in its cache or can be fetched"
NOT_READ = ("trainer_state.json", "training_args.bin", "optimizer.bin", "scheduler.bin")


def folder_of(model: str, revision: str | None) -> Path:
    """Where the model lies; a model of the hub is fetched if it is not there yet."""
    if Path(model).is_dir():
        return Path(model)
    from huggingface_hub import snapshot_download

    # Folders inside a repository hold the same weights in other forms.
    patterns = [f"*{ending}" for ending in READ]
    return Path(snapshot_download(model, revision=revision, allow_patterns=patterns, ignore_patterns="*/*"))


def revision_of(model: str) -> str:
    """What names a model's weights: sha256 over a folder's files, or the commit of a model of the hub.

    Raises EndpointError if there is no such model.
    """
    try:
        folder = folder_of(model, None)
    except Exception as error:
        raise EndpointError("cannot_load", f"{model}: {str(error).rstrip('.')}. {REMEDY}") from None
    if not Path(model).is_dir():
        return folder.name
    files = sorted(path for path in folder.iterdir() if path.suffix in READ and path.name not in NOT_READ)
    return key([[path.name, file_key(path)] for path in files])
