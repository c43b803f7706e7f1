"""What judges are worth, as `prefdata calibrate` found it: the file trust.json (schemas/trust.schema.json).

It has a group of weights for each stratum with enough gold labels, and one for all labels together, which serves the
other strata. Where there is neither, votes count as they are.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from prefdata.errors import InputError
from prefdata.labels.calibration.curves import Curve, curve_of

REMEDY = "make it with `prefdata calibrate RUN --gold FILE`"


class Bias(NamedTuple):
    """How a judge votes, see `calibration.judge_aware`: γ, β, φ."""

    keenness: float = 1.0
    position: float = 0.0
    length: float = 0.0


@dataclass(frozen=True)
class Biases:
    """spread: of the length gaps, in characters."""

    spread: float
    judges: Mapping[str, Bias]


class Judge(NamedTuple):
    """weight: what a vote counts, 1 being the average vote; below 0 it counts for the other side.

    curve: P(right) by the log-odds of its confidence, and a vote counts |2 P(right) − 1| times its weight; None where
    the judge gives no confidence, and its votes count alike.
    """

    weight: float
    curve: Curve | None = None


@dataclass(frozen=True)
class Group:
    """What judges are worth in a stratum. strength: the curve from Bradley-Terry log-odds to P(gold agrees)."""

    judges: Mapping[str, Judge]
    strength: Curve | None = None
    biases: Biases | None = None


@dataclass(frozen=True)
class Trust:
    """by: the tag whose values are the strata; pooled: for prompts of other strata."""

    by: str | None = None
    pooled: Group | None = None
    strata: Mapping[str, Group] = field(default_factory=dict)

    @classmethod
    def load(cls, path: Path) -> Trust:
        """Raises InputError where the file is not one that `prefdata calibrate` made."""
        from prefdata import faults

        try:
            facts = json.loads(path.read_text(encoding="utf-8"))
        except OSError as error:
            raise InputError(str(path), f"cannot be read ({error.strerror})", REMEDY) from None
        except ValueError as error:
            raise InputError(str(path), f"is not JSON ({error})", REMEDY) from None
        if fault := faults.row_fault("trust", facts):
            raise InputError(str(path), fault.problem, REMEDY, None, fault.field, fault.reason)
        biases = _biases(facts.get("judge_aware"))
        groups = {name: _group(found, biases) for name, found in facts["strata"].items()}
        return cls(facts["by"], _group(facts["pooled"], biases), {n: group for n, group in groups.items() if group})

    def groups(self, strata: Sequence[str | None]) -> Iterator[tuple[Group, np.ndarray]]:
        """Each group with the prompts that it serves (bool [P])."""
        stratum = np.array([name if name in self.strata else None for name in strata], object)
        for name, group in [*self.strata.items(), (None, self.pooled)]:
            if group is not None and (served := stratum == name).any():
                yield group, served


def _biases(facts: Mapping[str, Any] | None) -> Biases | None:
    if facts is None:
        return None
    judges = {name: Bias(row["gamma"], row["beta"], row["phi"]) for name, row in facts["judges"].items()}
    return Biases(facts["spread"], judges)


def _group(facts: Mapping[str, Any] | None, biases: Biases | None) -> Group | None:
    if facts is None:
        return None
    judges = {
        name: Judge(row["weight"], row["curve"] and curve_of(row["curve"])) for name, row in facts["judges"].items()
    }
    strength = facts["strength"] and curve_of(facts["strength"])
    return Group(judges, strength, biases if facts["judge_aware"]["used"] else None)
