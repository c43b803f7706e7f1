"""A config's sources: their keys checked, the policies that write for them found."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from prefdata.casting.checks import Section, known, meant, told_apart
from prefdata.casting.verifiers import file_of, named
from prefdata.errors import InputError
from prefdata.keys import file_key
from prefdata.models import Model, Source, VerifierConfig
from prefdata.sources import partners

# Which keys mean something to which kind, beside name and kind.
OF_SOURCES = {
    "reference": frozenset(),
    "adversarial": {"policy", "count", "how", "instruction", "temperature", "confirm"},
    "edit": {"policy", "of", "count", "how", "instruction", "language", "temperature"},
    "degrade": {"of", "count", "how", "share"},
    "revise": {"policy", "of", "count", "principles", "rounds", "temperature"},
    "inject": {"of", "count", "partners", "confirm"},
    "alter": {"of", "count", "how", "confirm"},
    "omit": {"of", "count", "confirm"},
    "distort": {"policy", "of", "count", "how", "temperature", "confirm"},
}
OWN = ("sample", "import")  # candidates that no entry of `sources` makes
PICTURES = ".prefdata/pictures"  # beside the config
BY_A_POLICY = ("edit", "revise", "adversarial", "distort")


def sources(
    path: Path, raw: Section, writers: tuple[Model, ...], verifiers: Sequence[VerifierConfig]
) -> tuple[Source, ...]:
    """The sources in the order of the config; each works on samples, imports or an earlier source."""
    given = raw.get("sources", [])
    told_apart(path, "sources", given, OWN)
    return tuple(_source(path, at, given, writers, verifiers) for at in range(len(given)))


def _source(
    path: Path, at: int, given: list[Section], writers: tuple[Model, ...], verifiers: Sequence[VerifierConfig]
) -> Source:
    entry, where = dict(given[at]), f"sources.{at}"
    meant(path, where, entry, OF_SOURCES[entry["kind"]], f"a source of kind {entry['kind']}")
    earlier = (*OWN, *(other["name"] for other in given[:at]))
    known(path, f"{where}.of", (entry.get("of", "sample"),), earlier)
    _check_how(path, where, entry)
    if "principles" in entry:
        given_or_file = entry["principles"]
        listed = isinstance(given_or_file, list)
        entry["principles"] = tuple(given_or_file) if listed else _principles(path.parent / given_or_file)
    if "partners" in entry:
        entry["partners"] = file_of(path, f"{where}.partners", entry["partners"])
        entry["hashes"] = {"partners": file_key(entry["partners"])}
        partners.read(entry["partners"], entry["hashes"]["partners"])  # so that a bad line is found now
    if entry["kind"] == "distort":
        entry["pictures"] = path.parent / PICTURES
    if entry["kind"] in BY_A_POLICY:
        entry["policy"] = _writer(path, where, entry.get("policy"), writers)
    if entry["kind"] == "distort" and entry["policy"].images == "none":
        raise InputError(str(path), "its policy is shown no images", "name another policy", None, f"{where}.policy")
    if OF_SOURCES[entry["kind"]] >= {"confirm"}:
        entry["confirm"] = _confirming(path, f"{where}.confirm", entry.get("confirm"), verifiers)
    return Source(**entry)


def _confirming(
    path: Path, where: str, names: list[str] | None, verifiers: Sequence[VerifierConfig]
) -> tuple[VerifierConfig, ...]:
    found = named(path, where, names, verifiers)
    if found and all(verifier.kind == "statements" for verifier in found):
        if names:
            raise InputError(str(path), "none of them looks at the image", "name one that does", None, where)
        return ()
    return found


def _check_how(path: Path, where: str, entry: Section) -> None:
    from prefdata.sources import HOW

    if entry["kind"] in HOW and not ("instruction" in entry and "how" not in entry):
        known(path, f"{where}.how", (entry.get("how", ""),), HOW[entry["kind"]])
    if entry.get("how") == "style" and "instruction" not in entry:
        raise InputError(str(path), "the style is not given", "say it in words", None, f"{where}.instruction")


def _writer(path: Path, where: str, name: str | None, writers: tuple[Model, ...]) -> Model:
    if not writers:
        raise InputError(str(path), "no policy is there to write", "add one to policies", None, where)
    known(path, f"{where}.policy", (name or writers[0].name,), tuple(writer.name for writer in writers))
    return next(writer for writer in writers if name in (None, writer.name))


def _principles(path: Path) -> tuple[str, ...]:
    """One principle a line; "- " before it and lines with # are not of it."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(str(path), f"cannot be read ({error})", "name a UTF-8 text file of principles") from None
    found = tuple(line.strip().removeprefix("- ") for line in lines if line.strip() and not line.startswith("#"))
    if not found:
        raise InputError(str(path), "the file holds no principle", "write one a line")
    return found
