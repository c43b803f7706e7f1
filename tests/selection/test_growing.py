"""Which prompts get more samples when pairs are missing."""

from __future__ import annotations

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from prefdata.models import Sampling
from prefdata.selection.growing import grown

prompts = st.lists(st.tuples(st.integers(2, 8), st.integers(0, 3)), min_size=1, max_size=40)
SAMPLING = Sampling(per_prompt=2, max_per_prompt=8)


def frame(rows: list[tuple[int, int]]) -> pd.DataFrame:
    return pd.DataFrame([{"prompt_id": f"p{n:02}", "samples": s, "pairs": p} for n, (s, p) in enumerate(rows)])


@given(prompts, st.integers(1, 100))
def test_some_prompt_grows_as_long_as_one_may(rows, missing):
    more = grown(frame(rows), missing, SAMPLING)
    assert bool(len(more)) == any(samples < 8 for samples, _ in rows)
    before = dict(zip(frame(rows)["prompt_id"], frame(rows)["samples"], strict=True))
    assert all(before[name] < samples <= 8 for name, samples in zip(more["prompt_id"], more["samples"], strict=True))


@given(prompts)
def test_attempts_end(rows):
    """Growing by what is missing always ends, for every prompt has a most."""
    state = frame(rows)
    for _ in range(1000):
        more = grown(state, 10, SAMPLING)
        if not len(more):
            break
        state = pd.concat([state[~state["prompt_id"].isin(more["prompt_id"])], more])
    assert (state["samples"] >= 8).all()


def test_few_missing_pairs_grow_few_prompts():
    rows = [(2, 1)] * 50 + [(2, 0)] * 50
    more = grown(frame(rows), 5, SAMPLING)
    assert len(more) == 12, "half a pair a prompt so far, and a fifth more than needed"
    assert (more["pairs"] == 0).all(), "those without a pair come first"
