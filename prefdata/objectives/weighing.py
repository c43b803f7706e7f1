"""Evidence seen by a view: ratings and votes get the weights of their dimensions.

Δ = Σ w_d z_d, with z_d the difference of two candidates in dimension d on a scale of 1 to 10, is realised where votes
come from ratings (`labels.ratings`): a judge's score is the mean over its dimensions by the weights that are set here,
so that the gap of two means is Σ w_d z_d / W with W the sum of w_d over what this judge scores. Its vote then weighs W:
one who scores everything weighs 1, and of a panel with a judge for each dimension each weighs w_d. Votes that name a
dimension weigh w_d times their own weight, so that a judge's votes in all dimensions weigh as much as one vote overall.

A dimension without a weight counts nothing where its judge speaks of a weighted dimension of that prompt. Judges that
speak of none are heard as they are (a duel, a check of grammar), except by a strict view.
"""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from prefdata.errors import InputError
from prefdata.evidence import Evidence, judged
from prefdata.labels.ratings import SCALE
from prefdata.objectives.views import View
from prefdata.strata.tags import Tags

TEXT = pa.dictionary(pa.int32(), pa.string())


def heard(evidence: Evidence, view: View, tags: Tags) -> Evidence:
    """The evidence as the view weighs it, with votes from ratings; as it is if the view has no weights."""
    if view.plain:
        return judged(evidence)
    weighing = _Weighing(evidence, view, tags)
    told = judged(weighing.weighted())
    return replace(told, vote=_voiced(told, weighing))


def weighted(evidence: Evidence, view: View, tags: Tags) -> Evidence:
    """The evidence with other weights; votes that count nothing are left out, ratings that count nothing weigh 0.

    Raises InputError where a rating that counts lies outside its scale: its share of a sum would mean nothing.
    """
    return evidence if view.plain else _Weighing(evidence, view, tags).weighted()


class _Weighing:
    """What R ratings and V votes weigh, all by codes; pair stands for a prompt and a judge.

    dimension: position in `names`, -1 for none, len(names) for one that has no weight anywhere.
    """

    def __init__(self, evidence: Evidence, view: View, tags: Tags) -> None:
        self.evidence, self.view = evidence, view
        columns = (evidence.rating, evidence.vote)
        self.prompts, prompt = _coded(*(table["prompt_id"] for table in columns))
        self.judges, judge = _coded(*(table["judge"] for table in columns))
        self.kind, self.names, self.table = _weightings(view, tags, self.prompts)
        places = [_dimensions(table["dimension"], self.names) for table in columns]
        self.dimension = [place.astype(np.int64) for place in places]
        self.pair = [one * len(self.judges) + other for one, other in zip(prompt, judge, strict=True)]
        self.named = [self.table[self.kind[p], d] for p, d in zip(prompt, self.dimension, strict=True)]
        speaking = [pair[~np.isnan(weight)] for pair, weight in zip(self.pair, self.named, strict=True)]
        self.speaking = np.unique(np.concatenate(speaking))

    def weighted(self) -> Evidence:
        rating, vote = (self._factor(which) for which in (0, 1))
        named, own = ~np.isnan(self.named[0]), _weight(self.evidence.rating)
        new = np.where(named, rating, own * rating)
        _check_scale(self.evidence.rating, named & (new > 0))
        ratings = _with_weight(self.evidence.rating, new)
        votes = _with_weight(self.evidence.vote, _weight(self.evidence.vote) * vote).filter(pa.array(vote > 0))
        return replace(self.evidence, rating=ratings, vote=votes)

    def _factor(self, which: int) -> np.ndarray:
        """The weight of each row's dimension; of others 0 or 1: whether they count."""
        heard = np.isin(self.pair[which], self.speaking, invert=True)
        if which == 1:
            heard |= self.dimension[which] == -1  # a vote on the whole counts beside those in dimensions
        return np.where(np.isnan(self.named[which]), heard & (not self.view.strict), self.named[which])

    def voice(self, pair: np.ndarray) -> np.ndarray:
        """The sum of the weights of the dimensions that each judge scores in a prompt; 1 if none has a weight."""
        of, width = ~np.isnan(self.named[0]), len(self.names) + 2
        once, at = np.unique(self.pair[0][of] * width + self.dimension[0][of], return_index=True)
        owners, place = np.unique(once // width, return_inverse=True)
        sums = np.bincount(place, self.named[0][of][at])
        where = np.minimum(np.searchsorted(owners, pair), max(len(owners) - 1, 0))
        return np.where(owners[where] == pair, sums[where], 1.0) if len(owners) else np.ones(len(pair))


def _voiced(told: Evidence, weighing: _Weighing) -> pa.Table:
    """All votes; those that came from ratings, the last ones, with the weight of what their judge scores."""
    given = len(told.vote) - told.votes_from_ratings
    derived = told.vote.slice(given)
    (prompts, (prompt,)), (judges, (judge,)) = (_coded(derived[name]) for name in ("prompt_id", "judge"))
    prompt, judge = (
        pc.index_in(own, known).to_numpy(zero_copy_only=False)[code].astype(np.int64)
        for own, known, code in ((prompts, weighing.prompts, prompt), (judges, weighing.judges, judge))
    )
    voice = weighing.voice(prompt * len(weighing.judges) + judge)
    return _with_weight(told.vote, np.concatenate([_weight(told.vote.slice(0, given)), voice]))


def _weightings(view: View, tags: Tags, prompts: pa.Array) -> tuple[np.ndarray, list[str], np.ndarray]:
    """(kind [P], names [D], table [K, D + 2]): the weights of each kind of prompt, NaN where a dimension has none."""
    texts = tags.of(prompts)[0].dictionary_encode()
    found = [view.of(json.loads(text)) for text in texts.dictionary.to_pylist()]
    names = sorted({name for weights in found for name in weights})
    rows = [[weights.get(name, np.nan) for name in names] + [np.nan, np.nan] for weights in found]
    return texts.indices.to_numpy(), names, np.array(rows, float).reshape(len(found), len(names) + 2)


def _coded(*columns: pa.ChunkedArray) -> tuple[pa.Array, list[np.ndarray]]:
    """(distinct texts, the code of each row of each column); there are no nulls."""
    chunks = [chunk for column in columns for chunk in column.cast(TEXT).chunks]
    whole = pa.chunked_array(chunks, TEXT).unify_dictionaries()
    codes = [chunk.indices.to_numpy() for chunk in whole.chunks] or [np.empty(0, np.int32)]
    texts = whole.chunk(0).dictionary if whole.num_chunks else pa.nulls(0, pa.string())
    ends = np.cumsum([len(column) for column in columns])[:-1]
    return texts, np.split(np.concatenate(codes).astype(np.int64), ends)


def _dimensions(column: pa.ChunkedArray, names: list[str]) -> np.ndarray:
    """The position of each row's dimension among the names; -1 where it is absent, len(names) where it is another."""
    if column.null_count == len(column):
        return np.full(len(column), -1)
    place = pc.index_in(column.cast(TEXT).cast(pa.string()), pa.array(names, pa.string()))
    found = pc.if_else(column.is_null(), -1, pc.fill_null(place, len(names)))
    return found.to_numpy()


def _weight(table: pa.Table) -> np.ndarray:
    return table["weight"].cast(pa.float64()).fill_null(1.0).to_numpy()


def _with_weight(table: pa.Table, weight: np.ndarray) -> pa.Table:
    at = table.schema.get_field_index("weight")
    return table.set_column(at, pa.field("weight", pa.float64()), pa.array(weight, pa.float64()))


def _check_scale(ratings: pa.Table, counts: np.ndarray) -> None:
    low, high = (
        ratings[name].cast(pa.float64()).fill_null(end).to_numpy() for name, end in zip(SCALE, (1.0, 10.0), strict=True)
    )
    score = ratings["score"].cast(pa.float64()).to_numpy()
    if not len(outside := np.flatnonzero(counts & ((score < low) | (score > high)))):
        return
    row = ratings.slice(int(outside[0]), 1).to_pylist()[0]
    problem = f'the score {row["score"]:g} in "{row["dimension"]}" has a weight and lies outside its scale'
    remedy = "give the rating scale_min and scale_max (1 and 10 hold without them), or the dimension no weight"
    place = f"{'row' if row['file'].endswith('.parquet') else 'line'} {row['line']}"
    raise InputError(row["file"], problem, remedy, place, "score", "outside_scale")
