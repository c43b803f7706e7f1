"""Comparisons → pairs: every comparison is selected or left out for one named reason.

The reasons are asked in this order, and the first that applies is given:
  those of `obstacles.REASONS`  it cannot be exported, whoever won
  contaminated   a benchmark has the prompt
  duplicate_prompt  another prompt is nearly the same
  both_bad       nobody preferred either response
  tie            ties weigh more than the winning side
  those of the labels' `handling`  what the config does with conflicts and cycles leaves it out, or for review
  unresolved     both sides have the same weight
  failed_check   the winner failed in a dimension that must be passed
  below_floor    the winner lies below the floor of a dimension
  not_rated      nobody rated the winner in a dimension that has a floor, so it may lie below it
  few_votes      fewer votes than min_votes
  weak_probability, weak_strength  below the floor
  chosen_not_rated, below_chosen_floor  nobody rated the winner, or too many of all rated candidates are better
  not_paired     the pairing rule takes other pairs of the prompt (`selection.taking`)
  over_max_pairs  the prompt has max_pairs_per_prompt other pairs in this view (`selection.limiting`)
  length_excess, over_difficulty, over_quota, over_target  the set has enough like it (`selection.balancing`)
Hard negatives are among those that are not paired or over_max_pairs: so many as are asked for come back, those first
which the policy gets most wrong. What follows then asks them as it asks all others.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa

from prefdata.errors import PrefdataError
from prefdata.selection import length
from prefdata.selection.balancing import Balance, balance
from prefdata.selection.difficulty import bands
from prefdata.selection.limiting import over
from prefdata.selection.margins import Margin, Sides, margin
from prefdata.selection.orienting import oriented
from prefdata.selection.reasons import SAYS_WHY, drops, first_reason
from prefdata.selection.settings import Selection
from prefdata.selection.strata import NONE, strata, tags_among
from prefdata.selection.taking import taken
from prefdata.strata.settings import OF_PAIRS

LEFT_OVER = ("not_paired", "over_max_pairs")
UNLIKELY = (
    "selection asks which responses the policy finds likely, and no log-probability is known. "
    "To mend it: set logprobs: true for a policy, or leave hard negatives out."
)


class Selected(NamedTuple):
    """pairs: those that stay. able: those that nothing stands against in themselves, before the set is balanced, with
    their `reason`; strata: of these, a row each; margins and sides: asked of these; amount: of how many pairs the
    shares were taken."""

    pairs: pd.DataFrame
    drops: pa.Table
    able: pd.DataFrame
    strata: pd.DataFrame
    margins: tuple[Margin, ...]
    sides: Sides | None
    amount: int


def select(comparisons: pd.DataFrame, rules: Selection) -> Selected:
    """comparisons: the columns of `steps.labelling` but for texts, with `evidence`, and those of `steps.signing`."""
    frame = oriented(comparisons)
    del comparisons  # of a million pairs every copy is much
    frame = frame.sort_values(["prompt_id", "view", "a", "b"])
    frame["group"] = frame.groupby(["prompt_id", "view"], sort=False, observed=True).ngroup()
    _check_tags(frame, rules)
    _leave_out(frame, rules)
    able = frame.loc[frame["reason"].isna(), [name for name in frame if name not in SAYS_WHY]]
    able["difficulty"] = bands(able) if rules.difficulty else None
    found = strata(able).assign(**({"difficulty": able["difficulty"]} if rules.difficulty else {}))
    margins, sides = _margins(found, rules), _sides(able, found, rules)
    kept = _balance(able, margins, sides, rules)
    able["reason"] = frame.loc[able.index, "reason"] = kept.reason
    able["length_weight"] = _length_weights(able, sides, rules)
    left = frame.loc[frame["reason"].notna(), ["prompt_id", "a", "b", "view", "reason", *SAYS_WHY]]
    return Selected(able[able["reason"].isna()], drops(left), able, found, margins, sides, kept.amount)


def _check_tags(frame: pd.DataFrame, rules: Selection) -> None:
    """A tag that no prompt has can mean nothing; most likely it is misspelt."""
    named = {f"quotas.{name}": name for name in rules.quotas if name not in OF_PAIRS}
    named |= {"length.by": rules.length.by} if rules.length and rules.length.by not in (None, *OF_PAIRS) else {}
    known = tags_among(frame["tags"]) if named and len(frame) else set(named.values())
    for where, name in named.items():
        if name not in known:
            remedy = f"name one of {', '.join(sorted({*known, *OF_PAIRS}))}, or add a stratum of this tag"
            raise PrefdataError(f'selection.{where}: no prompt has the tag "{name}". To mend it: {remedy}.')


def _leave_out(frame: pd.DataFrame, rules: Selection) -> None:
    """Note why pairs do not come as far as to be balanced, and which come back as hard negatives."""
    frame["reason"] = first_reason(frame, rules)
    _take(frame, rules)
    frame["hard"] = False
    frame.loc[_hardest(frame, rules.hard_negatives), ["reason", "hard"]] = [None, True]


def _take(frame: pd.DataFrame, rules: Selection) -> None:
    """Note as a reason what the pairing rule and the limit a prompt leave out."""
    left = frame[frame["reason"].isna()]
    if rules.pairing == "hard_negative" and len(left) and left["logp_rejected"].isna().all():
        raise PrefdataError(UNLIKELY)
    takes = taken(left, frame, rules)
    frame.loc[left.index[~takes], "reason"] = "not_paired"
    if rules.max_pairs_per_prompt is not None:
        left = left[takes]
        measured = [each for each in _quotas(strata(left), rules) if each.name in OF_PAIRS]
        frame.loc[left.index[over(left, rules.max_pairs_per_prompt, measured)], "reason"] = "over_max_pairs"


def _hardest(frame: pd.DataFrame, count: int) -> pd.Index:
    """So many pairs that were left over, those first that the policy gets most wrong."""
    if count and len(frame) and frame["implicit_margin"].isna().all():
        raise PrefdataError(UNLIKELY)
    left = frame[frame["reason"].isin(LEFT_OVER) & frame["implicit_margin"].notna()]
    return left.sort_values(["implicit_margin", "prompt_id", "chosen_id", "rejected_id"]).index[:count]


def _margins(found: pd.DataFrame, rules: Selection) -> tuple[Margin, ...]:
    mixed = [margin("difficulty", rules.difficulty, found["difficulty"], "over_difficulty")] if rules.difficulty else []
    return (*_quotas(found, rules), *mixed)


def _quotas(found: pd.DataFrame, rules: Selection) -> tuple[Margin, ...]:
    return tuple(margin(name, shares, _stratum(found, name)) for name, shares in rules.quotas.items())


def _stratum(found: pd.DataFrame, name: str) -> pd.Series:
    return found[name] if name in found else pd.Series(NONE, found.index)


def _sides(pairs: pd.DataFrame, found: pd.DataFrame, rules: Selection) -> Sides | None:
    """How pairs are matched in length, where the config asks for it."""
    if rules.length is None:
        return None
    sign = length.sides(pairs)
    group = length.groups(_stratum(found, rules.length.by) if rules.length.by else None, sign)
    return Sides({name: length.rate_of(rules.length, name) for name in group.categories}, group, sign)


def _balance(pairs: pd.DataFrame, margins: tuple[Margin, ...], sides: Sides | None, rules: Selection) -> Balance:
    bounded = sides if rules.length and rules.length.how == "drop" else None
    if len(pairs) and (margins or bounded or rules.target_pairs):
        return balance(pairs, margins, bounded, rules.target_pairs)
    return Balance(np.full(len(pairs), None, object), rules.target_pairs or len(pairs))


def _length_weights(pairs: pd.DataFrame, sides: Sides | None, rules: Selection) -> np.ndarray:
    """What the pairs that stay weigh for their length; 1 for all where none weighs less."""
    found, stays = np.ones(len(pairs)), pairs["reason"].isna().to_numpy()
    if sides and rules.length and rules.length.how == "weight":
        found[stays] = length.weights(sides.rate, sides.group[stays], sides.sign[stays])
    return found
