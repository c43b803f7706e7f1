"""Builds from files whose prompts get tags by rules, and whose rejected candidates have error types."""

from __future__ import annotations

import json

import pandas as pd
import pytest
from PIL import Image

from prefdata.strata.rules.image_type import _of_file

from ..claims import test_build as claims
from ..conftest import bytes_of, triplets
from .test_image_type import page

RULES = [{"tag": tag, "by": "rules"} for tag in ("task", "question_type", "language", "image_type")]
ASKED = {
    "colour": "What color is the car?",
    "why": "为什么大家都在鼓掌？",
    "page": "What does the first line say?",
    "given": "How many dogs are there?",
    "odd": "Hm.",
}


def files(folder) -> dict[str, list[dict]]:
    """A prompt of each kind with a pair; one has a picture of a page, one has tags of its own."""
    page(folder).rename(folder / "page.png")
    prompts = [{"prompt_id": name, "messages": [{"role": "user", "content": text}]} for name, text in ASKED.items()]
    prompts[2]["image"] = "page.png"
    prompts[3]["tags"] = {"question_type": "read", "topic": "dogs"}
    texts = [{"prompt_id": name, "candidate_id": c, "text": f"{name} {c}"} for name in ASKED for c in ("a", "b")]
    votes = [{"prompt_id": name, "a": "a", "b": "b", "winner": "a", "judge": "j"} for name in ASKED]
    return {"prompts.jsonl": prompts, "candidates.jsonl": texts, "votes.jsonl": votes}


def tags(run) -> dict[str, dict]:
    return {row["prompt_id"]: json.loads(row["tags"]) for row in triplets(run)}


def makers(run) -> dict[str, dict]:
    return {row["prompt_id"]: json.loads(row["provenance"]).get("tags", {}) for row in triplets(run)}


def test_triplets_have_the_tags_that_rules_make_and_say_so(build, tmp_path):
    run = build(files(tmp_path), strata=RULES)
    assert tags(run) == {
        "colour": {"question_type": "factual", "task": "dialogue", "language": "en"},
        "why": {"question_type": "reason", "task": "reasoning", "language": "zh"},
        "page": {"question_type": "read", "task": "dialogue", "language": "en", "image_type": "document"},
        "given": {"question_type": "read", "topic": "dogs", "task": "dialogue", "language": "en"},
        "odd": {"question_type": "other", "task": "other", "language": "und"},
    }
    assert makers(run)["page"] == dict.fromkeys(("question_type", "task", "language", "image_type"), "rules")
    assert makers(run)["given"] == {
        "question_type": "given", "topic": "given", "task": "rules", "language": "rules"
    }  # fmt: skip


def test_without_strata_given_tags_stay_as_they_are(build, tmp_path):
    run = build(files(tmp_path))
    assert tags(run)["given"] == {"question_type": "read", "topic": "dogs"}
    assert makers(run)["given"] == {"question_type": "given", "topic": "given"}
    assert tags(run)["colour"] == makers(run)["colour"] == {}


def test_tags_are_the_same_in_any_number_of_shards_and_again(build, tmp_path):
    given = files(tmp_path)
    first = bytes_of(build(given, strata=RULES))
    assert bytes_of(build(given, strata=RULES)) == first
    cut = build(given, strata=RULES, run={"shards": 3})
    assert (tags(cut), makers(cut)) == (tags(build(given, strata=RULES)), makers(build(given, strata=RULES)))


def test_a_picture_that_cannot_be_used_has_no_type(build, tmp_path):
    given = files(tmp_path)
    (tmp_path / "page.png").write_bytes(b"no picture")
    run = build(given, strata=RULES)
    assert "page" not in tags(run)
    (table,) = [pd.read_parquet(path) for path in run.work.glob("label-*/comparisons.parquet")]
    assert "image_type" not in json.loads(table.set_index("prompt_id").loc["page", "tags"])
    Image.new("RGB", (40, 40)).save(tmp_path / "page.png")
    assert "image_type" in tags(build(given, strata=RULES))["page"]


def test_no_picture_is_looked_at_whose_type_is_given(build, tmp_path):
    given = files(tmp_path)
    given["prompts.jsonl"][2]["tags"] = {"image_type": "mine"}
    before = _of_file.cache_info()
    assert tags(build(given, strata=RULES))["page"]["image_type"] == "mine"
    assert _of_file.cache_info() == before


def test_changed_strata_are_labelled_again_and_nothing_is_imported_again(build, tmp_path):
    given = files(tmp_path)
    run = build(given, strata=RULES[:1])
    imported = (run.step("import-0000") / "manifest.json").stat().st_mtime_ns
    assert tags(run)["why"] == {"task": "reasoning"}
    run = build(given, strata=RULES[1:2])
    assert tags(run)["why"] == {"question_type": "reason"}
    assert (run.step("import-0000") / "manifest.json").stat().st_mtime_ns == imported


def test_a_rejected_answer_has_an_error_type_by_its_ratings(build, tmp_path):
    given = files(tmp_path)
    given["ratings.jsonl"] = [
        {"prompt_id": "why", "candidate_id": c, "judge": "k", "dimension": "relevance", "score": score, "weight": 0.1}
        for c, score in (("a", 9), ("b", 2))
    ]
    run = build(given)
    (table,) = [pd.read_parquet(path) for path in run.work.glob("label-*/comparisons.parquet")]
    errors = table.set_index("prompt_id")[["error_a", "error_b"]]
    assert errors.loc["why"].tolist()[1] == "irrelevant"
    assert errors.drop("why").isna().all().all()


@pytest.mark.parametrize(
    ("strata", "field"),
    [
        ([{"tag": "mood", "by": "rules"}], "strata.0.tag"),
        ([RULES[0], RULES[0]], "strata.1.tag"),
        ([{"tag": "source", "by": "rules"}], "strata.0.tag"),
        ([{"tag": "task", "by": "rules", "model": "m"}], "strata.0.model"),
        ([{"tag": "mood", "by": "model", "model": "m", "base_url": "http://x/v1"}], "strata.0.values"),
        ([{"tag": "mood", "by": "model", "values": {"glad": "", "sad": ""}, "model": "m"}], "strata.0.base_url"),
        ([{"tag": "mood", "by": "guess"}], "strata.0.by"),
        ([{"tag": "image_type", "by": "model", "values": {"photo": "", "chart": ""}, "model": "m",
           "base_url": "http://x/v1", "images": "none"}], "strata.0.images"),
    ],
)  # fmt: skip
def test_a_config_that_cannot_work_names_the_field(build, tmp_path, capsys, strata, field):
    build(files(tmp_path), code=2, strata=strata)
    said = capsys.readouterr().err
    assert field in said
    assert "To mend it" in said


def test_a_tag_of_styles_is_taken_where_there_are_styles(build, tmp_path, capsys):
    styles = {"instructions": {"plain": "Be plain.", "rich": "Be rich."}}
    model = {"model": "m", "base_url": "http://x/v1"}
    stratum = {"tag": "style", "by": "model", "values": {"plain": "", "rich": ""}, **model}
    build(files(tmp_path), code=2, styles=styles, strata=[stratum])
    assert "strata.0.tag" in capsys.readouterr().err


def test_selection_calls_what_it_measures_as_the_config_forbids():
    from prefdata.selection.strata import strata
    from prefdata.strata.settings import OF_PAIRS

    names = ("source_chosen", "source_rejected", "error_rejected", "chars_chosen", "evidence", "tags")
    assert tuple(strata(pd.DataFrame({name: pd.Series(dtype=object) for name in names})).columns) == OF_PAIRS


def test_the_names_that_a_config_may_have_made_are_those_that_have_rules():
    from prefdata.strata.rules import MAKERS
    from prefdata.strata.settings import BY_RULES

    assert tuple(MAKERS) == BY_RULES


def test_a_rejected_answer_has_an_error_type_by_what_its_claims_are(build):
    run = build(claims.files(**{name: claims.TEXTS[name] for name in ("true", "false")}), **claims.TRUTH)
    (table,) = [pd.read_parquet(path) for path in run.work.glob("label-*/comparisons.parquet")]
    (row,) = table.to_dict("records")
    errors = {row["a"]: row["error_a"], row["b"]: row["error_b"]}
    assert errors["false"] == "false_object"
    assert pd.isna(errors["true"])
