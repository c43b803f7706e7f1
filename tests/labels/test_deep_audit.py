"""`prefdata audit --deep`: the measures of every prompt, in JSON, on the screen and as Parquet."""

from __future__ import annotations

import json

import pyarrow.parquet as pq
import pytest

from prefdata.audit import audit
from prefdata.cli import main
from prefdata.labels.measures import SHARES

from . import oracle

CYCLE = [("a", "b"), ("b", "c"), ("c", "a")]
RANKED = [("a", "b"), ("a", "b"), ("b", "a"), ("b", "c"), ("a", "c")]


@pytest.fixture
def file(tmp_path):
    votes = [
        {"prompt_id": prompt, "a": x, "b": y, "winner": "a", "judge": f"j{n}"}
        for prompt, won in (("round", CYCLE), ("straight", RANKED))
        for n, (x, y) in enumerate(won)
    ]
    path = tmp_path / "votes.jsonl"
    path.write_text("".join(json.dumps(vote) + "\n" for vote in votes))
    return path


def test_the_json_has_means_and_histograms_beside_the_plain_figures(file, tmp_path, capsys):
    plain, deep = tmp_path / "plain.json", tmp_path / "deep.json"
    assert main(["audit", str(file), "--json", str(plain)]) == 0
    assert main(["audit", str(file), "--json", str(deep), "--deep"]) == 0
    before, found = json.loads(plain.read_text()), json.loads(deep.read_text())
    assert before.items() <= found.items()
    assert found["conflict_rate_mean"] == pytest.approx((0 + 1 / 3) / 2)
    assert found["prompts_with_condorcet_winner"] == 1
    assert found["histograms"]["component_sizes"] == {"3": 1}
    assert found["histograms"]["smith_set_sizes"] == {"1": 1, "3": 1}
    assert all(sum(found["histograms"][name]) == 2 for name in SHARES)
    assert "cyclicity_mean" in capsys.readouterr().out


def test_the_table_has_a_row_a_prompt(file, tmp_path):
    out = tmp_path / "prompts.parquet"
    assert main(["audit", str(file), "--deep", "--per-prompt", str(out)]) == 0
    rows = pq.read_table(out).to_pylist()
    assert [row["prompt_id"] for row in rows] == ["round", "straight"]
    assert [(row["three_cycles"], row["component_sizes"], row["smith_set"]) for row in rows] == [
        (1, [3], 3),
        (0, [], 1),
    ]
    assert rows[0]["cyclicity"] == pytest.approx(1)


def test_the_table_needs_deep(file, tmp_path, capsys):
    assert main(["audit", str(file), "--per-prompt", str(tmp_path / "prompts.parquet")]) == 2
    assert "--deep" in capsys.readouterr().err


def test_blocks_give_the_same_measures_as_one(tmp_path, monkeypatch):
    votes = [
        {"prompt_id": f"p{n:03}", "a": x, "b": y, "winner": "a", "judge": "j"}
        for n in range(60)
        for x, y in (CYCLE if n % 3 else RANKED)
    ]
    path = tmp_path / "votes.jsonl"
    path.write_text("".join(json.dumps(vote) + "\n" for vote in votes))
    whole = audit([path], deep=True)
    monkeypatch.setattr("prefdata.labels.coding.BLOCK", 16)
    parts = audit([path], deep=True)
    assert parts.measures.equals(whole.measures)
    assert parts.figures()["histograms"] == whole.figures()["histograms"]
    assert whole.figures()["three_cycles_majority"] == oracle.figures(votes)["three_cycles_majority"]
