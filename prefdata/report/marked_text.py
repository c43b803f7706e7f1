"""A text and the verdicts on its claims → pieces that a page can mark."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, NamedTuple

from prefdata.claims.verdict import CONTRADICTED, NOT_CHECKABLE, SUPPORTED
from prefdata.report.claims import VACUOUS

LONGEST = 1500  # characters of a text
WORST_FIRST = (CONTRADICTED, VACUOUS, NOT_CHECKABLE, SUPPORTED)
WORDS = {NOT_CHECKABLE: "not checkable", VACUOUS: "vacuous, for what it is about is not there"}
BOUNDS = {"=": "", ">=": "at least ", "<=": "at most ", "~": "about "}

Row = dict[str, Any]


class Judged(NamedTuple):
    """A claim and the verdict on it, as the schemas have them; truth: the fate of the claim in truth, if known."""

    claim: Row
    verdict: Row
    truth: str | None = None

    @property
    def fate(self) -> str:
        return VACUOUS if self.verdict["vacuous"] else str(self.verdict["verdict"])


def pieces(text: str, judged: Sequence[Judged]) -> list[Row]:
    """The text cut at the ends of claims: {text, fate, title} each, fate None where nothing is claimed.

    Where claims overlap the worst verdict counts, and the title tells them all. A long text is cut off.
    """
    shown = text[:LONGEST]
    ends = {0, len(shown), *(min(end, len(shown)) for each in judged for end in each.claim["char_span"])}
    found = [_piece(shown, start, end, judged) for start, end in pairwise(sorted(ends))]
    return [*found, {"text": "…", "fate": None, "title": None}] if len(text) > LONGEST else found


def _piece(text: str, start: int, end: int, judged: Sequence[Judged]) -> Row:
    over = [each for each in judged if each.claim["char_span"][0] <= start and end <= each.claim["char_span"][1]]
    over.sort(key=lambda each: WORST_FIRST.index(each.fate))
    title = "\n".join(title_of(each) for each in over)
    return {"text": text[start:end], "fate": over[0].fate if over else None, "title": title or None}


def title_of(judged: Judged) -> str:
    """A claim with its verdict, then a line for each source with what it says, why, and by which score."""
    reason = None if judged.fate == VACUOUS else judged.verdict["reason"]
    verdict = WORDS.get(judged.fate, judged.fate)
    first = f"{said(judged.claim)} ({judged.claim['type']}): {verdict}{f', {reason}' if reason else ''}"
    lines = [f"– {_source(each)}" for each in judged.verdict["evidence"] or []]
    known = [f"– in truth {WORDS.get(judged.truth, judged.truth)}"] if judged.truth else []
    return "\n".join([first, *lines, *known])


def _source(evidence: Row) -> str:
    verdict = evidence["verdict"] or NOT_CHECKABLE
    told = [f"{evidence['source']}: {WORDS.get(verdict, verdict)}", evidence["reason"], evidence["rule_id"]]
    if evidence["scores"]:
        told.append(f"score {max(evidence['scores']):.2f}")
    if evidence["confidence"] is not None:
        told.append(f"confidence {evidence['confidence']:.2f}")
    return ", ".join(filter(None, told))


def said(claim: Row) -> str:
    """What is claimed, in a few words."""
    subject, predicate, target = claim["subject"], claim["predicate"], claim["object"]
    told = {
        "object": " ".join(filter(None, (predicate, subject))),
        "count": f"{subject}: {BOUNDS.get(predicate or '', '')}{target}",
        "attribute": " ".join(filter(None, (predicate, subject, target))),
    }.get(claim["type"]) or " ".join(filter(None, (subject, predicate, target)))
    return f"{'no: ' * claim['negated']}{'perhaps: ' * claim['hedged']}{told}"
