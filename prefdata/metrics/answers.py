"""Figures of yes/no answers: what POPE and AMBER have in common."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from prefdata.metrics.chair import percent


class Figures(NamedTuple):
    """Accuracy, precision, recall, F1 and the share of "yes" in percent, None where undefined, and the answers counted.

    Precision is None where no answer is positive, recall where no label is, F1 where neither is; the benchmarks' own
    scripts divide by zero there (POPE) or add small constants (AMBER).
    """

    accuracy: float | None
    precision: float | None
    recall: float | None
    f1: float | None
    yes_ratio: float | None
    answers: int


class Answered(NamedTuple):
    """A question's label, "yes" or "no", and what was answered: "yes", "no", or None for neither."""

    label: str
    answer: str | None


def figures(answered: Iterable[Answered], positive: str) -> Figures:
    """Figures where `positive` ("yes" or "no") is what is to be found. An answer that is neither is wrong."""
    pairs = list(answered)
    hits = sum(pair.label == pair.answer == positive for pair in pairs)
    labelled = sum(pair.label == positive for pair in pairs)
    claimed = sum(pair.answer == positive for pair in pairs)
    return Figures(
        accuracy=percent(sum(pair.label == pair.answer for pair in pairs), len(pairs)),
        precision=percent(hits, claimed),
        recall=percent(hits, labelled),
        f1=percent(2 * hits, labelled + claimed),
        yes_ratio=percent(sum(pair.answer == "yes" for pair in pairs), len(pairs)),
        answers=len(pairs),
    )
