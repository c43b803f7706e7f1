"""A finished run → the questions that people should answer first, each with the probability with which it was drawn.

The same run, count, strata and earlier queues give the same questions; anything else gives a draw of its own, so that
what one queue has is no hint at what the next will have.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
import pandas as pd

from prefdata.keys import fraction, key
from prefdata.review.draws import Chances, chances, draw
from prefdata.review.pool import PAIR, pool
from prefdata.review.scores import scores
from prefdata.review.task import Task
from prefdata.review.texts import Texts
from prefdata.shards import RunDir, read_json

WAITING = ("conflict_to_review", "cycle_to_review")  # handlings that leave a pair to people
Asked = tuple[str, str, str]  # prompt_id, a, b with a < b


def queue(run: RunDir, count: int, by: Sequence[str] = (), earlier: Collection[Asked] = ()) -> list[Task]:
    """At most `count` questions: those that labels wait for, then the others in random order.

    `by`: tags that make strata; `earlier`: pairs that are not asked again, nor are those that the run was built with
    answers to. The random order lets people stop where
    they like: what they answered of the second part is still a sample of it.
    """
    frame = pool(run, by)
    frame = frame.assign(score=scores(frame))  # of all pairs, for strata are short of answers by those they have
    asked = pd.MultiIndex.from_frame(frame[PAIR]).isin(list(earlier)) | frame["gold"]
    frame = frame[~asked].reset_index(drop=True)
    lots = _Lots([read_json(run.manifest)["key"], count, list(by), sorted(earlier)])
    drawn = _drawn(frame, chances(frame["score"].to_numpy(), frame["handling"].isin(WAITING).to_numpy(), count), lots)
    texts = Texts(run, drawn)
    rows = (dict(zip(drawn.columns, row, strict=True)) for row in drawn.itertuples(index=False))
    return [_task(row, texts) for row in rows]


class _Lots:
    """Numbers in [0, 1) of one draw, by the use that is made of them."""

    def __init__(self, of: list[object]) -> None:
        self.seed = int(key(of)[:15], 16)

    def of(self, use: str, frame: pd.DataFrame) -> np.ndarray:
        """One for every pair [N], of its name alone."""
        return np.array([self.one(use, *pair) for pair in frame[PAIR].itertuples(index=False, name=None)])

    def one(self, *names: str) -> float:
        return fraction("\x1f".join(names), self.seed)


def _drawn(frame: pd.DataFrame, given: Chances, lots: _Lots) -> pd.DataFrame:
    """The rows that were drawn, with reason, propensity and which side is shown first, in the order of the queue."""
    by_score, audit = draw(given, lots.of("place", frame), lots.one("start"), lots.of("audit", frame))
    found = frame.assign(propensity=given.propensity).loc[np.concatenate([by_score, audit])]
    by_lot = np.where(found.index.isin(audit), "audit", "score")
    waiting = found["handling"].isin(WAITING)
    found = found.assign(reason=found["handling"].where(waiting, by_lot), last=~waiting)
    found = found.assign(order=lots.of("order", found), swapped=lots.of("shown", found) < 0.5)
    return found.sort_values(["last", "order", *PAIR])


def _task(row: dict[str, object], texts: Texts) -> Task:
    prompt_id, a, b = (str(row[name]) for name in PAIR)
    messages, images = texts.prompt(prompt_id)
    swapped, p = bool(row["swapped"]), float(row["probability"])  # type: ignore[arg-type]
    left, right = (b, a) if swapped else (a, b)
    return Task(
        prompt_id,
        messages,
        images,
        texts.side(prompt_id, left),
        texts.side(prompt_id, right),
        reason=str(row["reason"]),
        probability=None if np.isnan(p) else 1 - p if swapped else p,
        conflict=bool(row["conflict"]),
        in_cycle=bool(row["in_cycle"]),
        stratum=None if pd.isna(row["stratum"]) else str(row["stratum"]),  # type: ignore[call-overload]
        propensity=float(row["propensity"]),  # type: ignore[arg-type]
    )
