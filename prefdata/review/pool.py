"""The compared pairs of a finished run that people can be asked about, with what queue and estimate ask of them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from prefdata.errors import PrefdataError
from prefdata.review.settling import reviewed
from prefdata.shards import RunDir, read_json, read_table

PAIR = ["prompt_id", "a", "b"]
COMPARED = [*PAIR, "label", "conflict", "in_cycle", "handling", "probability", "obstacle", "tags", "view"]
OVERALL = ""  # the view whose labels say which response is better all in all: the question of the queue
WITHOUT = "—"  # the value of a tag that a prompt does not have
NEVER = ("duplicate_prompt", "contaminated")  # drops that no answer could undo


def pool(run: RunDir, by: Sequence[str] = ()) -> pd.DataFrame:
    """A row for each pair that can be shown and could be exported, by prompt_id, a, b (a < b); its index counts from 0.

    Columns: label ("a", "b", "tie" or none), handling (why labels leave it out, if they do), conflict, in_cycle,
    probability (of a; NaN without evidence), stratum (its values of the tags `by`; none if none are named), chosen_id
    (of the exported pair; none where it is not exported), gold (people have answered already).
    """
    frame = _compared(run)
    frame = frame.merge(_exported(run), on=PAIR, how="left")
    frame["gold"] = pd.MultiIndex.from_frame(frame[PAIR]).isin(_answered(run))
    frame["stratum"] = _strata(frame["tags"], by)
    return frame.sort_values(PAIR, ignore_index=True)


def outputs(run: RunDir, kind: str) -> list[Path]:
    """The files of a kind ("comparisons", "pairs", "vote" …) that the run's steps wrote, in the order of the steps."""
    steps = read_json(run.manifest)["steps"]
    names = [Path(name) for step in steps for name in sorted(step["outputs"])]
    found = [run.path / name for name in names if name.name.split("-")[0].split(".")[0] == kind]
    if missing := next((path for path in found if not path.is_file()), None):
        remedy = f"run `prefdata build CONFIG --run-dir {run.path}` again"
        raise PrefdataError(f"{missing} is no longer there. To mend it: {remedy}.")
    return found


def _compared(run: RunDir) -> pd.DataFrame:
    tables = [read_table(path, COMPARED) for path in outputs(run, "comparisons")]
    frame = pa.concat_tables(tables).to_pandas()
    if len(frame) and not (frame["view"] == OVERALL).any():
        remedy = "build with `objectives.pairs: overall`"
        raise PrefdataError(f"{run.path} has no labels of which response is better all in all. To mend it: {remedy}.")
    never = frame["prompt_id"].isin(_never_exported(run))
    return frame[frame["obstacle"].isna() & (frame["view"] == OVERALL) & ~never]


def _never_exported(run: RunDir) -> list[str]:
    """The prompts whose pairs are left out whatever their labels are."""
    drops = read_table(run.drops, ["reason", "prompt_id"])
    found: list[str] = drops.filter(pc.is_in(drops["reason"], pa.array(NEVER)))["prompt_id"].unique().to_pylist()
    return found


def _exported(run: RunDir) -> pd.DataFrame:
    """prompt_id, a, b and chosen_id of every exported pair that was compared."""
    columns = ["prompt_id", "chosen_id", "rejected_id", "view"]
    pairs = pa.concat_tables([read_table(path, columns) for path in outputs(run, "pairs")]).to_pandas()
    pairs = pairs[pairs["view"] == OVERALL]
    sides = np.sort(pairs[["chosen_id", "rejected_id"]].to_numpy(object), axis=1)
    found = pd.DataFrame({"prompt_id": pairs["prompt_id"], "a": sides[:, 0], "b": sides[:, 1]})
    return found.assign(chosen_id=pairs["chosen_id"]).drop_duplicates(PAIR)


def answers(run: RunDir) -> pd.DataFrame:
    """vote_id, prompt_id, a and b of the answers from a review queue that the run was built with."""
    columns = ["vote_id", "prompt_id", "a", "b"]
    found = [pd.DataFrame(columns=columns)]
    for path in outputs(run, "vote"):
        votes = read_table(path, [*columns, "source"])
        found.append(votes.filter(pa.array(reviewed(votes))).select(columns).to_pandas().astype(object))
    return pd.concat(found, ignore_index=True)


def _answered(run: RunDir) -> pd.MultiIndex:
    known = answers(run)
    sides = np.sort(known[["a", "b"]].to_numpy(object), axis=1)
    return pd.MultiIndex.from_arrays([known["prompt_id"], sides[:, 0], sides[:, 1]])


def _strata(tags: pd.Series, by: Sequence[str]) -> pd.Series:
    """The values of the tags `by` in a line. Raises PrefdataError for a tag that no prompt has."""
    known = {text: json.loads(text) for text in tags.unique()}
    names = sorted({name for given in known.values() for name in given})
    for name in by if known else ():
        if name not in names:
            remedy = f"use {', '.join(names)}" if names else "leave out --by; the prompts have no tags"
            raise PrefdataError(f'no prompt of the run has the tag "{name}". To mend it: {remedy}.')
    lines = {text: " · ".join(f"{name}: {given.get(name, WITHOUT)}" for name in by) for text, given in known.items()}
    return tags.map(lines) if by else pd.Series(None, index=tags.index, dtype=object)
