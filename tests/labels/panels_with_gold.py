"""Panels of judges with known truth, for what is learned from gold labels."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

Row = dict[str, Any]


class Panel(NamedTuple):
    """x: signed votes of judges on pairs [n, K] (the mean of both orders); y: the truth, ±1 [n]."""

    x: np.ndarray
    y: np.ndarray


def judge(rng: np.random.Generator, y: np.ndarray, right: float, steady: float = 0.5) -> np.ndarray:
    """Votes in both orders of a judge that is right so often; `steady`: how often it does not think again."""

    def once() -> np.ndarray:
        return np.where(rng.random(len(y)) < right, y, -y)

    first = once()
    return (first + np.where(rng.random(len(y)) < steady, first, once())) / 2


def _misled(rng: np.random.Generator, y: np.ndarray) -> list[np.ndarray]:
    """On most pairs something misleads the weak judges, and they are the majority."""
    misled = rng.random(len(y)) < 0.6
    return [np.where(misled, judge(rng, y, right), judge(rng, y, 0.85)) for right in (0.8, 0.65, 0.5, 0.3, 0.3, 0.3)]


PANELS: dict[str, Callable[[np.random.Generator, np.ndarray], list[np.ndarray]]] = {
    "equal": lambda rng, y: [judge(rng, y, 0.7) for _ in range(5)],
    "good": lambda rng, y: [judge(rng, y, 0.75) for _ in range(6)],
    "one strong": lambda rng, y: [judge(rng, y, 0.9), *(judge(rng, y, 0.58) for _ in range(5))],
    "misled": _misled,
    "adversary": lambda rng, y: [*(judge(rng, y, 0.75) for _ in range(4)), judge(rng, y, 0.2), judge(rng, y, 0.5)],
    "useless": lambda rng, y: [judge(rng, y, 0.5) for _ in range(6)],
}


def panel(kind: str, pairs: int, seed: int) -> Panel:
    rng = np.random.default_rng(seed)
    y = rng.choice([-1.0, 1.0], pairs)
    return Panel(np.array(PANELS[kind](rng, y)).T, y)


def rows(found: Panel, tag: str | None = None) -> dict[str, list[Row]]:
    """The same as files of a build: each judge votes in both orders, so that its mean is x; and the gold."""
    ids = [f"p{n:04d}" for n in range(len(found.y))]
    prompts = [{"prompt_id": i, "messages": [{"role": "user", "content": i}]} for i in ids]
    for prompt in prompts if tag else ():
        prompt["tags"] = {"kind": tag}
    candidates = [{"prompt_id": i, "candidate_id": c, "text": f"{c} {i}"} for i in ids for c in "xy"]
    votes = [
        {"prompt_id": i, "a": "x", "b": "y", "winner": _winner(x, order), "judge": f"judge {k}", "order": order}
        for i, row in zip(ids, found.x, strict=True)
        for k, x in enumerate(row)
        for order in ("ab", "ba")
    ]
    gold = [
        {"prompt_id": i, "a": "x", "b": "y", "winner": "a" if y > 0 else "b", "judge": "gold"}
        for i, y in zip(ids, found.y, strict=True)
    ]
    return {"prompts": prompts, "candidates": candidates, "votes": votes, "gold": gold}


def _winner(x: float, order: str) -> str:
    """A judge that changes its mind prefers what it reads first."""
    if x == 0:
        return "a" if order == "ab" else "b"
    return "a" if x > 0 else "b"
