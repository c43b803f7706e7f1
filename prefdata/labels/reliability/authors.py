"""Which candidates were written by a judge's own model, from the candidates' origins."""

from __future__ import annotations

import json
from collections.abc import Mapping

import numpy as np
import pyarrow as pa

from prefdata.evidence import Locator
from prefdata.labels.coding import Block
from prefdata.labels.reliability.counts import Authors


class Writers:
    """models: judge → the model that it asks; others, such as people, have no answers of their own."""

    def __init__(self, candidates: pa.Table, locator: Locator, models: Mapping[str, str]) -> None:
        self.locator, self.models = locator, models
        self.code = {model: code for code, model in enumerate(sorted(set(models.values())))}
        coded = candidates["origin"].combine_chunks().cast(pa.string()).dictionary_encode()
        model = [self.code.get(json.loads(text).get("model"), -1) for text in coded.dictionary.to_pylist()]
        self.wrote = np.array([*model, -1])[coded.indices.fill_null(-1).to_numpy(zero_copy_only=False)]

    def of(self, votes: Block) -> Authors | None:
        """The authors of a block; None where no origin or no judge's model is known."""
        if not (self.wrote >= 0).any():
            return None
        judges = [self.code.get(self.models.get(name, ""), -1) for name in votes.judge_ids.to_pylist()]
        return Authors(np.append(self.wrote, -1)[self.locator.rows(votes)], np.array(judges))
