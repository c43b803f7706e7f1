"""Data with judgements beside the responses: UltraFeedback, PandaLM, MT-bench."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from prefdata.audit import audit
from prefdata.keys import short_key

SAMPLE = Path(__file__).parent.parent / "sample" / "pandalm-sample.json"
ASKED, CHINESE, ENGLISH = "“你好”用英语怎么说？", "可以说 Hello。", "I do not know that."  # 10 and 19 characters
CONTAINERS = pytest.mark.parametrize("name", ["rows.jsonl", "rows.json", "rows.jsonl.gz", "rows.parquet"])


# --- UltraFeedback ---------------------------------------------------------------------------


def completion(model, text, overall=None, **ratings):
    annotations = {aspect: {"Rating": rating, "Rationale": "因为"} for aspect, rating in ratings.items()}
    return {"model": model, "response": text, "annotations": annotations, "overall_score": overall}


def instruction(*completions):
    return {"source": "真实", "instruction": ASKED, "models": [], "completions": list(completions)}


RATED = instruction(
    completion("m1", CHINESE, 10.0, helpfulness="4", honesty="5"),
    completion("m2", ENGLISH, 3.0, helpfulness="2", honesty="N/A"),
)


@CONTAINERS
def test_ultrafeedback_gives_a_rating_for_each_rated_aspect(name, write, read):
    found = read(write(name, [RATED]))
    assert found.format == "ultrafeedback"
    assert found.prompt[0]["messages"] == [{"role": "user", "content": ASKED}]
    assert found.prompt[0]["tags"] == {"source": "真实"}
    assert [(row["origin"]["model"], row["text"]) for row in found.candidate] == [("m1", CHINESE), ("m2", ENGLISH)]
    texts = {row["candidate_id"]: row["text"] for row in found.candidate}
    assert [(texts[r["candidate_id"]], r["dimension"], r["score"], r["scale_max"]) for r in found.rating] == [
        (CHINESE, "helpfulness", 4, 5),
        (CHINESE, "honesty", 5, 5),
        (ENGLISH, "helpfulness", 2, 5),
    ]


@pytest.mark.parametrize("rating", [4, 4.0, "4", "4.0"])
def test_a_rating_may_be_a_number_or_its_text(rating, write, read):
    row = instruction(completion("m1", CHINESE, honesty=rating))
    assert [r["score"] for r in read(write("rows.jsonl", [row])).rating] == [4.0]


@pytest.mark.parametrize("rating", ["N/A", "", None, "nan", "inf", "four"])
def test_what_is_no_number_is_no_rating(rating, write, read):
    row = instruction(completion("m1", CHINESE, honesty=rating), completion("m2", ENGLISH, honesty="3"))
    assert [r["score"] for r in read(write("rows.jsonl", [row])).rating] == [3.0]


@pytest.mark.parametrize("annotations", [{}, None, {"honesty": {"Rating": "N/A"}}, {"honesty": None}])
def test_without_aspects_the_overall_score_counts(annotations, write, read):
    row = instruction({"model": "m1", "response": CHINESE, "annotations": annotations, "overall_score": "8.5"})
    assert [(r["score"], r["scale_max"], r.get("dimension")) for r in read(write("rows.jsonl", [row])).rating] == [
        (8.5, 10, None)
    ]


def test_ultrafeedback_ratings_become_one_vote_a_pair(write, read):
    path = write("rows.jsonl", [RATED])
    figures = audit([path]).figures()
    assert (figures["votes"], figures["judges"], figures["longer_wins_rate"]) == (1, 1, 0.0)
    [(_, a, b, winner)] = read(path, linked=True).pairs()
    assert {"a": a, "b": b}[winner]["text"] == CHINESE


def test_one_model_with_two_responses_has_two_candidates(write, read):
    row = instruction(completion("m", "一"), completion("m", "二"), completion("m", "二"))
    assert [r["text"] for r in read(write("rows.jsonl", [row])).candidate] == ["一", "二"]


# --- PandaLM ---------------------------------------------------------------------------------


PANDALM = {
    "idx": 0,
    "motivation_app": "翻译",
    "cmp_key": "bloom-7b_llama-7b",
    "instruction": ASKED,
    "input": "",
    "response1": CHINESE,
    "response2": ENGLISH,
    "annotator1": 1,
    "annotator2": 2,
    "annotator3": 0,
}


@CONTAINERS
def test_pandalm_gives_a_vote_for_each_annotator(name, write, read):
    found = read(write(name, [PANDALM]))
    assert found.format == "pandalm"
    assert [(a["text"], b["text"], winner) for _, a, b, winner in found.pairs()] == [
        (CHINESE, ENGLISH, "a"),
        (CHINESE, ENGLISH, "b"),
        (CHINESE, ENGLISH, "tie"),
    ]
    assert [vote["judge"] for vote in found.vote] == ["annotator1", "annotator2", "annotator3"]
    assert [row["origin"]["model"] for row in found.candidate] == ["bloom-7b", "llama-7b"]
    assert found.prompt[0] == {
        "prompt_id": found.vote[0]["prompt_id"],
        "messages": [{"role": "user", "content": ASKED}],
        "tags": {"application": "翻译"},
    }


def test_the_input_stands_below_the_instruction(write, read):
    found = read(write("rows.json", [{**PANDALM, "input": "你好"}]))
    assert found.prompt[0]["messages"] == [{"role": "user", "content": f"{ASKED}\n\n你好"}]


@pytest.mark.parametrize(("response", "text"), [(True, "True"), (False, "False"), (7, "7"), ("", "")])
def test_a_response_that_once_was_text_is_text_again(response, text, write, read):
    assert read(write("rows.json", [{**PANDALM, "response1": response}])).candidate[0]["text"] == text


def test_length_in_pandalm_is_counted_in_characters(write):
    row = {**PANDALM, "annotator2": 1, "annotator3": 1}
    assert audit([write("rows.json", [row])]).figures()["longer_wins_rate"] == 0.0


def test_every_text_and_label_of_the_sample_is_kept(read):
    rows, found = json.loads(SAMPLE.read_text(encoding="utf-8")), read(SAMPLE, linked=True)
    rows = [{**row, **{name: str(row[name]) for name in ("response1", "response2")}} for row in rows]  # one is a bool
    assert found.format == "pandalm"
    said = [(a["text"], b["text"], winner) for _, a, b, winner in found.pairs()]
    assert said == [
        (row["response1"], row["response2"], ["tie", "a", "b"][row[f"annotator{n}"]]) for row in rows for n in (1, 2, 3)
    ]
    assert any(not row["response1"] or not row["response2"] for row in rows)  # empty responses are kept, too
    assert {c["candidate_id"] for c in found.candidate} == {
        f"{model}#{short_key(row[f'response{n}'])}"
        for row in rows
        for n, model in zip((1, 2), row["cmp_key"].split("_"), strict=True)
    }


# --- MT-bench --------------------------------------------------------------------------------


def conversation(*answers):
    turns = ((("user", f"{ASKED} {n}"), ("assistant", answer)) for n, answer in enumerate(answers, 1))
    return [{"role": role, "content": content} for turn in turns for role, content in turn]


def judgement(**changed):
    row = {"question_id": 81, "turn": 1, "model_a": "甲", "model_b": "gpt-4", "winner": "model_a", "judge": "expert_0"}
    return {**row, **changed}


TEXTS = {"conversation_a": conversation("你好。", CHINESE), "conversation_b": conversation("Hello!", ENGLISH)}


@CONTAINERS
@pytest.mark.parametrize(
    ("winner", "outcome"),
    [
        ("model_a", "a"),
        ("model_b", "b"),
        ("tie", "tie"),
        ("tie (inconsistent)", "tie"),
        ("tie (bothbad)", "both_bad"),
    ],
)
def test_mtbench_without_texts_gives_votes(winner, outcome, name, write, read):
    found = read(write(name, [judgement(winner=winner)]))
    assert found.format == "mtbench"
    assert found.vote == [
        {"prompt_id": "81:1", "a": "甲", "b": "gpt-4", "winner": outcome, "judge": "expert_0", "order": "ab"}
    ]
    assert (found.prompt, found.candidate) == ([], [])


def test_gpt4_saw_both_orders(write, read):
    found = read(write("rows.jsonl", [judgement(judge="gpt4_pair")]))
    assert "order" not in found.vote[0]


@CONTAINERS
def test_the_first_turn_is_judged_by_its_answer_alone(name, write, read):
    found = read(write(name, [judgement(**TEXTS)]))
    assert found.prompt == [{"prompt_id": "81:1", "messages": [{"role": "user", "content": f"{ASKED} 1"}]}]
    assert [(row["candidate_id"], row["text"], "context" in row) for row in found.candidate] == [
        ("甲", "你好。", False),
        ("gpt-4", "Hello!", False),
    ]


@CONTAINERS
def test_the_second_turn_brings_each_models_own_first_answer(name, write, read):
    found = read(write(name, [judgement(turn=2, **TEXTS)]))
    assert found.prompt == [{"prompt_id": "81:2", "messages": [{"role": "user", "content": f"{ASKED} 1"}]}]
    assert [row["text"] for row in found.candidate] == [CHINESE, ENGLISH]
    assert [row["context"] for row in found.candidate] == [
        conversation("你好。", "")[1:3],
        conversation("Hello!", "")[1:3],
    ]


def test_equal_first_answers_do_not_change_what_the_prompt_is(write, read):
    texts = {**TEXTS, "conversation_b": conversation("你好。", ENGLISH)}
    found = read(write("rows.jsonl", [judgement(turn=2, **texts)]))
    assert found.prompt[0]["messages"] == [{"role": "user", "content": f"{ASKED} 1"}]
    assert [row["context"] for row in found.candidate] == [conversation("你好。", "")[1:3]] * 2


def test_length_in_mtbench_is_counted_in_characters(write):
    assert audit([write("rows.jsonl", [judgement(turn=2, **TEXTS)])]).figures()["longer_wins_rate"] == 0.0


def test_both_bad_and_ties_name_no_winner(write):
    rows = [judgement(winner=winner, judge=winner) for winner in ("tie (bothbad)", "tie (inconsistent)")]
    figures = audit([write("rows.jsonl", rows)]).figures()
    assert (figures["votes"], figures["pairs_decided"], figures["pairs_tied"]) == (2, 0, 1)


def test_judges_of_one_question_share_its_texts(write, read):
    rows = [judgement(judge=f"expert_{n}", turn=turn, **TEXTS) for n in range(3) for turn in (1, 2)]
    found = read(write("rows.jsonl", rows), linked=True)
    assert (len(found.prompt), len(found.candidate), len(found.vote)) == (2, 4, 6)
