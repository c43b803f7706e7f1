"""A config's judges: their keys checked, rubrics filled in, verifiers found."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from prefdata.casting.checks import Section, known, meant, told_apart
from prefdata.casting.models import REACHED, model_fields
from prefdata.casting.sources import OWN
from prefdata.casting.verifiers import named
from prefdata.claims.verdict import TRUTH
from prefdata.errors import InputError
from prefdata.judges.rubrics import dimensions
from prefdata.models import ClaimsJudge, Judge, ModelJudge, OriginJudge, RulesJudge, VerifierConfig

MODEL = REACHED | {"max_tokens"}
# Which keys mean something to which kind, beside name and kind.
OF_JUDGES = {
    "pointwise": MODEL | {"preset", "dimensions", "weights", "one_call"},
    "pairwise": MODEL | {"both_orders", "pairs_per_prompt"},
    "ranking": MODEL | {"both_orders", "max_candidates"},
    "rules": {"checks", "language"},
    "claims": {"verifiers", "extract", "extractor", "coverage", "balance"},
    "origin": {"prefers"},
    "style": frozenset(),
    "corruption": frozenset(),
}


def judges(path: Path, raw: Section, verifiers: Sequence[VerifierConfig]) -> tuple[Judge, ...]:
    given = raw.get("judges", [])
    told_apart(path, "judges", given, (TRUTH,))
    made = (*OWN, *(source["name"] for source in raw.get("sources", [])))
    for at, entry in enumerate(given):
        if "inputs" not in raw:  # imported candidates may name any source
            known(path, f"judges.{at}.prefers", tuple(entry.get("prefers", ())), made)
        if entry["kind"] == "style" and "styles" not in raw:
            raise InputError(str(path), "there are no styles to judge", "add a section styles", None, f"judges.{at}")
    return tuple(_judge(path, at, entry, verifiers) for at, entry in enumerate(given))


def _judge(path: Path, at: int, given: Section, verifiers: Sequence[VerifierConfig]) -> Judge:
    kind, where = given["kind"], f"judges.{at}"
    meant(path, where, given, OF_JUDGES[kind], f"a judge of kind {kind}")
    if kind == "rules":
        return _rules(path, where, given)
    if kind == "claims":
        return _claims(path, where, given, verifiers)
    if kind in ("origin", "style", "corruption"):
        return OriginJudge(given["name"], kind, tuple(given.get("prefers", ())))
    return _model(path, where, given)


def _rules(path: Path, where: str, given: Section) -> RulesJudge:
    from prefdata.judges.rules import CHECKS

    checks = tuple(given.get("checks", CHECKS))
    known(path, f"{where}.checks", checks, tuple(CHECKS))
    return RulesJudge(given["name"], checks, given.get("language", "auto"))


def _claims(path: Path, where: str, given: Section, verifiers: Sequence[VerifierConfig]) -> ClaimsJudge:
    settings = dict(given)
    by = named(path, f"{where}.verifiers", given.get("verifiers"), verifiers)
    if not by:
        raise InputError(str(path), "nothing verifies its claims", "add a section verifiers", None, where)
    if given.get("extract") == "mentions" and not any(verifier.synonyms for verifier in by):
        remedy = "give one of its verifiers a file of synonyms, which says which words are objects"
        raise InputError(str(path), "mentions cannot be found without words", remedy, None, f"{where}.extract")
    if (given.get("extract") == "model") != ("extractor" in given):
        remedy = "give both: extract: model, and the model as extractor"
        raise InputError(str(path), "one is nothing without the other", remedy, None, f"{where}.extractor")
    if "extractor" in given:
        model = {"name": given["name"], **given["extractor"]}
        settings["extractor"] = ModelJudge(**{"max_tokens": 1024, **model_fields(path, f"{where}.extractor", model)})
    return ClaimsJudge(**{**settings, "verifiers": by})


def _model(path: Path, where: str, given: Section) -> ModelJudge:
    if {"preset", "dimensions"} <= set(given):
        raise InputError(str(path), "stands beside `preset`", "give one of both", None, f"{where}.dimensions")
    rubric = {name: given.pop(name, None) for name in ("preset", "dimensions", "weights")}
    scored = dimensions(rubric["preset"] or "general", rubric["dimensions"], rubric["weights"] or {})
    if given["kind"] == "pointwise":
        known(path, f"{where}.weights", tuple(rubric["weights"] or ()), tuple(d.name for d in scored))
    return ModelJudge(**model_fields(path, where, given), dimensions=scored)
