"""Until enough: which prompts get more samples when fewer pairs passed than the target asks for."""

from __future__ import annotations

import math

import pandas as pd

from prefdata.models import Sampling

MARGIN = 1.2  # more prompts than the yield so far asks for, so that few attempts are needed
LEAST = 0.05  # pairs a prompt that is hoped for, where hardly any has passed


def grown(prompts: pd.DataFrame, missing: int, sampling: Sampling, most_pairs: int | None = None) -> pd.DataFrame:
    """The prompts with more samples than before; empty if none may get more.

    `prompts` has prompt_id, samples and pairs (that passed). Those with the fewest samples come first, of these
    those with the fewest pairs; as many as will give the missing pairs by the yield so far. Each gets
    `per_prompt` more, at most `max_per_prompt` in all; one that has `most_pairs` already gets none.
    """
    able = prompts[prompts["samples"] < sampling.max_per_prompt]
    able = able[able["pairs"] < (most_pairs or math.inf)]
    each = max(LEAST, prompts["pairs"].sum() / max(1, prompts["samples"].sum()) * sampling.per_prompt)
    order = able.sort_values(["samples", "pairs", "prompt_id"]).head(math.ceil(MARGIN * missing / each))
    samples = (order["samples"] + sampling.per_prompt).clip(upper=sampling.max_per_prompt)
    return order.assign(samples=samples)
