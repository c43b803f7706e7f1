"""The comparison job of audit_speed.py: `python tests/benchmarks/networkx_audit.py FILE`."""

from __future__ import annotations

import sys

import networkx as nx
import numpy as np
import pyarrow.parquet as pq


def main() -> None:
    table = pq.read_table(sys.argv[1], read_dictionary=["prompt_id", "a", "b", "winner"]).unify_dictionaries()
    prompt, a, b = (table[name].combine_chunks() for name in ("prompt_id", "a", "b"))
    names = {text: code for code, text in enumerate(sorted({*a.dictionary.to_pylist(), *b.dictionary.to_pylist()}))}
    a, b = (np.array([names[t] for t in side.dictionary.to_pylist()])[side.indices.to_numpy()] for side in (a, b))
    winner = table["winner"].combine_chunks()
    codes = {"a": 1, "b": -1, "tie": 0}
    sign = np.array([codes[text] for text in winner.dictionary.to_pylist()])[winner.indices.to_numpy()]
    prompt = prompt.indices.to_numpy()
    order = np.argsort(prompt, kind="stable")
    bounds = np.flatnonzero(np.diff(prompt[order], prepend=-1, append=-1))
    a, b, sign = a[order].tolist(), b[order].tolist(), sign[order].tolist()
    totals = np.zeros(4, int)
    for start, stop in zip(bounds[:-1].tolist(), bounds[1:].tolist(), strict=True):
        totals += audit_prompt(a[start:stop], b[start:stop], sign[start:stop])
    print(dict(zip(("conflicting", "cyclic_raw", "cyclic_majority", "three_cycles"), totals.tolist(), strict=True)))


def audit_prompt(a: list[int], b: list[int], sign: list[int]) -> tuple[int, int, int, int]:
    """Conflicting pairs, raw cyclic, majority cyclic, three-cycles of one prompt."""
    wins: dict[tuple[int, int], int] = {}
    for x, y, s in zip(a, b, sign, strict=True):
        if s:
            edge = (x, y) if s > 0 else (y, x)
            wins[edge] = wins.get(edge, 0) + 1
    raw = nx.DiGraph(list(wins))
    majority = nx.DiGraph([(x, y) for (x, y), count in wins.items() if count > wins.get((y, x), 0)])
    conflicting = sum((y, x) in wins for x, y in wins) // 2
    cyclic = [part for part in nx.strongly_connected_components(majority) if len(part) > 2]
    triangles = sum(
        1
        for part in cyclic
        for x in part
        for y in majority[x]
        for z in majority[y]
        if majority.has_edge(z, x)
    ) // 3  # fmt: skip
    return conflicting, any(len(part) > 1 for part in nx.strongly_connected_components(raw)), bool(cyclic), triangles


if __name__ == "__main__":
    main()
