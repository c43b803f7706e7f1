"""At most N pairs a prompt: the strongest, and no value of a quota is given more than it misses."""

from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from prefdata.selection.limiting import over
from prefdata.selection.margins import margin
from prefdata.selection.pairing import select
from prefdata.selection.settings import Selection

from .frames import comparison, frame

drawn = st.lists(
    st.tuples(st.integers(0, 5), st.floats(0, 1).map(lambda strength: round(strength, 2)), st.sampled_from("xy")),
    min_size=1,
    max_size=40,
)


def pairs_of(rows: list[tuple[int, float, str]]) -> tuple[pd.DataFrame, pd.Series]:
    group, strength, kind = zip(*rows, strict=True)
    pairs = pd.DataFrame({"group": group, "strength": strength, "margin": 1.0})
    pairs["chosen_id"], pairs["rejected_id"] = "c", [f"r{n:02}" for n in range(len(rows))]
    return pairs, pd.Series(kind, dtype=object)


@given(drawn, st.integers(1, 3))
@settings(deadline=None, max_examples=60)
def test_without_quotas_the_strongest_stay(rows, most):
    pairs, _ = pairs_of(rows)
    stays = ~over(pairs, most, ())
    for _, own in pairs.groupby("group"):
        kept, lost = own["strength"][stays[own.index]], own["strength"][~stays[own.index]]
        assert len(kept) == min(most, len(own))
        assert not len(lost) or kept.min() >= lost.max()


@given(drawn, st.integers(1, 3), st.sampled_from([0.2, 0.5, 0.9]))
@settings(deadline=None, max_examples=100)
def test_a_quota_moves_its_value_towards_its_share_and_never_past_it(rows, most, share):
    pairs, kind = pairs_of(rows)
    wanted = margin("kind", {"x": share, "y": 1 - share}, kind)
    plain, stays = ~over(pairs, most, ()), ~over(pairs, most, [wanted])
    assert (pd.Series(stays).groupby(pairs["group"]).sum() == pd.Series(plain).groupby(pairs["group"]).sum()).all()
    goal, before, after = share * plain.sum(), (plain & (kind == "x")).sum(), (stays & (kind == "x")).sum()
    assert min(before, goal) - 1e-9 <= after <= max(before, goal) + 1e-9
    open_swaps = [
        (own[(kind[own] == "x") & ~stays[own]].size, own[(kind[own] == "y") & stays[own]].size)
        for own in (np.array(rows) for rows in pairs.groupby("group").groups.values())
    ]
    if after + 1 <= goal:
        assert not any(out and inside for out, inside in open_swaps), "no swap that would help is left"


def test_pairs_of_a_scarce_source_take_the_places_of_weaker_ones():
    rows = [
        comparison(f"p{n}", "a", f"b{m}", probability=0.9 - m / 10, source_b="rare" if m == 3 else "sample")
        for n in range(10)
        for m in range(4)
    ]
    asked = Selection(max_pairs_per_prompt=3, quotas={"rejected_source": {"rare": 0.2}})
    found = select(frame(rows), asked)
    assert (found.able["source_rejected"] == "rare").sum() == 6, "a fifth of the thirty pairs that prompts may have"
    left = found.drops.to_pandas()
    assert set(left[left["reason"] == "over_max_pairs"]["b"]) == {"b2", "b3"}
