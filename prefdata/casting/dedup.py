"""A config's section dedup → settings."""

from __future__ import annotations

from pathlib import Path

from prefdata.calls.request import CallError
from prefdata.casting.checks import Section
from prefdata.casting.verifiers import file_of
from prefdata.dedup.settings import Dedup
from prefdata.errors import InputError
from prefdata.keys import file_key

NEEDS = {"cosine": "embedding", "overlap": "against"}  # what means nothing without another key
BENCHMARK = "put the benchmark's file there, or correct the path"


def dedup(path: Path, raw: Section) -> Dedup | None:
    """None where the config has no such section: then nothing is compared."""
    if "dedup" not in raw:
        return None
    given = dict(raw["dedup"])
    for name, needed in NEEDS.items():
        if name in given and not given.get(needed):
            remedy = f"set {needed}, or leave it out"
            raise InputError(str(path), f"means nothing without {needed}", remedy, None, f"dedup.{name}", "unknown_key")
    names = tuple(given.pop("against", ()))
    files = tuple(_benchmark(path, names, at) for at in range(len(names)))
    model = _model(path, given.pop("embedding")) if "embedding" in given else (None, None)
    hashes = tuple(file_key(file) for file in files)
    return Dedup(**given, embedding=model[0], revision=model[1], against=files, names=names, hashes=hashes)


def _benchmark(path: Path, names: tuple[str, ...], at: int) -> Path:
    """The file, whose first rows can be read as a benchmark's."""
    from prefdata.dedup.benchmarks import look_at

    where = f"dedup.against.{at}"
    if names[at] in names[:at]:
        raise InputError(str(path), f'"{names[at]}" stands twice', "name each file once", None, where, "duplicate_id")
    file = file_of(path, where, names[at], BENCHMARK)
    look_at(file)
    return file


def _model(path: Path, given: str) -> tuple[str, str]:
    """Where the embedding model lies, and what names its weights. A folder is found from the config's own."""
    from prefdata.providers.local import revision_of

    folder = path.parent / given
    weights = str(folder) if folder.is_dir() else given
    try:
        return weights, revision_of(weights)
    except CallError as error:
        remedy = "name a folder with a model, or a model of the Hugging Face hub"
        raise InputError(str(path), error.detail, remedy, None, "dedup.embedding") from None
