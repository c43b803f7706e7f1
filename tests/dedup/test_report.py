"""The report on likeness counts what clusters say, and shows it."""

from __future__ import annotations

from collections import Counter

import pandas as pd

from prefdata.report.likeness import likeness
from prefdata.report.page import template

from ..conftest import write_jsonl
from .alike import user
from .test_build import files

SIZES = [1, 1, 1, 2, 4, 5, 7, 60, 150]


def told() -> pd.DataFrame:
    names = [f"c{n}" for n, size in enumerate(SIZES) for _ in range(size)]
    twins = ["x" if n % 3 == 0 else None for n in range(len(names))]
    benchmarks = [{1: "b.jsonl", 2: "a.csv", 4: "b.jsonl"}.get(n) for n in range(len(names))]
    return pd.DataFrame({"cluster": names, "twin_of": twins, "benchmark": benchmarks})


def test_clusters_are_counted_by_size_and_nothing_is_lost():
    facts = likeness(told())
    assert {row["size"]: (row["clusters"], row["prompts"]) for row in facts["sizes"]} == {
        "1": (3, 3), "2": (1, 2), "3–5": (2, 9), "6–10": (1, 7), "11–100": (1, 60), "101 or more": (1, 150),
    }  # fmt: skip
    assert sum(row["prompts"] for row in facts["sizes"]) == facts["prompts"] == sum(SIZES)
    assert (facts["clusters"], facts["largest"]) == (len(SIZES), 150)
    assert facts["twins"] == len(range(0, sum(SIZES), 3))
    assert facts["contaminated"] == Counter({"b.jsonl": 2, "a.csv": 1})
    assert likeness(None) is None


def test_the_page_shows_them_and_warns_of_a_cluster_that_no_split_can_hold():
    page = template("likeness.html.j2").render(likeness=likeness(told()))
    assert "101 or more" in page
    assert "b.jsonl" in page
    assert "64.9 % of all prompts" in page
    few = template("likeness.html.j2").render(likeness=likeness(told().head(3)))
    assert "of all prompts" not in few


def test_a_builds_page_has_them_only_where_prompts_were_compared(build, tmp_path):
    write_jsonl(tmp_path / "bench.jsonl", [{"question": "Who are you?"}])
    given = files({"a": user("Why?"), "b": user("why"), "c": user("Who are you?")})
    page = build(given, dedup={"against": ["bench.jsonl"]}).report.read_text(encoding="utf-8")
    assert "3 prompts form 2 clusters" in page
    assert "stays (<code>duplicate_prompt</code>): 1." in page
    assert "bench.jsonl" in page
    assert "Prompts that are alike" not in build(given).report.read_text(encoding="utf-8")
