"""Reading the weights that `prefdata weights` learned."""

from __future__ import annotations

import json
import math
from pathlib import Path

from prefdata.errors import InputError
from prefdata.objectives.settings import Weights
from prefdata.objectives.weights import summed_to_one


def read(path: Path) -> Weights:
    """The weights of the file's object {"weights": {dimension: weight}}. Raises InputError if there are none."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        weights = {str(name): float(weight) for name, weight in found["weights"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        remedy = "make the file with `prefdata weights`"
        raise InputError(str(path), "holds no weights", remedy, None, "weights", "missing_field") from None
    if not any(weights.values()) or not all(math.isfinite(weight) and weight >= 0 for weight in weights.values()):
        remedy = "give weights of at least 0, and one above it"
        raise InputError(str(path), "holds weights that are none", remedy, None, "weights", "bad_value")
    return summed_to_one(weights)
