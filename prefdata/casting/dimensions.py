"""Which dimensions are scored: a name that nobody scores weighs nothing and guards against nothing."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from pathlib import Path

from prefdata.errors import InputError
from prefdata.judges.claims import PASSED
from prefdata.models import ClaimsJudge, Judge, ModelJudge, RulesJudge

SLIP = 0.8  # so alike are a name and its slip, by difflib; "savety" is, "helpful" and "helpfulness" are two names
NEAREST = 0.6  # so alike is what may have been meant


def scored(judges: Iterable[Judge]) -> list[str]:
    """Every dimension that a judge scores on a scale; what is only measured has none."""
    return sorted({name for judge in judges for name in _of(judge)})


def _of(judge: Judge) -> list[str]:
    from prefdata.judges.rules import CHECKS

    if isinstance(judge, RulesJudge):
        return [name for name in judge.checks if not CHECKS[name].measure]
    if isinstance(judge, ModelJudge) and judge.kind == "pointwise":
        return [dimension.name for dimension in judge.dimensions]
    return [PASSED] if isinstance(judge, ClaimsJudge) else []


def check_scored(path: Path, where: str, names: Iterable[str], known: Sequence[str], others: bool) -> None:
    """Raise InputError for a name that is not known; with `others`, only for one that looks like a slip."""
    for name in names:
        close = difflib.get_close_matches(name, known, 1, SLIP if others else NEAREST)
        if name not in known and (close or not others):
            remedy = f'write "{close[0]}"' if close else f"use {', '.join(known) or 'a judge that scores it'}"
            raise InputError(str(path), f'nobody scores "{name}"', remedy, None, where, "unknown_value")
