"""The comparisons of all shards as selection looks at them; what it does not look at stays in their files."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from prefdata.plan import Job
from prefdata.selection.strata import evidence
from prefdata.shards import read_table

JUDGES = "judges"
UNSEEN = [JUDGES, "dimensions", "tag_origin"]


class Compared:
    """The label step's files of every shard, as one table with rows 0 … M-1."""

    def __init__(self, job: Job) -> None:
        self.files = [job.folder("label", shard) / "comparisons.parquet" for shard in range(job.shards)]
        self.first = np.cumsum([0, *(pq.read_metadata(file).num_rows for file in self.files)])
        self.models = {judge.name for judge in job.config.judges}

    @property
    def rows(self) -> int:
        return int(self.first[-1])

    def frame(self, clusters: pd.DataFrame | None) -> pd.DataFrame:
        """What selection looks at, by row, with who voted and what is known of the prompts' likeness to others; each
        stands alone if nothing is."""
        seen = [name for name in pq.read_schema(self.files[0]).names if name not in UNSEEN]
        table = pa.concat_tables([read_table(file, seen) for file in self.files])
        voted = [evidence(read_table(file, [JUDGES])[JUDGES], self.models) for file in self.files]
        frame = table.to_pandas(split_blocks=True, self_destruct=True)  # the table is gone as the frame comes
        del table
        frame["evidence"] = np.concatenate(voted)
        if clusters is None:
            return frame.assign(cluster=frame["prompt_id"], twin_of=None, contaminated=None)
        return frame.join(clusters, on="prompt_id")

    def of_shard(self, pairs: pd.DataFrame, shard: int) -> pd.DataFrame:
        """The pairs that come from a shard, in the order of their files."""
        first, last = self.first[shard : shard + 2]
        own = pairs[(pairs.index >= first) & (pairs.index < last)]
        return own.sort_values(["prompt_id", "view", "chosen_id", "rejected_id"])

    def unseen(self, pairs: pd.DataFrame, shard: int) -> pa.Table:
        """The other columns of pairs of a shard."""
        rows = pa.array(pairs.index.to_numpy(np.int64) - self.first[shard])
        return read_table(self.files[shard], UNSEEN).take(rows)
