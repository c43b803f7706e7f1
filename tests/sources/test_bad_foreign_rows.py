"""Rows that their foreign format cannot be read from: named by line and field, or left out and counted."""

from __future__ import annotations

import pytest

from prefdata.audit import audit
from prefdata.errors import InputError


def turn(who, text):
    return {"from": who, "value": text}


def message(role, text):
    return {"role": role, "content": text}


TRL = {"prompt": "问", "chosen": "好", "rejected": "no"}
HH = {"chosen": "\n\nHuman: 问\n\nAssistant: 好", "rejected": "\n\nHuman: 问\n\nAssistant: no"}
ALPACA = {"instruction": "问", "chosen": "好", "rejected": "no"}
OUTPUTS = {"instruction": "问", "output": ["好", "no"]}
SHAREGPT = {"conversations": [turn("human", "问")], "chosen": turn("gpt", "好"), "rejected": turn("gpt", "no")}
ULTRA = {"instruction": "问", "completions": [{"model": "m", "response": "好", "annotations": {}}]}
PANDALM = {"instruction": "问", "response1": "好", "response2": "no", "annotator1": 1}
TALK = [message("user", "问"), message("assistant", "好"), message("user", "再问"), message("assistant", "再好")]
MTBENCH = {"question_id": 1, "turn": 2, "model_a": "m", "model_b": "n", "winner": "tie", "judge": "人"}
MTBENCH_TEXTS = {**MTBENCH, "conversation_a": TALK, "conversation_b": TALK}


# The format's good row, what makes it bad (`...`: the field is taken out), the field that is named, the reason.
CASES = [
    (TRL, {"rejected": ...}, "rejected", "missing_field"),
    (TRL, {"chosen": None}, "chosen", "missing_field"),
    (TRL, {"chosen": 1, "rejected": 2}, "chosen", "wrong_type"),
    (TRL, {"chosen": ["好"], "rejected": ["no"]}, "chosen", "wrong_type"),
    (TRL, {"chosen": {"role": "assistant"}, "rejected": {}}, "chosen", "wrong_type"),
    (TRL, {"rejected": [message("assistant", "no")]}, "rejected", "wrong_type"),
    (TRL, {"prompt": [message("alien", "问")]}, "prompt", "unknown_value"),
    (TRL, {"prompt": [{"text": "问"}]}, "prompt", "wrong_type"),
    (TRL, {"prompt": ...}, "prompt", "missing_field"),
    (TRL, {"prompt_id": 5}, "prompt_id", "wrong_type"),
    (TRL, {"chosen_id": "x", "rejected_id": "x"}, "b", "self_comparison"),
    (TRL, {"images": 5}, "images", "wrong_type"),
    (TRL, {"images": [{"bytes": "", "path": "a.png"}]}, "images", "wrong_type"),
    (TRL, {"chosen": TALK[:1], "rejected": TALK[:1]}, "chosen", "bad_value"),
    (TRL, {"prompt": ..., "chosen": TALK, "rejected": [message("user", "?"), *TALK[1:]]}, "chosen", "bad_value"),
    (HH, {"chosen": HH["chosen"] + "\n\nHuman: 再见"}, "chosen", "bad_value"),
    (HH, {"rejected": "no transcript"}, "rejected", "bad_value"),
    (HH, {"rejected": ["\n\nHuman: 问"]}, "rejected", "bad_value"),
    (HH, {"rejected": "\n\nHuman: ?\n\nAssistant: no"}, "chosen", "bad_value"),
    (ALPACA, {"chosen": ...}, "chosen", "missing_field"),
    (ALPACA, {"chosen": ..., "rejected": ...}, "chosen", "missing_field"),
    (ALPACA, {"chosen": 5}, "chosen", "wrong_type"),
    (ALPACA, {"instruction": None}, "instruction", "missing_field"),
    (ALPACA, {"history": [["问"]]}, "history", "wrong_type"),
    (ALPACA, {"history": [["问", None]]}, "history", "wrong_type"),
    (ALPACA, {"history": "问"}, "history", "wrong_type"),
    (OUTPUTS, {"output": ["好"]}, "output", "bad_value"),
    (OUTPUTS, {"output": "好不"}, "chosen", "missing_field"),
    (SHAREGPT, {"conversations": "问"}, "conversations", "wrong_type"),
    (SHAREGPT, {"conversations": [turn("alien", "问")]}, "conversations", "unknown_value"),
    (SHAREGPT, {"conversations": [turn(["human"], "问")]}, "conversations", "unknown_value"),
    (SHAREGPT, {"chosen": turn("human", "好")}, "chosen", "bad_value"),
    (SHAREGPT, {"chosen": {"from": "gpt"}}, "content", "missing_field"),
    (SHAREGPT, {"chosen": turn("gpt", None)}, "value", "missing_field"),
    (ULTRA, {"completions": ...}, "completions", "missing_field"),
    (ULTRA, {"completions": "好"}, "completions", "wrong_type"),
    (ULTRA, {"completions": ["好"]}, "completions", "wrong_type"),
    (ULTRA, {"completions": [{"model": "m"}]}, "response", "missing_field"),
    (ULTRA, {"completions": [{"response": "好", "annotations": [1]}]}, "annotations", "wrong_type"),
    (PANDALM, {"annotator1": 3}, "annotator1", "unknown_value"),
    (PANDALM, {"annotator1": "1"}, "annotator1", "unknown_value"),
    (PANDALM, {"annotator1": [1]}, "annotator1", "unknown_value"),
    (PANDALM, {"annotator1": ...}, "annotator1", "missing_field"),
    (PANDALM, {"response2": None}, "response2", "missing_field"),
    (PANDALM, {"response2": ["no"]}, "response2", "wrong_type"),
    (PANDALM, {"response2": "好", "cmp_key": "m_m"}, "b", "self_comparison"),
    (MTBENCH, {"winner": "left"}, "winner", "unknown_value"),
    (MTBENCH, {"winner": ["model_a"]}, "winner", "unknown_value"),
    (MTBENCH, {"judge": ["gpt-4", "pair-v2"]}, "judge", "wrong_type"),
    (MTBENCH, {"question_id": None}, "question_id", "missing_field"),
    (MTBENCH, {"turn": "first"}, "turn", "bad_value"),
    (MTBENCH, {"model_b": "m"}, "b", "self_comparison"),
    (MTBENCH_TEXTS, {"conversation_a": TALK[:2]}, "conversation_a", "bad_value"),
    (MTBENCH_TEXTS, {"conversation_b": "好"}, "conversation_b", "bad_value"),
    (MTBENCH_TEXTS, {"conversation_b": [message("user", "?"), *TALK[1:]]}, "conversation_b", "bad_value"),
]
NAMED = pytest.mark.parametrize(
    ("good", "change", "field", "reason"), CASES, ids=[f"{n}-{case[2]}-{case[3]}" for n, case in enumerate(CASES)]
)


def changed(row, change):
    return {name: value for name, value in {**row, **change}.items() if value is not ...}


@NAMED
def test_a_row_that_cannot_be_read_is_named_by_line_and_field(good, change, field, reason, write):
    path = write("rows.jsonl", [good, changed(good, change), good])
    with pytest.raises(InputError) as caught:
        audit([path])
    error = caught.value
    assert (error.file, error.place, error.field, error.reason) == (str(path), "line 2", field, reason)
    assert error.remedy


@NAMED
def test_a_row_that_cannot_be_read_is_left_out_whole(good, change, field, reason, write):
    clean = audit([write("good.jsonl", [good, good])]).figures()
    found = audit([write("rows.jsonl", [good, changed(good, change), good])], on_bad_row="drop").figures()
    assert found == {**clean, "dropped": 1, "drops": {f"import: {reason}": 1}}


@pytest.mark.parametrize("score", [float("nan"), float("inf")])
def test_a_score_that_is_no_number_is_named_by_its_column(score, write):
    path = write("rows.parquet", [{**TRL, "score_chosen": s, "score_rejected": 1.0} for s in (2.0, score)])
    with pytest.raises(InputError, match=r'row 2, field "score_chosen": (nan|inf) is not a finite number'):
        audit([path])


@pytest.mark.parametrize(
    ("field", "rows"),
    [
        ("prompt_id", [{**TRL, "prompt_id": "p", "prompt": text} for text in ("问", "另一个问题")]),
        ("candidate_id", [{**TRL, "prompt_id": "p", "chosen_id": "c", "chosen": text} for text in ("好", "坏")]),
        ("candidate_id", [MTBENCH_TEXTS, {**MTBENCH_TEXTS, "conversation_b": [*TALK[:3], message("assistant", "?")]}]),
    ],
)
def test_an_id_that_names_two_contents_in_one_file_is_refused(field, rows, write):
    path = write("rows.jsonl", rows)
    with pytest.raises(InputError, match=f'line 2, field "{field}": the id .* is already used with other content'):
        audit([path])
    assert audit([path], on_bad_row="drop").figures()["drops"] == {"link: duplicate_id": 1}


def test_one_prompt_with_two_tags_is_one_prompt(write):
    rows = [{**PANDALM, "motivation_app": app} for app in ("翻译", "写作")]
    figures = audit([write("rows.jsonl", rows)]).figures()
    assert (figures["prompts"], figures["votes"], figures["dropped"]) == (1, 2, 0)
