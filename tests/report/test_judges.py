"""The section on judges says what the counts say, with gold and without."""

from __future__ import annotations

import pytest

from prefdata.evidence import gather, link
from prefdata.labels.coding import block, code, spans
from prefdata.labels.reliability.counts import count, named
from prefdata.report.judges import MOST, shown
from prefdata.report.page import template
from prefdata.sources.imports.intake import Intake

from ..conftest import write_jsonl

EVIL = "<script>alert(1)</script>"


def vote(winner: str, judge: str = "j1", prompt: str = "p", **more) -> dict:
    return {"prompt_id": prompt, "a": "x", "b": "y", "winner": winner, "judge": judge, **more}


@pytest.fixture
def page(tmp_path):
    """page(votes, trust) → the section."""

    def make(votes: list[dict], trust=None) -> str:
        chunks = Intake(write_jsonl(tmp_path / "votes.jsonl", votes), "votes.jsonl").chunks()
        coded = code(link(gather(chunks)).vote)
        return section(block(coded, *spans(coded)[0]), trust)

    return make


def section(votes, trust) -> str:
    facts = shown(named(count(votes), votes.judge_ids.to_pylist()), trust)
    return template("judges.html.j2").render(reliability=facts)


def test_every_judge_has_a_row_and_its_figures(page):
    votes = [vote("a", judge, prompt, order="ab") for judge in ("one", EVIL) for prompt in ("p", "q", "r")]
    text = page(votes)
    assert "one" in text
    assert EVIL not in text
    assert "+50.0" in text  # the first shown always wins
    assert "100.0 %" in text  # and they agree
    assert "all judges count alike" in text
    assert "prefers its own" not in text  # nobody knows who wrote what


def test_gold_is_shown_where_votes_were_weighed_by_it(page):
    gold = {"weight": -0.5, "worth": 0.031, "accuracy": 0.25, "accuracy_low": 0.1, "accuracy_high": 0.4}
    pooled = {"labels": 60, "judges": {"j1": gold}}
    trust = {"by": None, "gold": {"file": "gold.jsonl", "matched": 60}, "pooled": pooled, "strata": {}}
    text = page([vote("a"), vote("b", "other")], trust)
    for word in ("-0.50", "+3.1", "25.0 %", "10.0 % – 40.0 %", "Of 60 labels"):
        assert word in text
    assert "all judges count alike" not in text


def test_of_many_judges_the_busiest_are_shown(page):
    votes = [vote("a", f"judge {k:02d}", f"p{n}") for k in range(15) for n in range(k + 1)]
    text = page(votes)
    assert f"and {15 - MOST} judges with fewer votes" in text
    assert "judge 14" in text
    assert "judge 02" not in text


def test_no_judge_is_no_section():
    assert shown({"judges": {}, "meetings": {}}) is None
