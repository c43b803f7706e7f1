"""Votes for the label tests: drawn by hypothesis, coded as the product codes them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import strategies as st

from prefdata.evidence import gather, link
from prefdata.labels.coding import Block, CodedVotes, block, code, spans
from prefdata.sources.imports.intake import Intake

NAMES = ("a", "b", "c", "d", "e", "中文", "é")


@st.composite
def vote_sets(draw, names=NAMES, least: int = 1, most: int = 40, weighted: bool = False, bare: bool = False):
    """Votes on a few prompts; the fewer names and the more votes, the more conflicts and cycles.

    weighted: with weights, some of which are 0; bare: some are labels without evidence.
    """
    sides = st.lists(st.sampled_from(names), min_size=2, max_size=2, unique=True)
    vote = st.fixed_dictionaries(
        {
            "prompt_id": st.sampled_from(["p1", "p2", "第三"]),
            "sides": sides,
            "winner": st.sampled_from(["a", "a", "b", "b", "tie"]),
            "judge": st.sampled_from(["j1", "j2", "j3"]),
            **({"weight": st.sampled_from([0.5, 1.0, 2.0, 0.0])} if weighted else {}),
            **({"source": st.sampled_from([None, "label"])} if bare else {}),
        }
    )
    drawn = draw(st.lists(vote, min_size=least, max_size=most))
    return [
        {**{k: v for k, v in row.items() if k != "sides"}, "a": row["sides"][0], "b": row["sides"][1]} for row in drawn
    ]


@pytest.fixture(scope="session")
def vote_file(tmp_path_factory) -> Callable[[list[dict]], Path]:
    """Write votes to a file, as a user would."""
    path = tmp_path_factory.mktemp("votes") / "votes.jsonl"

    def write(votes: list[dict]) -> Path:
        path.write_text("".join(json.dumps(vote, ensure_ascii=False) + "\n" for vote in votes), encoding="utf-8")
        return path

    return write


@pytest.fixture(scope="session")
def codes(vote_file) -> Callable[[list[dict]], CodedVotes]:
    """Votes coded as the product codes them."""

    def make(votes: list[dict]) -> CodedVotes:
        return code(link(gather(Intake(vote_file(votes), "votes.jsonl", "vote").chunks())).vote)

    return make


@pytest.fixture(scope="session")
def coded(codes) -> Callable[[list[dict]], Block]:
    """Votes as one block, the way a build makes it."""

    def make(votes: list[dict]) -> Block:
        found = codes(votes)
        return block(found, *spans(found)[0])

    return make
