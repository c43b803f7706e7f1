"""Rows checked a second: `python tests/benchmarks/validation_speed.py [--rows 1000000]`.

JSONL: from the file to checked Arrow tables, row by row. Parquet: the same by column, and the checks alone.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

import orjson
import pyarrow.parquet as pq
from make_votes import VOTES, votes

from prefdata import faults
from prefdata.sources.imports.intake import Intake


def rate(rows: int, work) -> float:
    start = time.perf_counter()
    work()
    return rows / (time.perf_counter() - start)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    rows = parser.parse_args().rows
    table = votes(rows // VOTES, seed=0, own_ids=True)
    with tempfile.TemporaryDirectory() as folder:
        jsonl, parquet = Path(folder) / "votes.jsonl", Path(folder) / "votes.parquet"
        jsonl.write_bytes(b"".join(orjson.dumps(row) + b"\n" for row in table.to_pylist()))
        pq.write_table(table, parquet)
        print(f"JSONL, read and checked    {rate(rows, lambda: list(Intake(jsonl, 'votes').chunks())):14,.0f} rows/s")
        print(f"Parquet, read and checked  {rate(rows, lambda: list(Intake(parquet, 'votes').chunks())):14,.0f} rows/s")
        plain = pq.read_table(parquet)
        print(
            f"Parquet, checked alone     {rate(rows, lambda: list(faults.column_faults('vote', plain))):14,.0f} rows/s"
        )


if __name__ == "__main__":
    main()
