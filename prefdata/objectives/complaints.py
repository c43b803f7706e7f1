"""Weights that follow complaints for a while: what users complain of weighs more, and at last has a higher floor.

A complaint counts 2^(−age / HALF_LIFE) and, after FADED half-lives, nothing; its age is that relative to the newest
event of the file, for no clock may decide what a data set is. It is split evenly over the dimensions that it is about.
All complaints of one user count USER_CAP at most. Every DOUBLING complaints double a dimension's weight, in its bounds
(`weights.moved`); beyond MANY complaints its floor rises by STEP each, by RISE at most, and never above CEILING.
"""

from __future__ import annotations

import difflib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from prefdata.errors import InputError
from prefdata.objectives.complaint_words import about
from prefdata.objectives.settings import Weights
from prefdata.objectives.weights import DIGITS, moved

HALF_LIFE = 7.0  # days
FADED = 4  # half-lives
USER_CAP = 2.0
DOUBLING = 10.0
CLOSE = 0.8  # so alike are a name and its slip
MANY, STEP, RISE, CEILING = 10.0, 0.02, 0.2, 0.8
# Other names for what `complaint_words` finds.
MEANING = {"honest": "accuracy", "harmless": "safety", "helpful": "helpfulness", "conciseness": "brevity"}


class Complaint(NamedTuple):
    """`age`: days before the newest event; `about`: dimensions."""

    user: str
    age: float
    about: tuple[str, ...]


def shifted(weights: Weights, complaints: Iterable[Complaint]) -> Weights:
    """The weights while these complaints are felt."""
    force = felt(complaints)
    return moved(weights, {name: 2 ** (_of(name, force) / DOUBLING) for name in weights})


def raised(floors: Weights, dimensions: Iterable[str], complaints: Iterable[Complaint]) -> Weights:
    """The floors while they are felt; one that was not there rises from 0."""
    force, found = felt(complaints), dict(floors)
    for name in sorted({*floors, *dimensions}):
        own, rise = floors.get(name, 0.0), min(RISE, STEP * max(0.0, _of(name, force) - MANY))
        if rise:
            found[name] = round(max(own, min(CEILING, own + rise)), DIGITS)
    return found


def felt(complaints: Iterable[Complaint]) -> dict[str, float]:
    """How many complaints each dimension counts now."""
    by_user: dict[str, list[tuple[float, Complaint]]] = defaultdict(list)
    for complaint in complaints:
        if complaint.age < FADED * HALF_LIFE and complaint.about:
            by_user[complaint.user].append((2 ** (-complaint.age / HALF_LIFE), complaint))
    force: dict[str, float] = defaultdict(float)
    for _, said in sorted(by_user.items()):
        cap = min(1.0, USER_CAP / sum(fresh for fresh, _ in said))
        for fresh, complaint in said:
            for name in complaint.about:
                force[name] += fresh * cap / len(complaint.about)
    return dict(force)


def _of(name: str, force: dict[str, float]) -> float:
    return force.get(name, 0.0) + force.get(MEANING.get(name, ""), 0.0)


def read(path: Path, dimensions: Iterable[str]) -> list[Complaint]:
    """The complaints of a file of feedback (JSONL, JSON or Parquet), whatever else is in it; an event_id counts once.

    Raises InputError for a row that is no feedback, for one without a time, and for a complaint about a dimension whose
    name looks like a slip of one of `dimensions`; others may be in it.
    """
    known = sorted({*dimensions, *MEANING, *MEANING.values()})
    from prefdata.sources.imports.reading import place, rows

    events: dict[str, tuple[datetime, dict[str, Any]]] = {}
    for row in rows(path):
        event = _checked(path, row.value, where := place(path, row.line))
        _check_slip(path, event, where, known)
        events.setdefault(event["event_id"], (_time(path, event, where), event))
    newest = max((at for at, _ in events.values()), default=None)
    return [
        Complaint(event["user"], (newest - at) / timedelta(days=1), _about(event))
        for at, event in events.values()
        if newest is not None and event["kind"] == "complaint"
    ]


def _checked(path: Path, value: object, where: str) -> dict[str, Any]:
    from prefdata.faults import Fault, row_fault

    fault = value if isinstance(value, Fault) else row_fault("feedback", value)
    if fault:
        raise InputError(str(path), fault.problem, fault.remedy, where, fault.field, fault.reason)
    assert isinstance(value, dict)
    return value


def _check_slip(path: Path, event: dict[str, Any], where: str, known: Sequence[str]) -> None:
    name = event.get("dimension") or ""
    close = difflib.get_close_matches(name, known, 1, CLOSE)
    if event["kind"] == "complaint" and close and name not in known:
        problem = f'"{name}" is no dimension that has a weight or floor'
        raise InputError(str(path), problem, f'write "{close[0]}"', where, "dimension", "unknown_value")


def _time(path: Path, event: dict[str, Any], where: str) -> datetime:
    """A time without a zone is UTC."""
    try:
        at = datetime.fromisoformat(event.get("at") or "")
    except ValueError:
        problem, remedy = f"{event.get('at')!r} is no time, and complaints fade with it", "write 2026-01-31T12:00:00Z"
        raise InputError(str(path), problem, remedy, where, "at", "bad_value") from None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _about(event: dict[str, Any]) -> tuple[str, ...]:
    return (event["dimension"],) if event.get("dimension") else about(event.get("text") or "")
