"""Made-up sights for tests of rules: which things a witness sees and how far it is to be trusted."""

from __future__ import annotations

from collections.abc import Mapping

from prefdata.claims.claim import Claim
from prefdata.claims.extract import extract
from prefdata.claims.rules import rulings
from prefdata.claims.sight import Box, Seen, Trust, View, Vocabulary, Witness
from prefdata.claims.verdict import Ruling

NAMES = ("dog", "cat", "person", "circle", "star", "heart", "toaster", "traffic light")
FULL = {"all": 1.0, "small": 1.0, "medium": 1.0, "large": 1.0}
SURE, MAYBE = 0.9, 0.4  # scores
SIDE = 100


def a(name: str, *attributes: str, box: Box | None = (40, 40, 60, 60), score: float = SURE) -> Seen:
    """A thing whose attributes are known."""
    return Seen(name, score, box, frozenset(attributes))


def at(name: str, x: float, y: float, *attributes: str, half: float = 5, score: float = SURE) -> Seen:
    """A square thing around a point."""
    return a(name, *attributes, box=(x - half, y - half, x + half, y + half), score=score)


def view(*seen: Seen, recall: Mapping[str, float] = FULL, sides: Mapping[str, tuple[float, float]] = {}) -> View:
    """A picture of SIDE × SIDE; scores of .8 are sure, and up to .2 are nothing."""
    trust = dict.fromkeys(NAMES[:-1], Trust(0.8, 0.2, recall, sides))  # traffic lights were never measured
    return View(Witness("eye", Vocabulary(NAMES, {"disc": "circle"}), trust), seen, None, SIDE, SIDE)


def ruled(text: str, seen: View) -> dict[str, Ruling]:
    """Words of a claim → ruling: "object dog", "count circle = 2", "relation dog left of cat"."""
    claims = extract("c", text)
    found = rulings(claims, seen)
    return {_words(claim): found[claim["claim_id"]] for claim in claims if claim["claim_id"] in found}


def verdict(text: str, seen: View, words: str) -> str:
    """The verdict on one claim of a text, or why there is none."""
    ruling = ruled(text, seen)[words]
    return ruling.reason or ruling.verdict


def _words(claim: Claim) -> str:
    return " ".join(filter(None, (claim["type"], claim["subject"], claim["predicate"], claim["object"])))
