"""Comparisons to select from: drawn by hypothesis, made one by one, or many at once."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd
from hypothesis import strategies as st

from prefdata.selection.settings import Selection

TEXTS = ("prompt_id", "a", "b", "view", "tags", "evidence", "obstacle", "obstacle_detail", "handling", "label")
SIDED = ("failed", "source", "error", "quality", "logp", "chars", "theta", "wins", "weight")
OPEN = Selection(min_probability=0.5, max_pairs_per_prompt=None)  # takes whatever has a label


def comparison(prompt: str = "p", a: str = "a", b: str = "b", label: str | None = "a", **more: Any) -> dict[str, Any]:
    """A row of the label step for a pair that `label` won with two votes, with all that selection asks about."""
    won = {"a": (2.0, 0.0), "b": (0.0, 2.0)}.get(label or "", (1.0, 1.0))
    row: dict[str, Any] = {
        "prompt_id": prompt, "a": a, "b": b, "view": "", "tags": "{}", "evidence": "models", "label": label, "votes": 2,
        "ties": 0, "both_bad": 0, "wins_a": int(won[0]), "wins_b": int(won[1]), "weight_a": won[0], "weight_b": won[1],
        "weight_tie": 2.0 * (label == "tie"), "probability": {"a": 0.8, "b": 0.2}.get(label or "", 0.5),
        "theta_a": 0.7 if label == "a" else -0.7, "theta_b": -0.7 if label == "a" else 0.7, "handling": None,
        "obstacle": None, "obstacle_detail": None, "failed_a": None, "failed_b": None, "below_a": None, "below_b": None,
        "unrated_a": None, "unrated_b": None, "source_a": "sample",
        "source_b": "sample", "error_a": None, "error_b": None, "quality_a": np.nan, "quality_b": np.nan,
        "logp_a": np.nan, "logp_b": np.nan, "chars_a": 100.0, "chars_b": 100.0, "cluster": prompt, "twin_of": None,
        "contaminated": None,
    }  # fmt: skip
    return {**row, **more}


def frame(rows: list[dict[str, Any]]) -> pd.DataFrame:
    return pd.DataFrame(rows or [comparison()]).iloc[: len(rows)]


def tagged(**tags: str) -> str:
    return json.dumps(tags)


def theta(rank: int) -> float:
    return float(rank) - 3


@st.composite
def tournaments(draw: st.DrawFn) -> pd.DataFrame:
    """Comparisons of a few prompts in which every pair has a label that nothing stands against."""
    rows: list[dict[str, Any]] = []
    for number in range(draw(st.integers(1, 3))):
        names = [f"c{n}" for n in range(draw(st.integers(3, 6)))]
        thetas, logps = (draw(st.permutations([value / 10 for value in range(len(names))])) for _ in range(2))
        known = {each: {"theta": thetas[n], "logp": logps[n]} for n, each in enumerate(names)}
        for n, a in enumerate(names):
            for b in names[n + 1 :]:
                label = "a" if known[a]["theta"] > known[b]["theta"] else "b"
                sided = {
                    f"{field}_{side}": known[each][field] for side, each in (("a", a), ("b", b)) for field in known[a]
                }
                rows.append({**comparison(f"p{number}", a, b, label), **sided})
    return frame(rows)


@st.composite
def prompts(draw: st.DrawFn, most: int = 6) -> pd.DataFrame:
    """Comparisons of several prompts with up to five candidates each; candidate ids mean nothing."""
    rows: list[dict[str, Any]] = []
    for number in range(draw(st.integers(1, most))):
        rows += draw(_prompt(f"p{number}"))
    return frame(rows)


@st.composite
def _prompt(draw: st.DrawFn, name: str) -> list[dict[str, Any]]:
    count = draw(st.integers(2, 5))
    ids = draw(st.permutations([f"c{n}" for n in range(count)]))
    floats = st.floats(-3, 3).map(lambda value: round(value, 1))
    strength = {each: draw(floats) for each in ids}
    quality = {each: draw(st.one_of(st.just(np.nan), st.sampled_from([0.0, 0.25, 0.5, 0.75, 1.0]))) for each in ids}
    logp = {each: draw(st.one_of(st.just(np.nan), floats)) for each in ids}
    chars = {each: draw(st.sampled_from([50.0, 100.0, 300.0, 900.0])) for each in ids}
    source = {each: draw(st.sampled_from(["sample", "inject", "import"])) for each in ids}
    tags = tagged(kind=draw(st.sampled_from(["count", "colour", "read"])))
    made = [(a, b) for n, a in enumerate(sorted(ids)) for b in sorted(ids)[n + 1 :] if draw(st.booleans())]
    return [
        {
            **comparison(name, a, b, draw(st.sampled_from(["a", "b", "a", "b", "tie", None]))),
            "tags": tags, "votes": draw(st.integers(1, 3)),
            "obstacle": draw(st.sampled_from([None] * 6 + ["empty_text"])),
            "handling": draw(st.sampled_from([None] * 6 + ["conflict", "cycle_undecided"])),
            "probability": draw(st.sampled_from([0.1, 0.4, 0.5, 0.6, 0.9, np.nan])),
            "failed_a": draw(st.sampled_from([None] * 5 + ["grammar"])),
            **{f"{field}_{side}": known[each] for side, each in (("a", a), ("b", b)) for field, known in (
                ("theta", strength), ("quality", quality), ("logp", logp), ("chars", chars), ("source", source))},
        }
        for a, b in made
    ]  # fmt: skip


def many(count: int, seed: int, **shares: dict[str, float]) -> pd.DataFrame:
    """One pair a prompt, with tags drawn by shares, and strengths and lengths by chance."""
    pick = np.random.default_rng(seed)
    values = {tag: pick.choice([*of], count, p=[*of.values()]) for tag, of in shares.items()}
    rows = pd.DataFrame([comparison()]).loc[[0] * count].reset_index(drop=True)
    return rows.assign(
        prompt_id=[f"p{n:07}" for n in range(count)],
        tags=[tagged(**{tag: str(values[tag][n]) for tag in values}) for n in range(count)],
        probability=0.5 + pick.random(count) / 2,
        chars_a=pick.integers(20, 1200, count).astype(float),
        chars_b=pick.integers(20, 1200, count).astype(float),
    )


def counted(found: pd.Series) -> dict[str, int]:
    return {str(name): int(count) for name, count in found.value_counts().items()}
