"""Prompts in the columns of other data sets: questions, dialogues, images and gold answers under many names."""

from __future__ import annotations

from typing import Any

import pytest

from prefdata.errors import InputError

from .pictures import as_data_url, name_of, picture

RED = picture()


PNG = as_data_url(RED)
USER, ANSWER = {"role": "user", "content": "Why?"}, {"role": "assistant", "content": "So."}
COLUMNS: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"prompt": "Why?"}, {"messages": [USER]}),
    ({"prompt": [USER]}, {"messages": [USER]}),
    ({"question": "Why?", "question_id": 7}, {"messages": [USER], "prompt_id": "7"}),
    ({"instruction": "Why", "input": "that?"}, {"messages": [{"role": "user", "content": "Why\nthat?"}]}),
    ({"query": "Why?", "text": "no"}, {"messages": [USER]}),
    ({"text": "Why?", "reference": ["So.", "Well."]}, {"messages": [USER], "reference": "So."}),
    ({"question": "Why?", "answers": {"text": ["So."], "answer_start": [3]}}, {"messages": [USER], "reference": "So."}),
    ({"question": "Why?", "answers": [{"answer": "So.", "id": 1}]}, {"messages": [USER], "reference": "So."}),
    ({"question": "Why?", "answer": 42}, {"messages": [USER], "reference": "42"}),
    ({"question": "Why?", "response": ""}, {"messages": [USER]}),
    ({"conversations": [{"from": "human", "value": "Why?"}, {"from": "gpt", "value": "So."}]},
     {"messages": [USER], "reference": "So."}),
    ({"conversations": [{"from": "system", "value": "Be brief."}, {"from": "human", "value": "Why?"}]},
     {"messages": [{"role": "system", "content": "Be brief."}, USER]}),
    ({"conversations": [USER, ANSWER, USER, ANSWER], "reference": "Gold."},
     {"messages": [USER, ANSWER, USER], "reference": "Gold."}),
    ({"question": "Why?", "tags": {"topic": "sky", "level": None}, "units": [["a", "b"], ["c"]]},
     {"messages": [USER], "tags": {"topic": "sky"}, "units": [["a", "b"], ["c"]]}),
    ({"conversations": [{"from": "human", "value": "<image>\nWhy?"}], "image": "x.png"},
     {"messages": [USER], "images": ["x.png"]}),
    ({"question": "<image>Why?"}, {"messages": [{"role": "user", "content": "<image>Why?"}]}),
    ({"question": "Why?", "image": PNG}, {"messages": [USER], "images": [name_of(RED)]}),
    ({"question": "Why?", "image": ["x.png", "y.png"]}, {"messages": [USER], "images": ["x.png", "y.png"]}),
    ({"question": "Why?", "image": "x.png", "images": [None, "y.png"]},
     {"messages": [USER], "images": ["x.png", "y.png"]}),
    ({"image": "dogs/x.png"},
     {"messages": [{"role": "user", "content": "Is x in dogs {a}?"}], "images": ["dogs/x.png"]}),
    ({"id": "n", "images": [PNG]},
     {"messages": [{"role": "user", "content": "Is n in  {a}?"}], "images": [name_of(RED)]}),
]  # fmt: skip


@pytest.mark.parametrize("ending", ["jsonl", "parquet"])
@pytest.mark.parametrize("n", range(len(COLUMNS)))
def test_questions_images_and_answers_are_found_in_many_columns(n, ending, write, read_prompts):
    row, expected = COLUMNS[n]
    (found,) = read_prompts(write(f"prompts.{ending}", [row]), "Is {name} in {folder} {a}?")
    name = expected.get("prompt_id") or row.get("id") or "row-000001"
    assert found == {"prompt_id": name, **expected}


def test_bytes_and_structs_of_them_are_images(write, read_prompts):
    for image in (RED, {"bytes": RED, "path": "x"}, [{"bytes": RED, "path": None}]):
        for more in ({"question": "Why?"}, {"prompt_id": "p", "messages": [USER]}):
            field = "images" if isinstance(image, list) else "image"
            (found,) = read_prompts(write("prompts.parquet", [{field: image, **more}]))
            assert (found["messages"], found["images"]) == ([USER], [name_of(RED)])


NO_PROMPT: list[tuple[dict[str, Any], str, str]] = [
    ({"image": "x.png"}, "missing_field", "set prompts.question"),
    ({"conversations": [{"from": "gpt", "value": "So."}]}, "bad_value", "nobody asks"),
    ({"conversations": [{"from": "alien", "value": "?"}]}, "unknown_value", "'alien' is not known"),
    ({"question": "Why?", "image": {"url": "x"}}, "missing_field", "images.0"),
    ({"question": "Why?", "image": 5}, "wrong_type", "images.0"),
    ({"question": "Why?", "tags": {"a": {"b": "c"}}}, "wrong_type", "tags.a"),
    ({"question": "Why?", "units": ["a"]}, "wrong_type", "units.0"),
    ({"prompt_id": "p", "image": "x.png"}, "missing_field", "no question"),
    ({"prompt_id": "p"}, "missing_field", 'add "messages"'),
]


@pytest.mark.parametrize("n", range(len(NO_PROMPT)))
def test_a_row_without_a_prompt_is_named(n, write, read_prompts):
    row, reason, said = NO_PROMPT[n]
    path = write("prompts.jsonl", [{"question": "Why?"}, row])
    with pytest.raises(InputError) as refused:
        read_prompts(path)
    assert (refused.value.reason, refused.value.place) == (reason, "line 2")
    assert said in str(refused.value)
    assert len(read_prompts(path, on_bad_row="drop")) == 1
