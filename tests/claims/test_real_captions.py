"""The recipe `real-captions` on real captions, held against CHAIR by a second implementation."""

from __future__ import annotations

import json
import shutil
from functools import cache
from itertools import combinations, permutations
from pathlib import Path
from typing import NamedTuple

import pyarrow.parquet as pq
import pytest

from prefdata.cli import main
from prefdata.shards import RunDir

from ..conftest import drops, triplets
from ..metrics import second

DATA = Path(__file__).parents[1] / "metrics" / "data"
FILES = {"greedy": "captions_llava-1.5", "beam5": "captions_llava-1.5_beam5", "opera": "captions_llava-1.5_opera"}
SYNONYMS = (DATA / "synonyms.txt").read_text(encoding="utf-8")
OBJECTS = json.loads((DATA / "coco_objects.json").read_text(encoding="utf-8"))


class Said(NamedTuple):
    """What a text says, by the second implementation: mentions, false ones among them, true objects."""

    mentions: int
    false: int
    true: frozenset[str]


@pytest.fixture(autouse=True, scope="module")
def compiled_once():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(second, "patterns", cache(second.patterns))
        yield


@pytest.fixture(scope="module")
def run(tmp_path_factory) -> RunDir:
    """The recipe as `prefdata init` writes it, beside files of the names that it asks for."""
    folder = tmp_path_factory.mktemp("captions")
    for name, file in FILES.items():
        shutil.copy(DATA / f"{file}.jsonl", folder / f"captions_{name}.jsonl")
    for name in ("coco_objects.json", "synonyms.txt"):
        shutil.copy(DATA / name, folder)
    assert main(["init", "real-captions", "--out", str(folder / "build.yaml")]) == 0
    assert main(["build", str(folder / "build.yaml"), "--run-dir", str(folder / "run")]) == 0
    return RunDir(folder / "run")


@pytest.fixture(scope="module")
def said() -> dict[str, dict[str, Said]]:
    """Picture → its different captions → what they say."""
    found: dict[str, dict[str, Said]] = {}
    for file in FILES.values():
        for line in (DATA / f"{file}.jsonl").read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            names = [name for _, name in second.mentions(row["caption"], SYNONYMS)]
            there = set(OBJECTS[str(row["image_id"])])
            of = Said(len(names), sum(name not in there for name in names), frozenset(there & set(names)))
            found.setdefault(str(row["image_id"]), {})[row["caption"]] = of
    return found


def texts(run):
    """(picture, chosen text, rejected text) of every pair."""
    return [
        (row["prompt_id"], row["chosen"][0]["content"], row["rejected"][0]["content"], row["prompt"])
        for row in triplets(run)
    ]


def test_what_is_chosen_names_nothing_that_is_not_there(run, said):
    pairs = texts(run)
    assert len(pairs) > 30
    assert all(said[picture][chosen].false == 0 for picture, chosen, *_ in pairs)
    assert all(asked == [{"role": "user", "content": "Describe this image in detail."}] for *_, asked in pairs)


def test_what_is_chosen_says_no_less(run, said):
    sides = [(said[picture][chosen].true, said[picture][rejected].true) for picture, chosen, rejected, _ in texts(run)]
    assert all(len(chosen) >= len(rejected) for chosen, rejected in sides)
    assert sum(len(chosen) for chosen, _ in sides) > sum(len(rejected) for _, rejected in sides)


def test_every_pair_that_the_rule_allows_is_there(run, said):
    allowed = {
        (picture, chosen, rejected)
        for picture, captions in said.items()
        for chosen, rejected in permutations(captions, 2)
        if fits(captions[chosen], captions[rejected]) and captions[chosen].mentions and captions[rejected].mentions
    }
    found = {(p, chosen, rejected) for p, chosen, rejected, _ in texts(run) if said[p][rejected].false}
    assert found == allowed


def fits(chosen: Said, rejected: Said) -> bool:
    return not chosen.false and rejected.false > 0 and len(chosen.true) >= len(rejected.true)


def test_other_pairs_are_chosen_for_saying_more(run, said):
    equal = [
        (said[p][chosen], said[p][rejected]) for p, chosen, rejected, _ in texts(run) if not said[p][rejected].false
    ]
    assert equal
    assert all(len(chosen.true) > len(rejected.true) for chosen, rejected in equal)


def test_every_two_captions_of_a_picture_are_a_pair_or_a_drop_with_its_reason(run, said):
    left_out = [row for row in drops(run) if row["kind"] in ("pair", "vote")]
    two = sum(len(list(combinations(captions, 2))) for captions in said.values())
    assert len(texts(run)) + len(left_out) == two
    assert {row["reason"] for row in left_out} <= {
        "tie",
        "failed_check",
        "says_too_little",
        "nothing_checkable",
        "claims_unbalanced",
    }


def test_claims_and_verdicts_are_the_mentions_and_whether_they_are_so(run, said):
    claims, verdicts = (pq.read_table(run.path / f"{kind}.parquet").to_pylist() for kind in ("claims", "verdicts"))
    known = [of for captions in said.values() for of in captions.values()]
    assert len(claims) == len(verdicts) == sum(of.mentions for of in known)
    assert sum(row["verdict"] == "contradicted" for row in verdicts) == sum(of.false for of in known)
    assert {row["verdict"] for row in verdicts} == {"supported", "contradicted"}


def test_the_report_shows_the_captions_that_lie_most(run):
    page = run.report.read_text(encoding="utf-8")
    assert "Claims about the images" in page
    assert page.count('class="contradicted"') > 6
