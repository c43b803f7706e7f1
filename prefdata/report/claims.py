"""How claims fared with each judge, and how right judges are where the truth is known: counts, a table, a curve."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from prefdata.claims.claim import KINDS
from prefdata.claims.verdict import CONTRADICTED, NOT_CHECKABLE, SUPPORTED, TRUTH

VACUOUS = "vacuous"
FATES = (SUPPORTED, CONTRADICTED, NOT_CHECKABLE, VACUOUS)  # a claim has one; an error is counted where it begins
KEY = ["prompt_id", "claim_id"]
LEAST_JUDGES = 3  # fewer points are no curve
WIDTH, HEIGHT = 460, 220  # of the curve, in pixels
LINE, LETTER = 15, 7  # of its labels

Counts = dict[str, Any]


def counts(claims: pa.Table, verdicts: pa.Table) -> Counts:
    """The claims by type, and what each judge says of them, as plain data that adds up (`numbers.add`).

    Of every judge: the fates of claims, by type too; conflicts between its sources; why claims could not be checked;
    and of what it decided and the truth knows, how much is right. What is vacuous in truth is not so.
    """
    kinds = _texts(claims, [*KEY, "type"])
    found = fates(verdicts).merge(kinds, on=KEY, how="left")
    known = found.loc[found["judge"] == TRUTH, [*KEY, "fate"]].rename(columns={"fate": "truth"})
    judged = found[found["judge"] != TRUTH].merge(known, on=KEY, how="left")
    return {
        "types": _tally(kinds["type"]),
        "judges": {str(name): _judge(rows) for name, rows in judged.groupby("judge")},
    }


def fates(verdicts: pa.Table) -> pd.DataFrame:
    """prompt_id, claim_id, candidate_id, judge, fate, conflict and reason of every verdict."""
    frame = _texts(verdicts, [*KEY, "candidate_id", "judge", "verdict", "reason"])
    flags = (verdicts[name].cast(pa.bool_()) for name in (VACUOUS, "conflict"))
    vacuous, conflict = (pc.fill_null(flag, False).to_numpy() for flag in flags)
    fate = np.where(vacuous, VACUOUS, frame.pop("verdict"))
    return frame.assign(fate=fate, conflict=conflict)


def _texts(table: pa.Table, names: list[str]) -> pd.DataFrame:
    return pa.table({name: table[name].cast(pa.string()) for name in names}).to_pandas()


def _judge(rows: pd.DataFrame) -> Counts:
    open_ones = rows[rows["fate"] == NOT_CHECKABLE]
    true = rows["truth"] == SUPPORTED
    false = rows["truth"].isin([CONTRADICTED, VACUOUS])
    return {
        "fates": _tally(rows["fate"]),
        "types": {str(kind): _tally(of["fate"]) for kind, of in rows.groupby("type")},
        "reasons": _tally(open_ones["reason"].fillna("no reason given")),
        "conflicts": int(rows["conflict"].sum()),
        SUPPORTED: _scored(rows["fate"] == SUPPORTED, true, false),
        CONTRADICTED: _scored(rows["fate"] == CONTRADICTED, false, true),
    }


def _tally(values: pd.Series) -> dict[str, int]:
    return {str(value): int(number) for value, number in values.value_counts().items()}


def _scored(said: pd.Series, right: pd.Series, wrong: pd.Series) -> dict[str, int]:
    return {"right": int((said & right).sum()), "wrong": int((said & wrong).sum())}


# --- what is shown ---------------------------------------------------------------------------


def shown(found: Counts, examples: list[dict[str, Any]]) -> dict[str, Any] | None:
    """What claims.html.j2 shows, None if nobody judged a claim. `examples`: of `claim_examples`."""
    judges = judge_table(found)
    if not judges:
        return None
    return {
        "claims": sum(found["types"].values()),
        "judges": judges,
        "curve": curve(judges),
        "types": [row for judge in judges for row in _type_rows(judge["name"], found)],
        "reasons": [row for judge in judges for row in _reason_rows(judge["name"], found)],
        "examples": examples,
    }


def judge_table(found: Counts) -> list[dict[str, Any]]:
    """Judges by number of claims: shares of their fates, and precisions, None where the truth is not known."""
    rows = [
        {
            "name": name,
            **_shares(judge["fates"]),
            "conflicts": judge["conflicts"],
            **{f"scored_{word}": sum(judge[word].values()) for word in (SUPPORTED, CONTRADICTED)},
            **{f"precision_{word}": _precision(judge[word]) for word in (SUPPORTED, CONTRADICTED)},
            "precision": _precision(judge[SUPPORTED], judge[CONTRADICTED]),
        }
        for name, judge in found["judges"].items()
    ]
    return sorted(rows, key=lambda row: (-row["claims"], row["name"]))


def _shares(fates: dict[str, int]) -> dict[str, Any]:
    total = sum(fates.values())
    return {"claims": total, **{fate: fates.get(fate, 0) / total for fate in FATES}}


def _precision(*scored: dict[str, int]) -> float | None:
    right, wrong = (sum(each[side] for each in scored) for side in ("right", "wrong"))
    return right / (right + wrong) if right + wrong else None


def _type_rows(name: str, found: Counts) -> list[dict[str, Any]]:
    types = found["judges"][name]["types"]
    return [{"name": name, "type": kind, **_shares(types[kind])} for kind in KINDS if kind in types]


def _reason_rows(name: str, found: Counts) -> list[dict[str, Any]]:
    judge = found["judges"][name]
    most = sorted(judge["reasons"].items(), key=lambda item: (-item[1], item[0]))
    total = sum(judge["fates"].values())
    return [{"name": name, "reason": reason, "claims": n, "share": n / total} for reason, n in most]


def curve(judges: list[dict[str, Any]]) -> dict[str, Any] | None:
    """Selective precision (El-Yaniv and Wiener 2010): how often judges are right when they decide, against how much
    they leave open; as points of an SVG, None for fewer judges with a known truth than make a curve."""
    known = [judge for judge in judges if judge["precision"] is not None]
    if len(known) < LEAST_JUDGES:
        return None
    right = _nice_end(max(judge[NOT_CHECKABLE] for judge in known))
    low = 1 - _nice_end(1 - min(judge["precision"] for judge in known))
    points = [
        {
            "name": judge["name"],
            "x": round(WIDTH * judge[NOT_CHECKABLE] / right, 1),
            "y": round(HEIGHT * (1 - judge["precision"]) / (1 - low), 1),
            "abstained": judge[NOT_CHECKABLE],
            "precision": judge["precision"],
        }
        for judge in known
    ]
    ticks = [{"share": at / 4, "abstained": right * at / 4, "precision": 1 - (1 - low) * at / 4} for at in range(5)]
    return {"width": WIDTH, "height": HEIGHT, "points": _labelled(points), "ticks": ticks}


def _nice_end(share: float) -> float:
    """The end of an axis from 0 that shows a share."""
    return next((end for end in (0.02, 0.04, 0.1, 0.2, 0.4) if share <= end), 1.0)


def _labelled(points: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Points from above to below, each with its label's side and height, so that labels stand clear of each other."""
    placed: list[dict[str, Any]] = []
    for point in sorted(points, key=lambda point: (point["y"], point["name"])):
        left = point["x"] > WIDTH / 2
        label = {**point, "left": left, "at": point["y"]}
        while any(_meet(label, other) for other in placed):
            label["at"] = round(label["at"] + LINE / 3, 1)
        placed.append(label)
    return placed


def _meet(label: dict[str, Any], other: dict[str, Any]) -> bool:
    """Whether two labels overlap; they are taken to be as wide as their letters."""
    (a, b), (c, d) = (sorted((each["x"], each["x"] + LETTER * len(each["name"]) * (1 - 2 * each["left"])))
                      for each in (label, other))  # fmt: skip
    return abs(label["at"] - other["at"]) < LINE and a <= d and c <= b
