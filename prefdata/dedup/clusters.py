"""What is to be done with prompts that are alike: which fall into one split, and which are left out as copies.

Clusters are what links connect, be it through others. Copies are found one after the other, in the order in which
prompts are kept rather than left out: a prompt is left out if it is the twin of one that has been kept, and kept
otherwise. So of a chain in which each resembles the next, none is left out that does not resemble one that stays.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from prefdata.dedup.buckets import Pairs
from prefdata.dedup.gathered import Gathered
from prefdata.dedup.likeness import Likeness, components

if TYPE_CHECKING:
    import pandas as pd


def clusters(found: Gathered, alike: Likeness) -> pd.DataFrame:
    """cluster: the least id of those that belong together; twin_of: the id of the one that stays instead, or None;
    benchmark: the file that has the prompt, or None; contaminated: that file and what they share. Index: prompt_id."""
    import pandas as pd

    ids = found.ids.to_numpy(zero_copy_only=False)
    twin = _twin_of(found, alike)
    told = [f"{file}: {what}" if file else None for file, what in _benchmarks(found)]
    columns = {
        "cluster": _least_ids(ids, _component(found, alike)),
        "twin_of": np.where(twin >= 0, ids[twin], None),
        "benchmark": np.array(found.contaminated.to_pylist(), object),
        "contaminated": np.array(told, object),
    }
    return pd.DataFrame(columns, index=pd.Index(ids, name="prompt_id"))


def _benchmarks(found: Gathered) -> list[tuple[str | None, str | None]]:
    return list(zip(found.contaminated.to_pylist(), found.overlap.to_pylist(), strict=True))


def _component(found: Gathered, alike: Likeness) -> np.ndarray:
    """The component of each prompt: prompts are tied to their units, to units like these, and to their pictures."""
    prompts, pictures = len(alike.unit), found.pictures
    a, b = (alike.first[side] for side in alike.pairs)
    own = [np.arange(prompts), a, pictures.owner]
    others = [alike.first[alike.unit], b, prompts + alike.group[pictures.look]]
    links = Pairs(np.concatenate(own), np.concatenate(others))
    return components(prompts + len(alike.group), links)[:prompts]


def _least_ids(ids: np.ndarray, component: np.ndarray) -> np.ndarray:
    """The least id of each prompt's component."""
    order = pc.sort_indices(pa.array(ids, pa.string()).cast(pa.binary())).to_numpy()
    least = np.full(component.max(initial=-1) + 1, -1)
    least[component[order][::-1]] = order[::-1]  # the last that is written is the first of all
    return ids[least[component]]


def _twin_of(found: Gathered, alike: Likeness) -> np.ndarray:
    """The prompt that stays instead of each, or -1 [N]."""
    clean = ~found.contaminated.is_valid().to_numpy(zero_copy_only=False)
    instead = _greedy(alike.pairs.where(alike.twins), len(alike.first))
    of_unit = np.where(instead >= 0, alike.first[instead], -1)
    twin = of_unit[alike.unit]
    first = alike.first[alike.unit]
    later = (first != np.arange(len(first))) & (twin < 0)
    twin[later] = first[later]
    return np.where(clean, twin, -1)  # one that is not clean is left out as such, and never stays: it comes last


def _greedy(twins: Pairs, units: int) -> np.ndarray:
    """Of each unit the first unit that has been kept and is its twin, or -1 [U]. Pairs a < b."""
    instead = [-1] * units
    order = np.lexsort((twins.a, twins.b))
    for a, b in zip(twins.a[order].tolist(), twins.b[order].tolist(), strict=True):
        if instead[b] < 0 and instead[a] < 0:
            instead[b] = a
    return np.array(instead, np.int64)
