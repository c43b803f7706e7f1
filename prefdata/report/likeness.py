"""Likeness: how many prompts belong together, how many were left out as copies, and which a benchmark has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

# The least size of each row of the table, and what the row is called.
SIZES = {1: "1", 2: "2", 3: "3–5", 6: "6–10", 11: "11–100", 101: "101 or more"}


def likeness(clusters: pd.DataFrame | None) -> dict[str, Any] | None:
    """Of `clusters_of`; None where prompts were not compared."""
    if clusters is None:
        return None
    members = clusters["cluster"].value_counts().to_numpy()
    row = np.searchsorted(list(SIZES), members, side="right") - 1
    counts = np.bincount(row, minlength=len(SIZES)), np.bincount(row, members, len(SIZES)).astype(int)
    sizes = [
        {"size": name, "clusters": count, "prompts": prompts}
        for name, count, prompts in zip(SIZES.values(), *(each.tolist() for each in counts), strict=True)
        if count
    ]
    return {
        "prompts": len(clusters),
        "clusters": len(members),
        "largest": int(members.max(initial=0)),
        "sizes": sizes,
        "twins": int(clusters["twin_of"].notna().sum()),
        "contaminated": dict(sorted(clusters["benchmark"].dropna().value_counts().to_dict().items())),
    }
