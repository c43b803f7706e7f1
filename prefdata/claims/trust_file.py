"""The file of a calibration: how far a detector can be trusted, and of which detector that is known.

It is JSON: the facts of the measurement (command, pictures, things, targets), the hashes of the model and of its
vocabulary, and for each measured class what `sight.Trust` has, with the numbers behind it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from prefdata.claims.sight import Trust, Vocabulary
from prefdata.errors import InputError

NEVER = 1.1  # above every score: stands for "hi" where no score is good enough
COMMAND = "prefdata calibrate-detector --weights {weights} --images LABELS --out {out}"


class Measured(NamedTuple):
    """What a calibration file says; trust: by class, of classes that were measured."""

    trust: dict[str, Trust]
    edges: tuple[float, float]
    min_recall: float


def read(path: Path, weights: Path, model_hash: str, vocabulary: Vocabulary) -> Measured:
    """Raises InputError where the file is broken, or is not of these weights with these classes in this order."""
    remedy = f"make it with `{COMMAND.format(weights=weights, out=path)}`"
    try:
        facts = json.loads(path.read_text(encoding="utf-8"))
        made_for = facts["model_hash"], facts["vocabulary_hash"]
        trust = {name: _trust(row) for name, row in facts["classes"].items()}
        small, large = map(float, facts["edges"])
        measured = Measured(trust, (small, large), float(facts["targets"]["recall"]))
    except OSError as error:
        raise InputError(str(path), f"cannot be read ({error.strerror})", remedy) from None
    except (ValueError, TypeError, AttributeError, KeyError) as error:
        raise InputError(str(path), f"is not a calibration ({type(error).__name__}: {error})", remedy) from None
    if made_for[0] != model_hash:
        raise InputError(str(path), f"was made for other weights than {weights}", remedy, field="model_hash")
    if made_for[1] != vocabulary.hash:
        problem = f"was made for other classes, or another order of them, than those of {weights}"
        raise InputError(str(path), problem, remedy, field="vocabulary_hash")
    return measured


def _trust(row: Mapping[str, Any]) -> Trust:
    hi = NEVER if row["hi"] is None else float(row["hi"])
    recall = {size: float(found["at_least"]) for size, found in row["recall"].items()}
    return Trust(hi, float(row["lo"]), recall, {word: (float(a), float(b)) for word, (a, b) in row["sides"].items()})
