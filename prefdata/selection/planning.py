"""The plan that fills gaps: which prompts get how many more candidates of which source, and what no plan can fill."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from prefdata.selection.dealing import Dealt, deal
from prefdata.selection.gaps import Gap
from prefdata.selection.needed import MORE, needed
from prefdata.selection.supply import Prompts, Way
from prefdata.selection.yields import Yields
from prefdata.strata.settings import OF_PAIRS

COLUMNS = ["prompt_id", "source", "count", "because"]


class Open(NamedTuple):
    """A gap that stays: how many pairs, why, and how many more prompts would fill it, if prompts would."""

    gap: Gap
    missing: int
    because: str
    prompts: int | None = None


class Plan(NamedTuple):
    """rows: COLUMNS, sorted by prompt and source; count is on top of what the prompt was asked for so far."""

    rows: pd.DataFrame
    left: list[Open]


def plan(gaps: Sequence[Gap], prompts: Prompts, ways: list[Way], found: Yields) -> Plan:
    """Fill the gaps as far as can be; what is then still missing needs other prompts, or other sources."""
    many = needed(gaps, prompts, ways, found)
    given = np.einsum("wg,wgj->j", many, found.to_gap) / MORE
    left = (_open(gap, gap.missing - given[at], prompts, found, at) for at, gap in enumerate(gaps))
    return Plan(_rows(prompts, ways, deal(many, gaps, prompts, ways, found)), [each for each in left if each])


def _rows(prompts: Prompts, ways: list[Way], dealt: Dealt) -> pd.DataFrame:
    way, prompt = np.nonzero(dealt.many)
    names = np.array([each.name for each in ways], object)
    columns = [prompts.prompt_id[prompt], names[way], dealt.many[way, prompt], dealt.because[way, prompt]]
    rows = pd.DataFrame(dict(zip(COLUMNS, columns, strict=True)))
    return rows.sort_values(["prompt_id", "source"], ignore_index=True)


def _open(gap: Gap, missing: float, prompts: Prompts, found: Yields, at: int) -> Open | None:
    """What stays of a gap, if anything does."""
    if missing < 0.5:
        return None
    pairs = math.ceil(missing - 0.5)
    if gap.margin in OF_PAIRS and len(found.to_gap) and not found.to_gap[:, :, at].any():
        return Open(gap, pairs, "no source of the config has given such pairs")
    each = (gap.there + prompts.usual) / (found.prompts[at] + 1)
    why = "the prompts there are can give no more" if found.prompts[at] else "there is no such prompt"
    why = why if len(found.to_gap) else "nothing is generated here"
    return Open(gap, pairs, why, math.ceil(pairs / each) if each else None)
