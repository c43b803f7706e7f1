"""How far each judge of a run can be relied on: what judges.html.j2 shows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from prefdata.labels.reliability.counts import Counts
from prefdata.labels.reliability.figures import Figure, correlations, figures
from prefdata.report.calibration_page import matrix

MOST = 12  # judges shown
COLUMNS = ("position", "longer", "slope", "own", "agreement", "same", "turned")
GOLD = ("weight", "worth", "accuracy", "accuracy_low", "accuracy_high")


def shown(counts: Counts, trust: Mapping[str, Any] | None = None) -> dict[str, Any] | None:
    """What the section shows, None without judges. counts: `reliability.named`, added up over shards.

    trust: the facts of trust.json, if votes were weighed by it.
    """
    rows = figures(counts)
    if not rows:
        return None
    names = [row["name"] for row in rows[:MOST]]
    known = (trust or {}).get("pooled") or {"judges": {}}
    return {
        "judges": [_row(row, known["judges"].get(row["name"])) for row in rows[:MOST]],
        "more": max(0, len(rows) - MOST),
        "columns": [name for name in COLUMNS if any(row[name] for row in rows)],
        "matrix": matrix(names, correlations(counts, names)) if len(names) > 1 else [],
        "labels": known.get("labels"),
    }


def _row(row: Mapping[str, Any], trusted: Mapping[str, Any] | None) -> dict[str, Any]:
    """Figures as plain data; `sure`: the interval leaves out what an unswayed judge would have, 0."""
    figures = {name: None if row[name] is None else _figure(row[name]) for name in COLUMNS}
    gold = {name: trusted[name] if trusted else None for name in GOLD}
    return {"name": row["name"], "votes": row["votes"], "kappa": row["kappa"], **figures, **gold}


def _figure(found: Figure) -> dict[str, Any]:
    return {**found._asdict(), "sure": found.low > 0 or found.high < 0}
