"""Which prompts are nearly the same: candidates by shared bands, equal texts or embeddings, each then looked at itself.

Prompts of one text, one frame and the same pictures are one *unit* from the start. Two units are

  linked  when they belong into one split: their texts are alike and neither has pictures. (Prompts with pictures belong
          together when any of these are alike; a question such as "Describe the image." says nothing by itself.)
  twins   when one of them is enough: their texts are alike, with the same numbers ("17 times 23" is not "17 times
          24"), their frames equal, and their pictures alike, one by one. Of a conversation what is asked last must be
          alike too, for most of it may stand in both.

Texts are alike when the Jaccard similarity of their shingles is at least `text`, or the cosine of their embeddings at
least `cosine`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from prefdata.dedup.buckets import Pairs, joined, pairs
from prefdata.dedup.folding import TURN
from prefdata.dedup.gathered import Gathered
from prefdata.dedup.hamming import near
from prefdata.dedup.jaccard import jaccard
from prefdata.dedup.meaning import alike_in_meaning
from prefdata.dedup.minhash import band_keys, may_be
from prefdata.dedup.settings import Dedup
from prefdata.dedup.shingles import ODD, among, mixed

WAITING = 1 << 23  # candidates that may wait before they are looked at


class Likeness(NamedTuple):
    """unit: the unit of each prompt [N]; first: the first prompt of each unit [U], rising. pairs: of units that are
    alike; twins: whether they are twins as well [P]. group: a number for each distinct picture, equal where they are
    alike, be it through others [looks]."""

    unit: np.ndarray
    first: np.ndarray
    pairs: Pairs
    twins: np.ndarray
    group: np.ndarray


class Units(NamedTuple):
    """row: the first prompt of each unit [U]; shown: equal for units whose pictures may be alike, 0 without any [U]."""

    found: Gathered
    row: np.ndarray
    shown: np.ndarray

    def jaccard(self, both: Pairs, last: bool = False) -> np.ndarray:
        """Of the texts of pairs of units, or of their last turns alone."""
        used, place = np.unique(np.concatenate(both), return_inverse=True)
        texts = self.found.texts(self.row[used])
        shown = [text.rpartition(TURN)[2] for text in texts] if last else texts
        return jaccard(shown, Pairs(*np.split(place.astype(np.int64), 2)))


def likeness(found: Gathered, settings: Dedup) -> Likeness:
    looks = found.pictures.looks
    group = components(len(looks.hash), near(looks, settings.image or 0))
    unit, first = _units(found)
    units = Units(found, first, found.pictures.coded(group)[first])
    by_words, by_meaning = _by_words(units, settings), _by_meaning(units, settings)
    alike = joined([by_words, by_meaning], len(first))
    in_words = among(_codes(alike, len(first)), _codes(by_words, len(first)))
    twins = _asked_alike(units, alike, in_words, settings) & _in_one_frame(units, alike, settings)
    return Likeness(unit, first, alike, twins, group)


def components(size: int, links: Pairs) -> np.ndarray:
    """A number for each of `size` things, equal where links connect them, int64 [size]."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    graph = coo_array((np.ones(len(links.a), bool), (links.a, links.b)), shape=(size, size))
    return connected_components(graph, directed=False)[1].astype(np.int64)


def _units(found: Gathered) -> tuple[np.ndarray, np.ndarray]:
    """The unit of each prompt, and the first prompt of each unit."""
    shown = found.pictures.coded(np.arange(len(found.pictures.looks.hash)))
    key = mixed(found.exact + mixed(found.frame + mixed(shown) * ODD))
    _, first, unit = np.unique(key, return_index=True, return_inverse=True)
    place = np.empty(len(first), np.int64)
    place[np.argsort(first)] = np.arange(len(first))
    return place[unit], np.sort(first)


def _by_words(units: Units, settings: Dedup) -> Pairs:
    """Units with like texts whose pictures may be alike, as far as signatures find them."""
    found, waiting, count = joined([], len(units.row)), list[Pairs](), 0
    for part in _candidates(units, settings.text):
        waiting.append(part)
        count += len(part.a)
        if count > WAITING:
            found, waiting, count = _with_those_alike(units, found, waiting, settings), [], 0
    return _with_those_alike(units, found, waiting, settings)


def _with_those_alike(units: Units, found: Pairs, waiting: list[Pairs], settings: Dedup) -> Pairs:
    """The pairs found so far, and those among the waiting ones whose texts are alike in truth."""
    size = len(units.row)
    both = joined(waiting, size)
    fresh = both.where(~among(_codes(both, size), _codes(found, size)))
    alike = units.jaccard(fresh) >= (settings.text or 1.0)
    return joined([found, fresh.where(alike)], size)


def _candidates(units: Units, least: float | None) -> Iterator[Pairs]:
    minhash = units.found.minhash
    if least is None or minhash is None:
        yield from pairs(mixed(units.found.exact[units.row] + units.shown)[:, None])
        return
    keys = mixed(band_keys(minhash, units.row, least) + units.shown[:, None])
    for both in pairs(keys):
        yield both.where(may_be(minhash, units.row[both.a], units.row[both.b], least))


def _by_meaning(units: Units, settings: Dedup) -> Pairs:
    if units.found.embedding is None:
        return joined([], len(units.row))
    both = alike_in_meaning(units.found.embedding[units.row], settings.cosine)
    return both.where(units.shown[both.a] == units.shown[both.b])


def _asked_alike(units: Units, alike: Pairs, in_words: np.ndarray, settings: Dedup) -> np.ndarray:
    """Whether what is asked last is alike; nothing is known of that where embeddings of conversations are."""
    several = units.found.turns[units.row] > 1
    talks = several[alike.a] | several[alike.b]
    asked = in_words | ~talks
    look = np.flatnonzero(in_words & talks)
    asked[look] = units.jaccard(alike.where(look), last=True) >= (settings.text or 1.0)
    return asked


def _in_one_frame(units: Units, alike: Pairs, settings: Dedup) -> np.ndarray:
    """Whether frames and numbers are equal and pictures alike, each with the one in its place."""
    found, pictures = units.found, units.found.pictures
    a, b = units.row[alike.a], units.row[alike.b]
    same = (found.frame[a] == found.frame[b]) & (found.numbers[a] == found.numbers[b])
    count = pictures.counts[a]
    owner = np.repeat(np.arange(len(a)), count)
    place = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    one, other = (pictures.look[pictures.first[side][owner] + place] for side in (a, b))
    differ = owner[~pictures.looks.alike(one, other, settings.image or 0)]
    same[differ] = False
    return same


def _codes(both: Pairs, size: int) -> np.ndarray:
    return both.a * size + both.b
