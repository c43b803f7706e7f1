"""A user's past choices beside the scores of what was chosen and what was not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from prefdata.errors import InputError, PrefdataError
from prefdata.evidence import checked, gather
from prefdata.objectives.scores import KEY, scores
from prefdata.shards import RunDir, read_json, read_table
from prefdata.sources.imports.intake import Chunk, Intake


@dataclass(frozen=True)
class Choices:
    """N choices. gap [N, D]: scores of the chosen less those of the other, from -1 to 1; prompt [N]: ids.

    left_out: why other votes were not used, and how many.
    """

    dimensions: tuple[str, ...]
    gap: np.ndarray
    prompt: list[str]
    left_out: dict[str, int]


def choices(sources: Sequence[Path], votes: Path, user: str | None, wanted: Sequence[str] = ()) -> Choices:
    """The choices of `votes` (by `user`, if named) whose candidates the ratings of a run, or of files, score.

    In the dimensions that are wanted, or else in all that are on a scale and tell any choice's candidates apart.
    Raises InputError where there is nothing to learn from.
    """
    ratings = _ratings(sources)
    chosen, left_out = _chosen(votes, user)
    names = sorted(wanted) or sorted(set(ratings["dimension"].drop_null().cast(pa.string()).to_pylist()))
    gap = _gaps(ratings, chosen, names)
    if len(gap) and np.isnan(gap).all():
        problem = f"none of its {len(gap):,} choices is between two candidates that the ratings score"
        raise InputError(str(votes), problem, "name the run or files that rate these candidates", None, "prompt_id")
    if not wanted:
        telling = (np.abs(np.nan_to_num(gap)) > 0).any(axis=0)
        names, gap = [name for name, tells in zip(names, telling, strict=True) if tells], gap[:, telling]
    known = ~np.isnan(gap).any(axis=1)
    left_out["not scored in all dimensions"] = int((~known).sum())
    prompts = [name for name, kept in zip(chosen["prompt_id"].to_pylist(), known, strict=True) if kept]
    return Choices(tuple(names), gap[known], prompts, {why: n for why, n in left_out.items() if n})


def _gaps(ratings: pa.Table, chosen: pa.Table, names: Sequence[str]) -> np.ndarray:
    sides = [chosen.select(["prompt_id", side]).rename_columns(list(KEY)) for side in ("winner", "loser")]
    found = scores(ratings, both := _distinct(pa.concat_tables(sides)), names)
    row = {pair: at for at, pair in enumerate(zip(*(both[name].to_pylist() for name in KEY), strict=True))}
    places = [[row[pair] for pair in zip(*(side[name].to_pylist() for name in KEY), strict=True)] for side in sides]
    return found[places[0]] - found[places[1]]


def _distinct(pairs: pa.Table) -> pa.Table:
    return pairs.group_by(list(KEY), use_threads=False).aggregate([])


def _chosen(path: Path, user: str | None) -> tuple[pa.Table, Counter[str]]:
    """(prompt_id, winner, loser of every vote of the user that decides, why others were left out)."""
    votes = gather(Intake(path, str(path)).chunks()).vote
    if not len(votes):
        remedy = "name a file of votes with --choices, see `prefdata schema vote`"
        raise InputError(str(path), "holds no votes", remedy, None, "winner", "missing_field")
    if user is not None:
        judges = sorted(set(votes["judge"].cast(pa.string()).to_pylist()))
        votes = votes.filter(pc.equal(votes["judge"].cast(pa.string()), user))
        if not len(votes):
            remedy = f"name one of {', '.join(judges[:10])}" if judges else "name a file of votes"
            raise InputError(str(path), f'has no vote by "{user}"', remedy, None, "judge", "unknown_value")
    rows, left_out = [], Counter[str]()
    for vote in votes.select(["prompt_id", "a", "b", "winner", "dimension"]).to_pylist():
        if vote["winner"] not in ("a", "b") or vote["dimension"]:
            left_out["about one dimension" if vote["dimension"] else "ties"] += 1
            continue
        loser = "b" if vote["winner"] == "a" else "a"
        rows.append({"prompt_id": vote["prompt_id"], "winner": vote[vote["winner"]], "loser": vote[loser]})
    return pa.Table.from_pylist(rows, pa.schema([(n, pa.string()) for n in ("prompt_id", "winner", "loser")])), left_out


def _ratings(sources: Sequence[Path]) -> pa.Table:
    """Every rating of a dimension; those that only measure, without a scale, are none."""
    ratings = checked(gather(_chunks(sources))).rating
    measure = pc.and_(
        pc.equal(ratings["weight"].cast(pa.float64()).fill_null(1.0), 0.0), ratings["scale_max"].is_null()
    )
    ratings = ratings.filter(pc.and_(pc.invert(measure), ratings["dimension"].is_valid()))
    if not len(ratings):
        remedy = "name a run or files with ratings in several dimensions"
        raise InputError(str(sources[0]), "has no ratings of a dimension", remedy, None, "dimension", "missing_field")
    return ratings


def _chunks(sources: Sequence[Path]) -> Iterator[Chunk]:
    for path in sources:
        if not path.is_dir():
            yield from Intake(path, str(path)).chunks()
            continue
        run = RunDir(path)
        if not run.manifest.exists():
            raise PrefdataError(
                f"{path} holds no complete run. To mend it: name the folder of a finished run, or files."
            )
        outputs = (name for step in read_json(run.manifest)["steps"] for name in step["outputs"])
        yield from (Chunk("rating", read_table(path / name)) for name in outputs if "/rating-" in name)
