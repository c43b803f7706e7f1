"""How far each judge of a run can be relied on: what judges.html.j2 shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
        "trust": trust and _trust(trust, [row["name"] for row in rows]),
    }


def _trust(trust: Mapping[str, Any], voted: Sequence[str]) -> dict[str, Any]:
    """What labels.trust did to the votes, in words; `applies`: whether it weighs any of the judges that voted."""
    gold = f"{trust['gold']['matched']:,} gold labels ({trust['gold']['file']})"
    groups = [group for group in (trust["pooled"], *trust["strata"].values()) if group]
    known = [name for name in voted if any(name in group["judges"] for group in groups)]
    if not groups:
        return {"applies": False, "words": f"nothing was learned from its {gold}, so judges count alike"}
    if not known:
        return {"applies": False, "words": f"none of its judges has a vote in this run; it was learned from {gold}"}
    others = f"; others count as the average one ({len(voted) - len(known):,})" if len(known) < len(voted) else ""
    by = f", with weights of their own for {trust['by']} {', '.join(trust['strata'])}" if trust["strata"] else ""
    return {"applies": True, "words": f"{gold}{by}; a vote weighs {_weights(trust, known)}{others}"}


def _weights(trust: Mapping[str, Any], known: Sequence[str]) -> str:
    judges = (trust["pooled"] or {"judges": {}})["judges"]
    weights = [f"{name} {judges[name]['weight']:.2f}" for name in known if name in judges]
    more = f" and {len(weights) - MOST:,} more" if len(weights) > MOST else ""
    return ", ".join(weights[:MOST]) + more


def _row(row: Mapping[str, Any], trusted: Mapping[str, Any] | None) -> dict[str, Any]:
    """Figures as plain data; `sure`: the interval leaves out what an unswayed judge would have, 0."""
    figures = {name: None if row[name] is None else _figure(row[name]) for name in COLUMNS}
    gold = {name: trusted[name] if trusted else None for name in GOLD}
    return {"name": row["name"], "votes": row["votes"], "kappa": row["kappa"], **figures, **gold}


def _figure(found: Figure) -> dict[str, Any]:
    return {**found._asdict(), "sure": found.low > 0 or found.high < 0}
