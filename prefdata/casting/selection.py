"""A config's section selection → settings: shares and names checked, gold labels read."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from prefdata.casting.checks import Section, known
from prefdata.casting.sources import OWN
from prefdata.casting.verifiers import file_of
from prefdata.errors import InputError
from prefdata.selection.settings import BANDS, EVIDENCE, LENGTHS, Length, Selection

RATE = ("pointwise", "rules")  # kinds of judges that rate candidates


def selection(path: Path, raw: Section) -> Selection:
    given = dict(raw.get("selection", {}))
    _check_pairing(path, raw, given)
    if given.get("chosen_floor") and not _has(raw, "judges", "kind", RATE):
        _refuse(path, "chosen_floor", "nobody rates candidates", "add a judge of kind pointwise, or leave it out")
    for tag, shares in given.get("quotas", {}).items():
        _check_shares(path, f"quotas.{tag}", shares)
        _check_values(path, raw, tag, shares)
    if mix := given.get("difficulty"):
        _check_shares(path, "difficulty", mix, whole=len(mix) == len(BANDS))
    length = given.pop("length", None)
    settings: Section = {name: tuple(value) if isinstance(value, list) else value for name, value in given.items()}
    return Selection(**settings, length=length and _length(path, raw, length))


def _refuse(path: Path, where: str, problem: str, remedy: str) -> None:
    raise InputError(str(path), problem, remedy, None, f"selection.{where}", "bad_value")


def _has(raw: Section, section: str, name: str, values: tuple[object, ...]) -> bool:
    """Whether an entry of a section has one of these values, or the inputs may bring what it would give."""
    return "inputs" in raw or any(entry.get(name) in values for entry in raw.get(section, []))


def _check_pairing(path: Path, raw: Section, given: Section) -> None:
    """Options that mean something to others alone, or need log-probabilities that nobody gives."""
    if "margin_quantile" in given and given.get("pairing") != "margin_quantile":
        remedy = "add `pairing: margin_quantile`, or leave it out"
        _refuse(path, "margin_quantile", "means nothing to another pairing rule", remedy)
    where = "hard_negatives" if given.get("hard_negatives") else "pairing"
    asks = given.get("hard_negatives") or given.get("pairing") == "hard_negative"
    if asks and not _has(raw, "policies", "logprobs", (True,)):
        _refuse(path, where, "no policy says how likely its answers were", "set `logprobs: true` for a policy")


def _check_shares(path: Path, where: str, shares: Mapping[str, float], whole: bool = False) -> None:
    """whole: there are no other values that could have what is missing to 1."""
    total = sum(shares.values())
    if total > 1 + 1e-6 or total <= 0 or (whole and total < 1 - 1e-6):
        problem = f"the shares add up to {total:g}"
        _refuse(path, where, problem, "name shares that add up to 1; what is missing to 1 goes to all other values")


def _check_values(path: Path, raw: Section, tag: str, shares: Mapping[str, float]) -> None:
    """Values that are measured have fixed names."""
    fixed: dict[str, tuple[str, ...]] = {"length": tuple(LENGTHS), "evidence": EVIDENCE}
    if "inputs" not in raw:  # imported candidates may name any source
        made = (*OWN, *(source["name"] for source in raw.get("sources", [])))
        fixed |= {"source": made, "rejected_source": made}
    if tag in fixed:
        known(path, f"selection.quotas.{tag}", tuple(shares), fixed[tag])


def _length(path: Path, raw: Section, given: Section) -> Length:
    gold, by, how = given["gold"], given.get("by"), given.get("how", "drop")
    if not isinstance(gold, str):
        return Length(float(gold), by, how=how)
    from prefdata.selection.gold_lengths import longer_wins

    file = file_of(path, "selection.length.gold", gold)
    by_rules = {stratum["tag"] for stratum in raw.get("strata", []) if stratum["by"] == "rules"}
    found = longer_wins(file, by, by in by_rules)
    return Length(found.rate, by, found.by_value, how)
