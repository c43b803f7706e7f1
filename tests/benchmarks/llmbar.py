"""How right judges are together when few gold labels say what each is worth, on LLMBar (Zeng et al. 2024).

    python tests/benchmarks/llmbar.py --data DIR [--labels 50] [--draws 100] [--seed 0] [--json OUT]

DIR has gold.csv (task, gold, subset) and votes.csv (task, worker, label, order): every judge reads each pair in both
orders. For each subset and draw, so many of its pairs get their gold label, the product learns weights from them
(`calibration_fit.fit`), weighs all votes (`trust.apply`), and is scored on the subset's other pairs; a pair without a
winner is half right. Beside it, on the same pairs: the majority of the votes (what the product does without gold), and
the single judge that is best in hindsight on the whole subset. Intervals are of the mean over draws.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa

from prefdata import contracts
from prefdata.evidence import gather
from prefdata.labels.calibration.fit import fit
from prefdata.labels.calibration.gold import Heard, gold, heard
from prefdata.labels.coding import block, code, spans
from prefdata.labels.tally import tally
from prefdata.labels.trust import Read, apply
from prefdata.labels.trust_file import Group, Trust
from prefdata.sources.imports.intake import Chunk


class Votes(NamedTuple):
    read: Read
    heard: Heard  # of every pair of the subset, with its label


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, metavar="DIR")
    parser.add_argument("--labels", type=int, default=50)
    parser.add_argument("--draws", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", type=Path, metavar="OUT")
    options = parser.parse_args()
    labels = pd.read_csv(options.data / "gold.csv")
    rows = []
    for subset in sorted(labels["subset"].unique()):
        votes = load(options.data, subset)
        scores = [score(votes, options.labels, options.seed + draw) for draw in range(options.draws)]
        rows.append(summary(subset, votes, pd.DataFrame(scores)))
    print(table(rows))
    if options.json:
        options.json.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")


def load(folder: Path, subset: str) -> Votes:
    """The votes on a subset's pairs; candidates are called 1 and 2."""
    gold_rows, votes = pd.read_csv(folder / "gold.csv"), pd.read_csv(folder / "votes.csv")
    gold_rows = gold_rows[gold_rows["subset"] == subset].assign(
        label=lambda row: row["gold"], worker="gold", order=None
    )
    votes = votes[votes["task"].isin(gold_rows["task"])]
    coded = code(_table(votes))
    read = Read(block(coded, *spans(coded)[0]), [subset] * len(coded.prompt_ids))
    return Votes(read, heard([read], gold(gather([Chunk("vote", _table(gold_rows))]))))


def _table(rows: pd.DataFrame) -> pa.Table:
    named = [
        {
            "prompt_id": row.task,
            "a": "1",
            "b": "2",
            "winner": {1: "a", 2: "b"}[row.label],
            "judge": row.worker,
            "order": {"a": "ab", "b": "ba"}.get(row.order),
        }
        for row in rows.itertuples()
    ]
    schema = contracts.arrow_schema("vote").append(pa.field("file", pa.string())).append(pa.field("line", pa.int32()))
    return gather([Chunk("vote", pa.Table.from_pylist(named, schema=schema))]).vote


def score(votes: Votes, labels: int, seed: int) -> dict[str, float]:
    """Accuracies on the pairs that were not drawn."""
    every = votes.heard
    drawn = np.zeros(len(every.label), bool)
    drawn[np.random.default_rng(seed).permutation(len(drawn))[:labels]] = True
    rest = every.of(~drawn)
    return {
        "combination": right(votes.read, rest, fit(every.of(drawn)).group()),
        "majority": right(votes.read, rest, None),
        "best judge": alone(rest, best(every)),
    }


def right(read: Read, rest: Heard, group: Group | None) -> float:
    """The share of pairs whose label, by the product's own tally, is gold's."""
    weighed = apply(read.votes, Trust(pooled=group), [None] * len(read.strata))
    return float(((1 + np.sign(tally(weighed).net[rest.place]) * rest.label) / 2).mean())


def best(every: Heard) -> int:
    return int(np.argmax([alone(every, judge) for judge in range(len(every.judges))]))


def alone(pairs: Heard, judge: int) -> float:
    return float(((1 + np.sign(pairs.score(pairs.said.judge == judge)) * pairs.label) / 2).mean())


def summary(subset: str, votes: Votes, scores: pd.DataFrame) -> dict[str, Any]:
    """Means over the draws with their 95 % intervals, and those of the differences."""
    row: dict[str, Any] = {"subset": subset, "pairs": len(votes.heard.label), "draws": len(scores)}
    row["judge"] = votes.heard.judges[best(votes.heard)]
    for name in scores:
        row[name] = _mean(scores[name])
    for name in ("majority", "best judge"):
        row[f"above {name}"] = _mean(scores["combination"] - scores[name])
    return row


def _mean(values: pd.Series) -> dict[str, float]:
    spread = 1.96 * values.std() / np.sqrt(len(values))
    return {"mean": values.mean(), "low": values.mean() - spread, "high": values.mean() + spread}


def table(rows: list[dict[str, Any]]) -> str:
    names = ("combination", "majority", "best judge", "above majority", "above best judge")
    lines = ["| subset | pairs | " + " | ".join(names) + " |", "|---" * (len(names) + 2) + "|"]
    for row in rows:
        cells = [f"{row[name]['mean']:.3f} ({row[name]['low']:.3f} – {row[name]['high']:.3f})" for name in names]
        lines.append(f"| {row['subset']} (best: {row['judge']}) | {row['pairs']} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
