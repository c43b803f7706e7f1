"""Who is asked: a config's policies, sources, judges and styles, made from its checked sections."""

from __future__ import annotations

from collections.abc import Set
from pathlib import Path
from typing import Any

from prefdata.calls.request import CallError
from prefdata.errors import InputError
from prefdata.judges.rubrics import dimensions
from prefdata.models import Judge, Model, ModelJudge, OriginJudge, Price, RulesJudge, Source, Styles

Section = dict[str, Any]
# Which keys mean something to which kind, beside name and kind.
REACHED = frozenset({
    "provider", "base_url", "model", "revision", "api_key_env", "concurrency", "timeout", "price",
    "parameters", "seed", "logprobs", "images", "max_tokens",
})  # fmt: skip
OF_JUDGES = {
    "pointwise": REACHED | {"preset", "dimensions", "weights", "one_call"},
    "pairwise": REACHED | {"both_orders", "pairs_per_prompt"},
    "ranking": REACHED | {"both_orders", "max_candidates"},
    "rules": {"checks", "language"},
    "origin": {"prefers"},
    "style": frozenset(),
}
OF_SOURCES = {
    "reference": frozenset(),
    "adversarial": {"policy", "count", "how", "instruction", "temperature"},
    "edit": {"policy", "of", "count", "how", "instruction", "language", "temperature"},
    "degrade": {"of", "count", "how", "share"},
    "revise": {"policy", "of", "count", "principles", "rounds", "temperature"},
}
# Fields of a request that are made from other settings, or that answers could not be read without.
OURS = {
    "model", "messages", "max_tokens", "max_completion_tokens", "n", "stream", "response_format", "seed", "logprobs",
}  # fmt: skip
OURS_INSTEAD = "leave it out; use model, max_tokens, per_prompt, seed and logprobs of the config"
ENDPOINTS_ALONE = {"base_url", "api_key_env", "price"}  # what a local model does not have
OWN = ("sample", "import")  # candidates that no entry of `sources` makes
HOUR, DAY = 3_600.0, 90_000.0  # seconds; a batch's window is a day, and reading it comes on top


def policies(path: Path, raw: Section) -> tuple[Model, ...]:
    """The models that write. Raises InputError if two have one name."""
    given = raw.get("policies", [])
    _told_apart(path, "policies", given, ())
    return tuple(Model(**_model(path, f"policies.{at}", entry)) for at, entry in enumerate(given))


def judges(path: Path, raw: Section) -> tuple[Judge, ...]:
    given = raw.get("judges", [])
    _told_apart(path, "judges", given, ())
    made = (*OWN, *(source["name"] for source in raw.get("sources", [])))
    for at, entry in enumerate(given):
        if "inputs" not in raw:  # imported candidates may name any source
            _known(path, f"judges.{at}.prefers", tuple(entry.get("prefers", ())), made)
        if entry["kind"] == "style" and "styles" not in raw:
            raise InputError(str(path), "there are no styles to judge", "add a section styles", None, f"judges.{at}")
    return tuple(_judge(path, at, entry) for at, entry in enumerate(given))


def sources(path: Path, raw: Section, writers: tuple[Model, ...]) -> tuple[Source, ...]:
    """The sources in the order of the config; each works on samples, imports or an earlier source."""
    given = raw.get("sources", [])
    _told_apart(path, "sources", given, OWN)
    return tuple(_source(path, at, given, writers) for at in range(len(given)))


def styles(path: Path, raw: Section) -> Styles | None:
    if "styles" not in raw:
        return None
    instructions = raw["styles"]["instructions"]
    wanted = tuple(raw["styles"].get("wanted", instructions))
    _known(path, "styles.wanted", wanted, tuple(instructions))
    return Styles(instructions, wanted)


def _model(path: Path, where: str, given: Section) -> Section:
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

    _meant(path, where, given, set(given) - ENDPOINTS_ALONE, "a local model")
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


def _judge(path: Path, at: int, given: Section) -> Judge:
    _meant(path, f"judges.{at}", given, OF_JUDGES[given["kind"]], f"a judge of kind {given['kind']}")
    if given["kind"] == "rules":
        from prefdata.judges.rules import CHECKS

        checks = tuple(given.get("checks", CHECKS))
        _known(path, f"judges.{at}.checks", checks, tuple(CHECKS))
        return RulesJudge(given["name"], checks, given.get("language", "auto"))
    if given["kind"] in ("origin", "style"):
        return OriginJudge(given["name"], given["kind"], tuple(given.get("prefers", ())))
    if {"preset", "dimensions"} <= set(given):
        raise InputError(str(path), "stands beside `preset`", "give one of both", None, f"judges.{at}.dimensions")
    rubric = {name: given.pop(name, None) for name in ("preset", "dimensions", "weights")}
    scored = dimensions(rubric["preset"] or "general", rubric["dimensions"], rubric["weights"] or {})
    if given["kind"] == "pointwise":
        _known(path, f"judges.{at}.weights", tuple(rubric["weights"] or ()), tuple(d.name for d in scored))
    return ModelJudge(**_model(path, f"judges.{at}", given), dimensions=scored)


def _source(path: Path, at: int, given: list[Section], writers: tuple[Model, ...]) -> Source:
    from prefdata.sources import HOW

    entry, where = dict(given[at]), f"sources.{at}"
    _meant(path, where, entry, OF_SOURCES[entry["kind"]], f"a source of kind {entry['kind']}")
    earlier = (*OWN, *(other["name"] for other in given[:at]))
    _known(path, f"{where}.of", (entry.get("of", "sample"),), earlier)
    if entry["kind"] in HOW and not ("instruction" in entry and "how" not in entry):
        _known(path, f"{where}.how", (entry.get("how", ""),), HOW[entry["kind"]])
    if entry.get("how") == "style" and "instruction" not in entry:
        raise InputError(str(path), "the style is not given", "say it in words", None, f"{where}.instruction")
    if "principles" in entry:
        given_or_file = entry["principles"]
        listed = isinstance(given_or_file, list)
        entry["principles"] = tuple(given_or_file) if listed else _principles(path.parent / given_or_file)
    if entry["kind"] in ("edit", "revise", "adversarial"):
        entry["policy"] = _writer(path, where, entry.get("policy"), writers)
    return Source(**entry)


def _writer(path: Path, where: str, name: str | None, writers: tuple[Model, ...]) -> Model:
    if not writers:
        raise InputError(str(path), "no policy is there to write", "add one to policies", None, where)
    _known(path, f"{where}.policy", (name or writers[0].name,), tuple(writer.name for writer in writers))
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


def _told_apart(path: Path, section: str, given: list[Section], taken: tuple[str, ...]) -> None:
    """Names stand in ids and votes: each may be used once."""
    names = [*taken, *(entry["name"] for entry in given)]
    for at in range(len(taken), len(names)):
        if names[at] in names[:at]:
            problem, where = f'the name "{names[at]}" is already taken', f"{section}.{at - len(taken)}.name"
            raise InputError(str(path), problem, "give each its own name", None, where, "duplicate_id")


def _meant(path: Path, where: str, given: Section, keys: Set[str], what: str) -> None:
    """Every key must mean something, or the user believes in what is not done."""
    for name in given:
        if name not in keys | {"name", "kind"}:
            remedy = f"leave it out; it takes {', '.join(sorted(keys)) or 'a name alone'}"
            raise InputError(str(path), f"means nothing to {what}", remedy, None, f"{where}.{name}", "unknown_key")


def _known(path: Path, where: str, names: tuple[str, ...], allowed: tuple[str, ...]) -> None:
    for name in names:
        if name not in allowed:
            remedy = f"use {', '.join(allowed)}"
            problem = f'"{name}" is not known here' if name else "it is not given"
            raise InputError(str(path), problem, remedy, None, where, "unknown_value")
