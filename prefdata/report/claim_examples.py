"""The pairs whose responses differ most in what they say falsely, each with its picture and both texts marked."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from prefdata.claims.verdict import CONTRADICTED, TRUTH
from prefdata.report.claims import FATES, KEY, fates
from prefdata.report.marked_picture import picture
from prefdata.report.marked_text import Judged, pieces

MOST = 6  # examples
PAIR = ["prompt_id", "chosen_id", "rejected_id"]

Row = dict[str, Any]


def examples(
    pairs: pa.Table, claims: pa.Table, verdicts: pa.Table, candidates: pa.Table, image: Callable[[str], Path | None]
) -> list[Row]:
    """Examples as plain data, one a prompt, the widest gaps first.

    `pairs` has prompt_id, chosen_id and rejected_id; `candidates` prompt_id, candidate_id and text; `image` gives the
    file of a prompt's picture, None if there is none that can be read.
    """
    found = widest(pairs, verdicts)
    prompts = pa.array([row["prompt_id"] for row in found], pa.string())
    claimed, said, texts = (_rows(table, prompts) for table in (claims, verdicts, candidates))
    text = {(row["prompt_id"], row["candidate_id"]): row["text"] for row in texts}
    return [_example(row, _judged(row, claimed, said), text, image(row["prompt_id"])) for row in found]


def merge(parts: Iterable[list[Row]]) -> list[Row]:
    """The widest gaps of several shards."""
    return sorted((row for part in parts for row in part), key=lambda row: (-row["gap"], row["prompt_id"]))[:MOST]


def widest(pairs: pa.Table, verdicts: pa.Table) -> list[Row]:
    """The pairs with judge and gap: how many more claims of the rejected side that judge found contradicted.

    One pair a prompt, at most MOST, none without a gap.
    """
    said = fates(verdicts)
    wrong = said[(said["fate"] == CONTRADICTED) & (said["judge"] != TRUTH)]
    number = wrong.groupby(["prompt_id", "candidate_id", "judge"]).size().rename("wrong").reset_index()
    frame = pa.table({name: pairs[name].cast(pa.string()) for name in PAIR}).to_pandas()
    found = frame.merge(_side(number, "rejected"), on=["prompt_id", "rejected_id"])
    found = found.merge(_side(number, "chosen"), on=["prompt_id", "chosen_id", "judge"], how="left")
    found["gap"] = (found["rejected"] - found["chosen"].fillna(0)).astype(int)
    found["looks"] = found["judge"].isin(_looking(verdicts))
    order = ["looks", "gap", *PAIR, "judge"]
    best = found[found["gap"] > 0].sort_values(order, ascending=[False, False, True, True, True, True])
    return best.drop_duplicates("prompt_id").head(MOST)[[*PAIR, "judge", "gap"]].to_dict("records")


def _looking(verdicts: pa.Table) -> set[str]:
    """The judges with a model that looks, and not the truth alone: theirs is the word that is worth showing."""
    evidence = verdicts["evidence"].combine_chunks()
    by_model = pc.is_valid(pc.struct_field(pc.list_flatten(evidence), "model_hash"))
    return set(verdicts["judge"].take(pc.list_parent_indices(evidence).filter(by_model)).to_pylist())


def _side(number: pd.DataFrame, side: str) -> pd.DataFrame:
    return number.rename(columns={"candidate_id": f"{side}_id", "wrong": side})


def _rows(table: pa.Table, prompts: pa.Array) -> list[Row]:
    return table.filter(pc.is_in(table["prompt_id"].cast(pa.string()), prompts)).to_pylist()


def _judged(pair: Row, claimed: list[Row], said: list[Row]) -> dict[str, list[Judged]]:
    """What the pair's judge says of the claims of each of its candidates, in the order of their places."""
    of = {tuple(row[name] for name in KEY): row for row in claimed if row["prompt_id"] == pair["prompt_id"]}
    here = [(tuple(row[name] for name in KEY), row) for row in said if row["prompt_id"] == pair["prompt_id"]]
    truth = {key: Judged(of[key], row).fate for key, row in here if row["judge"] == TRUTH and key in of}
    judged = [Judged(of[key], row, truth.get(key)) for key, row in here if row["judge"] == pair["judge"] and key in of]
    judged.sort(key=lambda each: each.claim["char_span"])
    sides = (pair["chosen_id"], pair["rejected_id"])
    return {side: [each for each in judged if each.claim["candidate_id"] == side] for side in sides}


def _example(pair: Row, judged: dict[str, list[Judged]], texts: dict[tuple[str, str], str], image: Path | None) -> Row:
    sides = [
        {
            "role": role,
            "candidate_id": pair[f"{role}_id"],
            "pieces": pieces(texts.get((pair["prompt_id"], pair[f"{role}_id"]), ""), judged[pair[f"{role}_id"]]),
            "fates": _number(judged[pair[f"{role}_id"]]),
        }
        for role in ("chosen", "rejected")
    ]
    everything = [each for side in judged.values() for each in side]
    about = {name: pair[name] for name in ("prompt_id", "judge", "gap")}
    return {**about, "picture": image and picture(image, everything), "sides": sides}


def _number(judged: list[Judged]) -> dict[str, int]:
    """How many claims have each fate."""
    return {fate: sum(each.fate == fate for each in judged) for fate in FATES}
