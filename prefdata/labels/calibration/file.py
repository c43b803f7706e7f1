"""Gold and a run → the facts of trust.json: a group for all labels, and one for each stratum with enough of them."""

from __future__ import annotations

from collections import Counter
from typing import Any

from prefdata.labels.calibration import judge_aware
from prefdata.labels.calibration.facts import GATE, Facts, group
from prefdata.labels.calibration.gold import Gold, Heard, heard
from prefdata.labels.calibration.run import Run
from prefdata.labels.trust_file import Biases

DIGITS = 9  # beyond them, sums depend on their order


def facts(run: Run, gold: Gold, by: str | None) -> Facts:
    """Everything that trust.json says but where the gold comes from.

    A group is None below the gate; `labels` counts the labels of each stratum, open or not.
    """
    read = run.read(gold.prompts, by, gold.judges)  # what gave the gold would foretell it
    labels = heard(read, gold)
    enough = len(labels.label) >= GATE
    biases = judge_aware.fit(run.read(run.sample(), without=gold.judges)) if enough else Biases(1.0, {})
    names = sorted({name for name in labels.stratum if name is not None})
    strata = {name: group(labels.of(labels.stratum == name), read, biases) for name in names}
    return _rounded(
        {
            "by": by,
            "gate": GATE,
            "gold": _gold(gold, labels),
            "labels": dict(sorted(Counter(name for name in labels.stratum.tolist() if name is not None).items())),
            "pooled": group(labels, read, biases),
            "strata": {name: found for name, found in strata.items() if found},
            "judge_aware": _biases(biases),
        }
    )


def _gold(gold: Gold, labels: Heard) -> Facts:
    return {
        "judges": sorted(gold.judges),
        "labels": len(gold.side),
        "matched": len(labels.label),
        "undecided": gold.undecided,
    }


def _biases(found: Biases) -> Facts | None:
    if not found.judges:
        return None
    rows = {name: {"gamma": b.keenness, "beta": b.position, "phi": b.length} for name, b in found.judges.items()}
    return {"spread": found.spread, "judges": dict(sorted(rows.items()))}


def _rounded(value: Any) -> Any:
    """Plain data with short numbers."""
    if isinstance(value, dict):
        return {key: _rounded(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(item) for item in value]
    return round(value, DIGITS) if isinstance(value, float) else value
