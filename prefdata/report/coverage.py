"""How the pairs of a data set spread over strata, what shares they have, what is missing: plain data for the page."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from prefdata.selection.gaps import Gap, evenness, shares
from prefdata.selection.length import observed
from prefdata.selection.pairing import Selected
from prefdata.selection.planning import Open
from prefdata.selection.settings import Selection

BESIDE_TAGS = ("error_type", "length", "source")  # strata of pairs that are crossed with the tags and each other
ALONE = ("rejected_source", "evidence", "difficulty")  # counted by themselves
MOST = 20  # values of a stratum; one that has more tells prompts apart, and no kinds of prompts
THIN, EXPECTED = (
    0.1,
    5.0,
)  # a cell is thin with less than this share of what independence expects, if it expects so many
SHOWN = 20  # thin cells, those first that lack most

Facts = dict[str, Any]


class Lacks(NamedTuple):
    """gaps: of the quotas of a set of `goal` pairs; candidates, prompts: what the plan asks for, and for how many
    prompts; left: what it leaves."""

    goal: int
    gaps: Sequence[Gap]
    candidates: int
    prompts: int
    left: Sequence[Open]


def coverage(found: Selected, rules: Selection, lacks: Lacks) -> Facts:
    """Everything about the spread of the pairs."""
    stays = found.able["reason"].isna().to_numpy()
    even = {margin.name: evenness(margin.sums(stays)) for margin in found.margins}
    return {
        "pairs": int(stays.sum()),
        "able": len(stays),
        "shares": shares(found.margins, stays, found.amount),
        "evenness": [{"margin": name, **each._asdict()} for name, each in even.items()],
        **tables(found.strata[stays]),
        "lengths": [each._asdict() for each in observed(*found.sides, stays)] if found.sides else [],
        "length_how": rules.length.how if rules.length else None,
        "hard_negatives": {"wanted": rules.hard_negatives, "taken": int(found.pairs["hard"].sum())},
        "goal": lacks.goal,
        "gaps": [{**gap._asdict(), "missing": gap.missing} for gap in lacks.gaps],
        "plan": {"candidates": lacks.candidates, "prompts": lacks.prompts},
        "left": [{"margin": each.gap.margin, "value": each.gap.value, **_said(each)} for each in lacks.left],
    }


def _said(left: Open) -> Facts:
    return {"missing": left.missing, "because": left.because, "prompts": left.prompts}


def tables(strata: pd.DataFrame) -> Facts:
    """One-way and two-way counts; `cells`: how even the cells of all crossed strata are; `thin`: two-way cells that
    have far fewer pairs than their row and column let expect."""
    tags = [name for name in strata if name not in (*BESIDE_TAGS, *ALONE)]
    kinds = [name for name in (*tags, *BESIDE_TAGS) if name in strata]
    crossed = [str(name) for name in kinds if 1 < strata[name].nunique() <= MOST]
    pairs = [_crossed(strata[one], strata[other]) for one, other in combinations(crossed, 2)]
    alone = [name for name in ALONE if name in strata and strata[name].notna().any()]
    return {
        "strata": {name: _counts(strata[name]) for name in (*kinds, *alone)},
        "two_way": pairs,
        "thin": sorted((cell for pair in pairs for cell in _thin(pair)), key=lambda cell: -cell["expected"])[:SHOWN],
        "cells": _cells(strata, crossed),
    }


def _counts(values: pd.Series) -> Facts:
    """The values with most pairs, and how many others there are."""
    counts = values.astype(object).value_counts().sort_index().sort_values(ascending=False, kind="stable")
    return {"values": counts[:MOST].to_dict(), "others": max(0, len(counts) - MOST)}


def _crossed(one: pd.Series, other: pd.Series) -> Facts:
    counts = pd.crosstab(one.astype(object), other.astype(object))
    return {
        "one": one.name, "other": other.name, "columns": counts.columns.tolist(),
        "rows": [{"value": value, "counts": row.tolist()} for value, row in counts.iterrows()],
    }  # fmt: skip


def _thin(pair: Facts) -> list[Facts]:
    counts = np.array([row["counts"] for row in pair["rows"]], float)
    expected = counts.sum(axis=1, keepdims=True) * counts.sum(axis=0) / counts.sum()
    found = np.argwhere((expected >= EXPECTED) & (counts < THIN * expected)).tolist()
    return [
        {
            "one": f"{pair['one']}={pair['rows'][row]['value']}", "other": f"{pair['other']}={pair['columns'][column]}",
            "pairs": int(counts[row, column]), "expected": round(float(expected[row, column]), 1),
        }
        for row, column in found
    ]  # fmt: skip


def _cells(strata: pd.DataFrame, crossed: list[str]) -> Facts | None:
    if not crossed:
        return None
    counts = strata.groupby(crossed, observed=True).size()
    possible = int(np.prod([strata[name].nunique() for name in crossed]))
    return {"of": crossed, "occupied": len(counts), "possible": possible, **evenness(counts.tolist())._asdict()}
