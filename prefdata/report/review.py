"""What people's answers say of the labels, in words; `review.estimate` counts it."""

from __future__ import annotations

from typing import Any

# Names of counts → what they are counts of.
CHANGES = {
    "confirmed": "exported labels confirmed",
    "reversed": "exported labels reversed",
    "undecided": "exported pairs in which people found no better response",
    "gained": "pairs left out so far that people decided",
    "left_out": "pairs left out that people could not decide either",
    "unknown": "pairs that the run does not compare, or cannot show",
}


def shown(facts: dict[str, Any]) -> dict[str, Any]:
    """The counts of `review.estimate.review` as the page and the command line show them."""
    return {
        **{name: facts[name] for name in ("answers", "people", "pairs")},
        "changes": [{"what": what, "pairs": facts[name]} for name, what in CHANGES.items() if facts[name]],
        "accuracy": [{**row, "text": interval(row)} for row in facts["accuracy"]],
    }


def interval(row: dict[str, Any]) -> str:
    """An estimate with its interval: "91.2 % (84.0 – 95.3)"."""
    if row["accuracy"] is None:
        return "—"
    share, low, high = (100 * row[name] for name in ("accuracy", "low", "high"))
    return f"{share:.1f} % ({low:.1f} – {high:.1f})"
