"""What a selection lacks, and what the job's prompts and sources can still give: its gaps and the plan to fill them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from prefdata.evidence import gather
from prefdata.keys import fraction
from prefdata.plan import Job, imported_of
from prefdata.report.coverage import Lacks
from prefdata.selection.gaps import Gap, gaps
from prefdata.selection.margins import OTHERS, Margin
from prefdata.selection.pairing import Selected
from prefdata.selection.planning import Open, plan
from prefdata.selection.settings import ONE_PAIR
from prefdata.selection.strata import NONE, tagged
from prefdata.selection.supply import Prompts
from prefdata.selection.yields import Given, yields
from prefdata.shards import read_table
from prefdata.sources.imports.intake import Chunk
from prefdata.steps.extra import extra_rows, planned_pairs
from prefdata.steps.sorting import tags_of
from prefdata.steps.ways import ways_of
from prefdata.strata.settings import OF_PAIRS


class Filling(NamedTuple):
    """goal: of how many pairs gaps are looked for; rows: what prompts are to get on top of the config, with what they
    got already; new: what of it they did not get yet; left: what no such plan fills."""

    goal: int
    gaps: list[Gap]
    rows: pd.DataFrame
    new: pd.DataFrame
    left: tuple[Open, ...] = ()

    @property
    def told(self) -> Lacks:
        """What the report says of it."""
        return Lacks(self.goal, self.gaps, int(self.new["count"].sum()), self.new["prompt_id"].nunique(), self.left)


class Groups(NamedTuple):
    """Prompts that are alike in the tags of quotas: the group of each [P], 0 … G-1; and of each group its values, by
    margin [G]."""

    of_prompt: np.ndarray
    code: dict[str, np.ndarray]


def filling(job: Job, found: Selected) -> Filling:
    """The gaps of the quotas, and the plan that fills them. Without a target they are those of a set of as many pairs
    as could be taken; where a plan is executed, of as many as it was made for."""
    target, before = job.config.selection.target_pairs, extra_rows(job).to_pandas()
    goal = target or planned_pairs(job) or len(found.able)
    short = gaps(found.margins, found.able["reason"].isna().to_numpy(), target, goal)
    if not short:
        return Filling(goal, [], before, before[:0])
    tags = _tags(job)
    groups = _groups([margin for margin in found.margins if margin.name not in OF_PAIRS], tags)
    ways = ways_of(job, tags.index, before)
    expected = yields(
        _given(job, found, short, tags.index, groups), ways, groups.of_prompt, _meets(short, found, groups)
    )
    made = plan(short, _prompts(job, found, short, tags.index, groups), ways, expected)
    return Filling(goal, short, together(before, made.rows), made.rows, tuple(made.left))


def together(before: pd.DataFrame, more: pd.DataFrame) -> pd.DataFrame:
    """What prompts get in all, with the latest reason."""
    both = pd.concat([before, more]).astype({"count": "int64"})
    return both.groupby(["prompt_id", "source"], as_index=False).agg({"count": "sum", "because": "last"})


def _tags(job: Job) -> pd.DataFrame:
    """The tags of all prompts, by prompt_id."""
    found = []
    for shard in range(job.shards):
        names = [name for name in imported_of(job, shard) if "/prompt-" in name]
        prompts = gather(Chunk("prompt", read_table(job.run.path / name)) for name in names).prompt
        tags = tags_of(job, shard, prompts)
        found.append(pd.Series(tags.text.to_pylist(), tags.prompt_id.to_pylist()))
    texts = pd.concat(found)
    return tagged(texts[~texts.index.duplicated()].sort_index())


def _groups(margins: Sequence[Margin], tags: pd.DataFrame) -> Groups:
    none = pd.Series(NONE, tags.index)
    codes = [_codes(margin, tags.get(margin.name, none)) for margin in margins]
    kinds, of_prompt = np.unique(np.array([np.zeros(len(tags)), *codes]), axis=1, return_inverse=True)
    return Groups(of_prompt, {margin.name: kind for margin, kind in zip(margins, kinds[1:], strict=True)})


def _codes(margin: Margin, values: pd.Series) -> np.ndarray:
    """Which value of a margin each prompt has [P]; -1 for one that the margin does not know."""
    code = pd.Index(margin.values).get_indexer(pd.Index(values))
    return np.where(code < 0, margin.values.index(OTHERS), code) if OTHERS in margin.values else code


def _prompts(job: Job, found: Selected, short: Sequence[Gap], names: pd.Index, groups: Groups) -> Prompts:
    """What stands in the way of more pairs: for a tag all that the prompt has; for what is measured on pairs those of
    the value, for others make room (`selection.pairing`), unless a rule takes one pair alone."""
    rules, of_gap = job.config.selection, _of_gaps(found, short)
    one = rules.pairing in ONE_PAIR
    counted = [own | one | (gap.margin not in OF_PAIRS) for gap, own in zip(short, of_gap.T, strict=True)]
    pairs = _counts(found.able, counted, names)
    lot = np.array([fraction(name, 0) for name in names.tolist()])
    usual = len(found.able) / max(1, len(names))
    return Prompts(names.to_numpy(object), groups.of_prompt, pairs, rules.most_pairs, lot, usual)


def _counts(able: pd.DataFrame, counted: Sequence[np.ndarray], names: pd.Index) -> np.ndarray:
    """How many pairs each prompt has that count for each gap [P, J]; of several views in that in which it has most."""
    view, views = pd.factorize(able["view"])
    shape = len(names), max(1, len(views))
    place = names.get_indexer(pd.Index(able["prompt_id"])) * shape[1] + view
    sums = [np.bincount(place[own], minlength=shape[0] * shape[1]) for own in counted]
    return np.array([each.reshape(shape).max(axis=1) for each in sums]).T


def _of_gaps(found: Selected, short: Sequence[Gap]) -> np.ndarray:
    """Which pairs are of each gap's value [M, J]."""
    named = {margin.name: margin for margin in found.margins}
    return np.array([named[gap.margin].code == named[gap.margin].values.index(gap.value) for gap in short]).T


def _given(job: Job, found: Selected, short: Sequence[Gap], names: pd.Index, groups: Groups) -> Given:
    """The pairs there are, with the gaps that each of them is of."""
    able, all_seen = found.able, any(judge.kind != "pairwise" for judge in job.config.judges)
    group = groups.of_prompt[names.get_indexer(pd.Index(able["prompt_id"]))]
    source, rejected = (able[f"source_{side}"].to_numpy(object) for side in ("chosen", "rejected"))
    return Given(group, source, rejected, _of_gaps(found, short).astype(float), all_seen)


def _meets(short: Sequence[Gap], found: Selected, groups: Groups) -> np.ndarray:
    """Which groups of prompts can fill each gap [G, J]; NaN for gaps that are measured on pairs."""
    named = {margin.name: margin for margin in found.margins}
    several = len(np.unique(groups.of_prompt))
    columns = [
        groups.code[gap.margin] == named[gap.margin].values.index(gap.value)
        if gap.margin in groups.code
        else np.full(several, np.nan)
        for gap in short
    ]
    return np.array(columns, float).T
