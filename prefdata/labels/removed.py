"""The edges that were taken out of cycles, as a table with the reason for each."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from prefdata.labels.comparisons import Comparisons
from prefdata.labels.handling import CYCLE_REMOVED, REASONS, Handled

REMOVED = pa.schema(
    [
        *((name, pa.string()) for name in ("prompt_id", "winner", "loser")),
        ("weight", pa.float64()),
        ("component_size", pa.int64()),
        ("component_weight", pa.float64()),
        ("reason", pa.string()),
    ]
)


def removed(found: Comparisons, handled: Handled) -> pa.Table:
    """A row for every pair that is left out because of a cycle, sorted by prompt and ids (REMOVED).

    weight: net wins of the winner; not above 0 where strength had turned the label against the votes.
    component_size, component_weight: candidates of the strongly connected component of the majority graph that the
    edge lies in, and the weight of the component's minimum feedback arc set; null where it lies in none.

    Each row is one of the comparisons and is not exported: among the drops it stands once, for this reason or for
    one that is asked earlier (a text that is missing, say). Tied pairs are dropped as ties and are not here.
    """
    pairs, votes = found.pairs, found.votes
    at = np.flatnonzero(handled.reason >= CYCLE_REMOVED)
    prompt, label = pairs.prompt[at], handled.label[at]
    winner = np.where(label > 0, pairs.low[at], pairs.high[at])
    loser = np.where(label > 0, pairs.high[at], pairs.low[at])
    component = found.component[at]
    outside = component < 0
    columns = [
        votes.prompt_ids.take(pa.array(prompt)),
        votes.names(prompt, winner),
        votes.names(prompt, loser),
        pa.array(found.net[at] * label),
        *(pa.array(np.append(part, 0)[component], mask=outside) for part in found.components[1:3]),
        pa.array(np.array(REASONS, object)[handled.reason[at]], pa.string()),
    ]
    return pa.Table.from_arrays(columns, schema=REMOVED)
