"""Small evidence for the tests of objectives, as rows and as the product reads it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

import pyarrow as pa

from prefdata.evidence import Evidence, checked, gather
from prefdata.sources.imports.intake import record_table
from prefdata.strata.tags import Tags

Rows = list[dict]

BOLD = {"accuracy": 9, "safety": 4, "helpfulness": 9, "brevity": 9}
SAFE = {"accuracy": 6, "safety": 9, "helpfulness": 6, "brevity": 5}
POOR = {"accuracy": 2, "safety": 6, "helpfulness": 2, "brevity": 4}
SCORES = {"bold": BOLD, "poor": POOR, "safe": SAFE}


def rating(candidate: str, dimension: str | None, score: float, judge: str = "j", prompt: str = "p", **more) -> dict:
    """A rating from 0 to 10."""
    scale = {"scale_min": 0.0, "scale_max": 10.0}
    named = {"prompt_id": prompt, "candidate_id": candidate, "judge": judge, "dimension": dimension}
    return {**named, "score": score, **scale, **more}


def ratings(scores: dict[str, dict[str, float]], judge: str = "j", prompt: str = "p") -> Rows:
    """ratings({"c0": {"accuracy": 9}, …})."""
    return [rating(c, d, score, judge, prompt) for c, rated in scores.items() for d, score in rated.items()]


def vote(winner: str, loser: str, judge: str = "v", prompt: str = "p", **more) -> dict:
    return {"prompt_id": prompt, "a": winner, "b": loser, "winner": "a", "judge": judge, **more}


def candidates(rows: Iterable[dict]) -> Rows:
    """A candidate for each that is named, with a text of its own."""
    named = {(row["prompt_id"], row[side]) for row in rows for side in ("candidate_id", "a", "b") if side in row}
    return [{"prompt_id": p, "candidate_id": c, "text": f"{c} says this."} for p, c in sorted(named)]


def evidence(rated: Rows = (), voted: Rows = (), origins: dict[str, dict] | None = None) -> Evidence:
    rows = [*rated, *voted]
    texts = [{**row, "origin": (origins or {}).get(row["candidate_id"])} for row in candidates(rows)]
    prompts = [
        {"prompt_id": p, "messages": [{"role": "user", "content": p}]} for p in {row["prompt_id"] for row in rows}
    ]
    kinds = {"prompt": prompts, "candidate": texts, "rating": list(rated), "vote": list(voted)}
    numbered = {kind: [{**row, "line": n} for n, row in enumerate(of, 1)] for kind, of in kinds.items()}
    return checked(gather((kind, record_table(kind, of, f"{kind}.jsonl")) for kind, of in numbered.items() if of))


def tags(of: Evidence, known: dict[str, dict[str, str]] | None = None) -> Tags:
    """The tags of each prompt, by its id."""
    names = of.prompt["prompt_id"].combine_chunks().cast(pa.string())
    text = [json.dumps((known or {}).get(name, {}), ensure_ascii=False) for name in names.to_pylist()]
    return Tags(names, pa.array(text, pa.string()), pa.array(["{}"] * len(text), pa.string()))


def write(path: Path, rows: Rows) -> Path:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path


def files(prompts: dict[str, dict[str, str]] | None = None, scores=SCORES, extra: tuple = ()) -> dict[str, list[dict]]:
    """Prompts with tags, three answers each, and ratings in four dimensions."""
    prompts = prompts or {"p": {}}
    asked = [
        {"prompt_id": p, "messages": [{"role": "user", "content": f"问题 {p}?"}], "tags": t} for p, t in prompts.items()
    ]
    texts = [
        {
            "prompt_id": p,
            "candidate_id": c,
            "text": f"{c} {p}",
            "origin": {"source": "sample", "policy": c, "model": "m"},
        }
        for p in prompts
        for c in scores
    ]
    rated = [row for p in prompts for row in ratings(scores, prompt=p)]
    return {"p.jsonl": asked, "c.jsonl": texts, "r.jsonl": [*rated, *extra]}
