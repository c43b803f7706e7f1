"""Cycles in the preference graphs of many prompts at once.

Prompts of one size form a batch. Up to 64 candidates a graph is one bit mask per candidate
(bit j of row i: i is preferred to j) and the transitive closure is Warshall's, on all prompts of
the batch together; larger graphs go to scipy one by one.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from scipy.sparse import csr_array

LARGEST_MASK = 64  # candidates whose edges fit one machine word


class Edges(NamedTuple):
    """E edges: in `prompt`, candidate `source` is preferred to `target`; int arrays [E]."""

    prompt: np.ndarray
    source: np.ndarray
    target: np.ndarray


class Batch(NamedTuple):
    """The m prompts with n candidates [m]: bit masks `rows` [m, n], the positions in Edges of their
    edges, and the row of each of these edges' prompts."""

    prompts: np.ndarray
    rows: np.ndarray
    edges: np.ndarray
    row: np.ndarray


def batches(edges: Edges, sizes: np.ndarray) -> Iterator[Batch]:
    """The prompts by number of candidates, up to 64."""
    for size in np.unique(sizes[sizes <= LARGEST_MASK]).tolist():
        these = sizes == size
        chosen = np.flatnonzero(these[edges.prompt])
        if len(chosen):
            row = (np.cumsum(these) - 1)[edges.prompt[chosen]]
            yield Batch(np.flatnonzero(these), _masks(edges, chosen, row, int(these.sum()), size), chosen, row)


def _masks(edges: Edges, chosen: np.ndarray, row: np.ndarray, count: int, size: int) -> np.ndarray:
    width = 8 if size <= 8 else 64
    dense = np.zeros((count, size, width), bool)
    dense[row, edges.source[chosen], edges.target[chosen]] = True
    packed = np.packbits(dense, axis=2, bitorder="little")
    return packed.view(np.uint8 if width == 8 else "<u8")[..., 0]


def closure(rows: np.ndarray) -> np.ndarray:
    """Transitive closure (Warshall 1962) of bit-mask graphs [m, n]."""
    reach, kind = rows.copy(), rows.dtype.type
    for middle in range(rows.shape[1]):
        through = (reach >> kind(middle)) & kind(1)
        reach |= through * reach[:, middle, None]
    return reach


def mutual(reach: np.ndarray) -> np.ndarray:
    """Bit j of row i: i and j reach each other, so they share a cycle [m, n]."""
    kind, size = reach.dtype.type, reach.shape[1]
    back = np.zeros_like(reach)
    for j in range(size):
        back |= ((reach[:, j, None] >> np.arange(size, dtype=kind)) & kind(1)) << kind(j)
    return reach & back


def components(edges: Edges, sizes: np.ndarray) -> np.ndarray:
    """A number for the strongly connected component each edge lies in, -1 for edges in no cycle [E]."""
    number, span = np.full(len(edges.prompt), -1, np.int64), int(sizes.max(initial=1))
    for batch in batches(edges, sizes):
        shared = mutual(closure(batch.rows))
        kind = shared.dtype.type
        own = shared[batch.row, edges.source[batch.edges]]
        inside = (own >> edges.target[batch.edges].astype(kind)) & kind(1) == 1
        lowest = np.bitwise_count(own ^ (own - kind(1))).astype(np.int64) - 1  # index of the lowest bit
        number[batch.edges] = np.where(inside, edges.prompt[batch.edges].astype(np.int64) * span + lowest, -1)
    for chosen, matrix in _large(edges, sizes):
        from scipy.sparse.csgraph import connected_components

        component = connected_components(matrix, connection="strong")[1]
        source, target = component[edges.source[chosen]], component[edges.target[chosen]]
        number[chosen] = np.where(source == target, edges.prompt[chosen].astype(np.int64) * span + source, -1)
    return number


def _large(edges: Edges, sizes: np.ndarray) -> Iterator[tuple[np.ndarray, csr_array]]:
    """(edge positions, matrix of edges) of every prompt with more than 64 candidates."""
    big = np.flatnonzero(sizes[edges.prompt] > LARGEST_MASK)
    for prompt in np.unique(edges.prompt[big]).tolist():
        chosen = big[edges.prompt[big] == prompt]
        yield chosen, _matrix(edges, chosen, int(sizes[prompt]))


def _matrix(edges: Edges, chosen: np.ndarray, size: int) -> csr_array:
    from scipy.sparse import csr_array

    return csr_array((np.ones(len(chosen)), (edges.source[chosen], edges.target[chosen])), shape=(size, size))


def three_cycles(edges: Edges, sizes: np.ndarray) -> np.ndarray:
    """How many directed triangles each prompt has: tr(A³)/3 [P]."""
    found = np.zeros(len(sizes), np.int64)
    for batch in batches(edges, sizes):
        into = _transposed(batch.rows)
        # For every edge i → j the triangles through it are the k with j → k and k → i.
        ways = batch.rows[batch.row, edges.target[batch.edges]] & into[batch.row, edges.source[batch.edges]]
        np.add.at(found, edges.prompt[batch.edges], np.bitwise_count(ways).astype(np.int64))
    for chosen, matrix in _large(edges, sizes):
        found[edges.prompt[chosen[0]]] = (matrix @ matrix).multiply(matrix.T).sum()
    return found // 3


def smith_sizes(edges: Edges, sizes: np.ndarray) -> np.ndarray:
    """How many candidates each prompt's Smith set has [P].

    The Smith set (Smith 1973) is the smallest non-empty set whose members all beat everybody outside of it in the
    majority graph. A pair without an edge (nobody compared it, or both sides weigh the same) is beaten by neither
    side, so that such a candidate outside would have to come in. Its members are those who reach everybody along
    "is not beaten by the other", a relation that holds for every pair in one direction at least.
    """
    found = np.array(sizes)
    for batch in batches(edges, sizes):
        size, kind = batch.rows.shape[1], batch.rows.dtype.type
        everybody = kind((1 << size) - 1)
        reach = closure(~_transposed(batch.rows) & everybody)
        found[batch.prompts] = (reach == everybody).sum(axis=1)
    for chosen, matrix in _large(edges, sizes):
        from scipy.sparse.csgraph import connected_components

        unbeaten = matrix.toarray().T == 0
        component = connected_components(unbeaten, connection="strong")[1]
        # Whoever is unbeaten by most of the others is a member.
        found[edges.prompt[chosen[0]]] = (component == component[np.argmax(unbeaten.sum(axis=1))]).sum()
    return found


def _transposed(rows: np.ndarray) -> np.ndarray:
    """Bit masks of the incoming edges [m, n]."""
    kind, size = rows.dtype.type, rows.shape[1]
    places = np.arange(size, dtype=kind)
    incoming = [(((rows >> kind(i)) & kind(1)) << places).sum(axis=1, dtype=kind) for i in range(size)]
    return np.stack(incoming, axis=1)
