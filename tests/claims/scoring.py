"""How well claims are extracted: precision and recall on sentences labelled by hand.

    python -m tests.claims.scoring [tune|held_out|second|third|fourth] [--errors]

A claim counts as found only if its type, exact span, subject, predicate, object, negation and hedging are all right.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any, NamedTuple

from prefdata.claims.claim import KINDS
from prefdata.claims.extract import extract

FILE = Path(__file__).parent / "sentences.jsonl"
SETS = ["tune", "held_out", "second", "third", "fourth"]
FIELDS = ("type", "subject", "predicate", "object", "negated", "hedged")


class Score(NamedTuple):
    right: int
    given: int
    labelled: int

    @property
    def precision(self) -> float:
        return self.right / self.given if self.given else 1.0

    @property
    def recall(self) -> float:
        return self.right / self.labelled if self.labelled else 1.0


def sentences(part: str) -> list[dict[str, Any]]:
    rows = [json.loads(line) for line in FILE.read_text(encoding="utf-8").splitlines()]
    return [row for row in rows if row["set"] == part]


def said(claim: Any) -> tuple[Any, ...]:
    """What must agree for two claims to be the same."""
    return (*claim["char_span"], *(claim[field] for field in FIELDS))


def compare(row: dict[str, Any]) -> tuple[set[tuple[Any, ...]], set[tuple[Any, ...]]]:
    """The labelled claims of a sentence, and the extracted ones."""
    return {said(claim) for claim in row["claims"]}, {said(claim) for claim in extract("c", row["sentence"])}


def scores(part: str) -> dict[str, Score]:
    """The score of each type and of all, over all claims together (micro)."""
    counts: Counter[tuple[str, str]] = Counter()
    for row in sentences(part):
        labelled, given = compare(row)
        for name, claims in (("right", labelled & given), ("given", given), ("labelled", labelled)):
            counts.update((kind, name) for claim in claims for kind in (claim[2], "all"))
    return {kind: Score(*(counts[kind, name] for name in Score._fields)) for kind in (*KINDS, "all")}


def errors(part: str) -> None:
    """Print what was missed (-) and what was made up (+)."""
    for row in sentences(part):
        labelled, given = compare(row)
        if labelled != given:
            print(row["id"], row["sentence"])
            for sign, claims in (("-", labelled - given), ("+", given - labelled)):
                for start, end, *rest in sorted(claims, key=str):
                    print(f"   {sign} {row['sentence'][start:end]!r}", *rest)


if __name__ == "__main__":
    for part in [name for name in sys.argv[1:] if not name.startswith("-")] or SETS:
        if "--errors" in sys.argv:
            errors(part)
        for kind, score in scores(part).items():
            print(f"{part:9}{kind:10} precision {score.precision:.3f}  recall {score.recall:.3f}  of {score.labelled}")
