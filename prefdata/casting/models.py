"""A section that names a model and the way to it → the fields of a Model."""

from __future__ import annotations

from pathlib import Path

from prefdata.calls.request import CallError
from prefdata.casting.checks import Section, meant
from prefdata.errors import InputError
from prefdata.models import Price

# Keys that say how a model is reached.
REACHED = frozenset({
    "provider", "base_url", "model", "revision", "api_key_env", "concurrency", "timeout", "price",
    "parameters", "seed", "logprobs", "images",
})  # fmt: skip
# Fields of a request that are made from other settings, or that answers could not be read without.
OURS = {
    "model", "messages", "max_tokens", "max_completion_tokens", "n", "stream", "response_format", "seed", "logprobs",
}  # fmt: skip
OURS_INSTEAD = "leave it out; use model, max_tokens, per_prompt, seed and logprobs of the config"
ENDPOINTS_ALONE = {"base_url", "api_key_env", "price"}  # what a local model does not have
HOUR, DAY = 3_600.0, 90_000.0  # seconds; a batch's window is a day, and reading it comes on top


def model_fields(path: Path, where: str, given: Section) -> Section:
    """The fields of a Model, with what depends on how it is reached."""
    for name in sorted(OURS & set(given.get("parameters", {}))):
        raise InputError(str(path), "is not yours to set here", OURS_INSTEAD, None, f"{where}.parameters.{name}")
    if given.get("provider") == "local":
        return _local(path, where, given)
    price = {"price": Price(**given["price"])} if "price" in given else {}
    timeout = {"timeout": max(DAY, given.get("timeout", 0.0))} if given.get("provider") == "batch" else {}
    return {"revision": given["base_url"], **given, **price, **timeout}


def _local(path: Path, where: str, given: Section) -> Section:
    """A model in this process. A folder is found from the config's own, and never moves an answer's identity."""
    from prefdata.providers.local import revision_of

    meant(path, where, given, set(given) - ENDPOINTS_ALONE, "a local model")
    if given.get("images") == "reference":
        raise InputError(str(path), "a local model opens no addresses", "use inline", None, f"{where}.images")
    folder = path.parent / given["model"]
    weights = str(folder) if folder.is_dir() else given["model"]
    try:
        revision = given.get("revision") or revision_of(weights)
    except CallError as error:
        remedy = "name a folder with a model, or a model of the Hugging Face hub"
        raise InputError(str(path), error.detail, remedy, None, f"{where}.model") from None
    timeout = max(HOUR, given.get("timeout", 0.0))  # the first call waits until the model is loaded
    return {**given, "revision": revision, "base_url": weights, "timeout": timeout}
