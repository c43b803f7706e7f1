"""What prompts ask for, by rules: labelled questions, and what must not change the answer."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prefdata.strata.rules.asked import rules_of
from prefdata.strata.rules.question import HEAD, TAIL, last_asked
from prefdata.strata.rules.question_type import VALUES, question_types
from prefdata.strata.rules.task import OF_TYPE, TASKS, tasks

ROWS = [json.loads(line) for line in (Path(__file__).parent / "questions.jsonl").read_text("utf-8").splitlines()]


def typed(*texts: str, image: bool = True) -> list[str]:
    return question_types(pa.array(texts, pa.string()), np.full(len(texts), image)).to_pylist()


def right(half: str, language: str) -> tuple[float, float]:
    """The shares of questions whose type and whose task are the reader's."""
    rows = [row for row in ROWS if (row["half"], row["language"]) == (half, language)]
    found = question_types(pa.array([row["text"] for row in rows]), np.array([row["image"] for row in rows]))
    wanted = pa.array([row["type"] for row in rows])
    same = [np.mean(np.array(of(found).to_pylist()) == np.array(of(wanted).to_pylist())) for of in (pa.array, tasks)]
    return float(same[0]), float(same[1])


def test_there_are_enough_questions_of_every_type():
    assert sum(row["language"] == "en" for row in ROWS) >= 120
    assert sum(row["language"] == "zh" for row in ROWS) >= 60
    assert {row["type"] for row in ROWS} == set(VALUES)


@pytest.mark.parametrize(
    ("half", "language", "floor"),
    [("seen", "en", 0.92), ("seen", "zh", 0.95), ("unseen", "en", 0.93), ("unseen", "zh", 0.9)],
)
def test_most_questions_get_the_type_that_a_reader_gives_them(half, language, floor):
    types, broad = right(half, language)
    assert types >= floor
    assert broad >= floor


def test_the_same_words_ask_for_other_things_with_an_image():
    assert typed("How many people live there?", "What is a dolphin?", image=True) == ["count", "identify"]
    assert typed("How many people live there?", "What is a dolphin?", image=False) == ["factual", "factual"]


def test_hints_to_the_form_of_the_answer_and_politeness_change_nothing():
    plain = "What color is the car?"
    said = [
        plain,
        f"<image>\n{plain}",
        f"{plain}\nAnswer the question using a single word or phrase.",
        f"{plain}\nReference OCR token: TAXI, HOW, MANY",
        "Can you tell me what color is the car?",
        "WHAT COLOR IS THE CAR?",
    ]
    assert set(typed(*said)) == {"attribute"}
    assert typed("What do you think is the color of the car?", "Whats on the menu?") == ["attribute", "locate"]
    assert typed("你能告诉我雨伞是什么颜色吗？", "你知道这是哪座桥吗？", "这是桥吗？") == [
        "attribute",
        "identify",
        "yes_no",
    ]


def test_what_is_asked_before_or_after_a_long_text_counts():
    text = "The river rose in the night and nobody noticed. " * 60
    assert len(text) > 2 * (HEAD + TAIL)
    asked = "Translate this into French."
    assert typed(f"{asked}\n\n{text}", f"{text}\n\n{asked}", image=False) == ["translate", "translate"]


def test_an_instruction_stands_above_the_text_that_it_is_about():
    said = "Classify the mail.\n\nSubject: please write a poem about why the sea is blue"
    assert typed(said, image=False) == ["classify"]


def test_the_last_message_of_the_user_counts():
    def said(*roles: str) -> list[dict]:
        return [{"role": role, "content": f"{n} {role}"} for n, role in enumerate(roles)]

    kind = pa.list_(pa.struct([("role", pa.string()), ("content", pa.string())]))
    rows = [
        said("user"),
        said("system", "user", "assistant", "user", "tool"),
        said("system"),
        said("user", "assistant"),
    ]
    assert last_asked(pa.array(rows, kind)).to_pylist() == ["0 user", "3 user", "0 system", "0 user"]
    assert last_asked(pa.array([], kind)).to_pylist() == []
    assert last_asked(pa.array(rows, kind).slice(1, 2)).to_pylist() == ["3 user", "0 system"]


@settings(deadline=None, max_examples=40)
@given(st.lists(st.text(max_size=80), max_size=6), st.booleans())
def test_any_text_has_a_type_and_its_neighbours_do_not_change_it(texts, image):
    together = typed(*texts, image=image)
    assert set(together) <= set(VALUES)
    assert together == [typed(text, image=image)[0] for text in texts]


def test_every_rule_names_a_known_type_and_every_type_has_a_task():
    for language in ("english", "chinese"):
        assert {rule.value for rule in rules_of(language)} <= set(VALUES)
    assert set(OF_TYPE) == set(VALUES)
    assert sum(map(len, TASKS.values())) == len(VALUES)


def test_a_type_that_is_not_ours_is_another_task():
    assert tasks(pa.array(["count", "riddle", None])).to_pylist() == ["dialogue", "other", "other"]
