"""A config's verifiers: their keys checked, their files found and hashed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from prefdata.casting.checks import Section, known, meant, told_apart
from prefdata.casting.models import REACHED, model_fields
from prefdata.claims.verifiers.statements import patterns
from prefdata.claims.verifiers.vqa import seeing_model
from prefdata.errors import InputError
from prefdata.keys import file_key
from prefdata.models import Model, VerifierConfig

# Which keys mean something to which kind, beside name and kind.
OF_VERIFIERS = {
    "truth": {"objects", "synonyms"},
    "noisy": {"miss", "extra", "seed", "synonyms"},
    "detector": {"weights", "calibration", "synonyms"},
    "open_vocabulary": {"weights", "embeddings", "calibration", "synonyms"},
    "vqa": REACHED | {"sure"},
    "statements": {"statements"},
}
FILES = {
    "weights": "put the weights there; `prefdata tinyworld train --only detector` makes the tiny world's",
    "calibration": "make it with `prefdata calibrate-detector`, or leave it out",
    "embeddings": "put the saved prompt embeddings there",
    "objects": "name a JSON file {image id: [names of objects]}",
    "synonyms": 'name a text file with a line "object, synonym, synonym" for each object',
}


def verifiers(path: Path, raw: Section) -> tuple[VerifierConfig, ...]:
    """The verifiers in the order of the config, which is the order in which they are heard."""
    given = raw.get("verifiers", [])
    told_apart(path, "verifiers", given, ())
    return tuple(_verifier(path, f"verifiers.{at}", entry) for at, entry in enumerate(given))


def named(
    path: Path, where: str, names: list[str] | None, verifiers: Sequence[VerifierConfig]
) -> tuple[VerifierConfig, ...]:
    """Those of the names, in the order of the config; all where none are named."""
    known(path, where, tuple(names or ()), tuple(verifier.name for verifier in verifiers))
    return tuple(verifier for verifier in verifiers if names is None or verifier.name in names)


def file_of(path: Path, where: str, given: str, remedy: str = "write the file, or correct the path") -> Path:
    """A file that a config names; relative paths start at the config. Raises InputError if it is not there."""
    found = path.parent / given
    if not found.is_file():
        raise InputError(str(path), f"there is no file {found}", remedy, None, where, "missing_file")
    return found


def _verifier(path: Path, where: str, given: Section) -> VerifierConfig:
    meant(path, where, given, OF_VERIFIERS[given["kind"]], f"a verifier of kind {given['kind']}")
    own = {name: value for name, value in given.items() if name in VerifierConfig.__dataclass_fields__}
    files = {name: file_of(path, f"{where}.{name}", given[name], FILES[name]) for name in FILES if name in given}
    hashes = {name: file_key(file) for name, file in files.items()}
    if given["kind"] == "vqa":
        reached = {name: value for name, value in given.items() if name in REACHED | {"name"}}
        own = {name: own[name] for name in ("name", "kind", "sure") if name in own}
        own["model"] = Model(**model_fields(path, where, reached))
    config = VerifierConfig(**{**own, **files, "hashes": hashes})
    if config.kind == "statements":
        patterns(config)  # so that one that is none is found before anything is paid for
    if config.kind == "vqa":
        seeing_model(config)
    return config
