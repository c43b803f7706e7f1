"""Gold labels, and what judges said of the pairs that have one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from prefdata.evidence import SEPARATOR, Evidence
from prefdata.keys import fraction
from prefdata.labels.coding import BOTH_BAD, Block, block, code, spans
from prefdata.labels.tally import Pairs, tally
from prefdata.labels.trust import Read, Spoken, spoken

FOLDS = 10
OF_PAIRS = ("prompt", "stratum", "label", "place", "fold")


@dataclass(frozen=True)
class Gold:
    """N labels. pair: texts that name them; side: 1 where the smaller id is better, -1 where the greater is [N].

    prompts: those that have labels; judges: who gave them; undecided: pairs on which they tie.
    """

    pair: pa.Array
    side: np.ndarray
    prompts: pa.Array
    judges: tuple[str, ...]
    undecided: int

    def of(self, votes: Block, pairs: Pairs) -> np.ndarray:
        """The label of each pair [M], 0 where there is none."""
        row = pc.index_in(names(votes, pairs), self.pair).fill_null(-1).to_numpy()
        return np.append(self.side, 0)[row]


def names(votes: Block, pairs: Pairs) -> pa.Array:
    """A text for each pair [M] that names it in any coding."""
    prompt = votes.prompt_ids.take(pa.array(pairs.prompt))
    sides = [votes.names(pairs.prompt, side) for side in (pairs.low, pairs.high)]
    return pc.binary_join_element_wise(prompt, *sides, SEPARATOR)


def gold(evidence: Evidence) -> Gold:
    """The majority of gold votes on each pair; whoever votes there is right."""
    votes = code(evidence.vote)
    found = [(part, tally(part)) for part in (block(votes, *span) for span in spans(votes))]
    side = np.concatenate([np.where(pairs.tied, 0, np.sign(pairs.net)) for _, pairs in found]).astype(np.int8)
    pair = pa.concat_arrays([names(*each) for each in found])
    keep = pa.array(side != 0)
    judges = tuple(votes.judge_ids.to_pylist())
    return Gold(pair.filter(keep), side[side != 0], votes.prompt_ids, judges, int((side == 0).sum()))


@dataclass(frozen=True)
class Heard:
    """M pairs with a gold label and the V votes of K judges on them; votes of those who gave the gold are left out.

    judges: names; prompt: names [M]; stratum: names or None [M]; label: ±1 [M]; place: position among the pairs of all
    blocks [M]; fold: 0 to FOLDS-1, by prompt [M]; pair: position of each vote's pair [V]; said: the votes [V].
    """

    judges: tuple[str, ...]
    prompt: np.ndarray
    stratum: np.ndarray
    label: np.ndarray
    place: np.ndarray
    fold: np.ndarray
    pair: np.ndarray
    said: Spoken

    def of(self, kept: np.ndarray) -> Heard:
        """The pairs that are kept (bool [M]) with their votes."""
        votes = kept[self.pair]
        columns = {name: getattr(self, name)[kept] for name in OF_PAIRS}
        return replace(self, **columns, pair=(np.cumsum(kept) - 1)[self.pair[votes]], said=self.said.of(votes))

    def score(self, weight: np.ndarray) -> np.ndarray:
        """Sum of weight times side over the votes of each pair [M]."""
        return np.bincount(self.pair, weight * self.said.side, len(self.label))


def heard(run: Iterable[Read], labels: Gold) -> Heard:
    """What was said on pairs with a label; the blocks of a run are of one coding."""
    parts, begin, place = [], 0, 0
    for read in run:
        pairs = tally(read.votes)
        part = _heard(read, pairs, labels)
        parts.append(replace(part, pair=part.pair + begin, place=part.place + place))
        begin, place = begin + len(part.label), place + len(pairs.prompt)
    said = Spoken(*(np.concatenate([getattr(part.said, f.name) for part in parts]) for f in fields(Spoken)))
    columns = {name: np.concatenate([getattr(part, name) for part in parts]) for name in (*OF_PAIRS, "pair")}
    return Heard(parts[0].judges, said=said, **{**columns, "fold": folds(columns["prompt"])})


def _heard(read: Read, pairs: Pairs, labels: Gold) -> Heard:
    """Of one block."""
    votes, label = read.votes, labels.of(read.votes, pairs)
    judges = tuple(votes.judge_ids.to_pylist())
    outside = np.array([name not in labels.judges for name in judges], bool)
    kept = np.flatnonzero((label[pairs.of_vote] != 0) & (votes.outcome != BOTH_BAD) & outside[votes.judge])
    voted, pair = np.unique(pairs.of_vote[kept], return_inverse=True)
    prompt = pairs.prompt[voted]
    name, stratum = (np.array(each, object)[prompt] for each in (votes.prompt_ids.to_pylist(), list(read.strata)))
    said = spoken(votes, read.length).of(kept)
    return Heard(judges, name, stratum, label[voted], voted, np.zeros(len(voted), int), pair, said)


def folds(prompt: np.ndarray) -> np.ndarray:
    """A fold for each pair [M], the same for all pairs of a prompt; of nearly equal numbers of prompts."""
    found, at = np.unique(prompt.astype(str), return_inverse=True)
    order = np.argsort([fraction(name, 0) for name in found.tolist()], kind="stable")
    place = np.empty(len(found), int)
    place[order] = np.arange(len(found))
    fold: np.ndarray = place[at] % FOLDS
    return fold
