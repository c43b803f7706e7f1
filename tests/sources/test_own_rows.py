"""prefdata's own prompts, candidates, ratings and votes in every container that they may come in."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pyarrow as pa
import pytest

from prefdata.audit import audit
from prefdata.errors import InputError

SHORT_CHINESE, LONG_ENGLISH = "苹果是红色的。", "Apples are red"  # 7 and 14 characters, 21 and 14 bytes
ROWS = {
    "prompt": [
        {
            "prompt_id": "苹果",
            "messages": [{"role": "system", "content": "简短"}, {"role": "user", "content": "苹果是什么颜色？"}],
            "tags": {"language": "中文"},
        },
        {"prompt_id": "p2", "messages": [{"role": "user", "content": "What colour is a “naïve” pear?\n"}]},
    ],
    "candidate": [
        {
            "prompt_id": "苹果",
            "candidate_id": "c1",
            "text": SHORT_CHINESE,
            "origin": {"model": "m", "source": "sample"},
        },
        {"prompt_id": "苹果", "candidate_id": "c2", "text": LONG_ENGLISH},
    ],
    "rating": [
        {"prompt_id": "苹果", "candidate_id": "c1", "judge": "人", "score": 9.0, "dimension": "事实"},
        {"prompt_id": "苹果", "candidate_id": "c2", "judge": "人", "score": 2.5},
    ],
    "vote": [
        {"prompt_id": "苹果", "a": "c1", "b": "c2", "winner": "a", "judge": "人", "order": "ba", "weight": 2.0},
        {"prompt_id": "苹果", "a": "c2", "b": "c1", "winner": "tie", "judge": "gpt"},
    ],
}
KIND = pytest.mark.parametrize("kind", ROWS)


def lines(rows, end="\n"):
    return "".join(json.dumps(row, ensure_ascii=False) + end for row in rows).encode()


TEXT_FILES = {
    "lines.jsonl": lines,
    "windows.jsonl": lambda rows: lines(rows, "\r\n"),
    "bom.jsonl": lambda rows: b"\xef\xbb\xbf" + lines(rows),
    "no-last-newline.jsonl": lambda rows: lines(rows).rstrip(),
    "escaped.jsonl": lambda rows: "".join(json.dumps(row) + "\n" for row in rows).encode(),
    "packed.jsonl.gz": lambda rows: gzip.compress(lines(rows)),
    "packed-but-not-named-so.jsonl": lambda rows: gzip.compress(lines(rows)),
    "named-but-not-packed.jsonl.gz": lines,
    "array.json": lambda rows: json.dumps(rows).encode(),
    "pretty.json": lambda rows: json.dumps(rows, indent=2, ensure_ascii=False).encode(),
    "bom.json": lambda rows: b"\xef\xbb\xbf" + json.dumps(rows).encode(),
    "packed.json.gz": lambda rows: gzip.compress(json.dumps(rows).encode()),
    "lines-in-a.json": lines,
    "no-ending": lines,
}


@KIND
@pytest.mark.parametrize("name", TEXT_FILES)
def test_every_text_file_gives_the_rows_as_they_were_written(kind, name, tmp_path, read):
    path = tmp_path / name
    path.write_bytes(TEXT_FILES[name](ROWS[kind]))
    found = read(path)
    assert found.format == kind
    assert getattr(found, kind) == ROWS[kind]


def with_texts(table: pa.Table, change) -> pa.Table:
    """The table with its text columns changed."""
    for at, field in enumerate(table.schema):
        if pa.types.is_string(field.type):
            table = table.set_column(at, field.name, change(table[field.name]))
    return table


TEXT_COLUMNS = {
    "string": lambda column: column,
    "large_string": lambda column: column.cast(pa.large_string()),
    "string_view": lambda column: column.cast(pa.string_view()),
    "dictionary": lambda column: column.dictionary_encode(),
    "dictionary of int8 and large_string": lambda column: (
        column.cast(pa.large_string()).dictionary_encode().cast(pa.dictionary(pa.int8(), pa.large_string()))
    ),
}


@KIND
@pytest.mark.parametrize("texts", TEXT_COLUMNS)
def test_every_type_of_text_column_in_parquet_gives_the_same_rows(kind, texts, write, read):
    table = with_texts(pa.Table.from_pylist(ROWS[kind]), TEXT_COLUMNS[texts])
    found = read(write(f"{kind}.parquet", table))
    assert found.format == kind
    assert getattr(found, kind) == ROWS[kind]


def test_sides_of_different_column_types_are_still_compared(write):
    table = pa.Table.from_pylist(ROWS["vote"])
    table = table.set_column(1, "a", table["a"].cast(pa.large_string()).dictionary_encode())
    table = table.set_column(2, "b", table["a"])
    with pytest.raises(InputError, match="compared with itself"):
        audit([write("votes.parquet", table)])


@pytest.mark.parametrize("numbers", [pa.int8(), pa.int64(), pa.uint32(), pa.float16(), pa.float32()], ids=str)
def test_every_type_of_number_column_is_a_weight(numbers, write, read):
    rows = [{k: v for k, v in row.items() if k != "weight"} for row in ROWS["vote"]]
    table = pa.Table.from_pylist(rows).append_column("weight", pa.array([3, 1]).cast(pa.float32()).cast(numbers))
    assert [row["weight"] for row in read(write("votes.parquet", table)).vote] == [3.0, 1.0]


def test_a_whole_number_is_a_weight_in_json(write, read):
    assert read(write("votes.jsonl", [{**ROWS["vote"][0], "weight": 3}])).vote[0]["weight"] == 3.0


TAGS = {
    "struct": pa.array([{"language": "中文", "topic": None}, {"language": None, "topic": "fruit"}]),
    "map": pa.array([[("language", "中文")], [("topic", "fruit")]], pa.map_(pa.string(), pa.string())),
    "JSON text": pa.array(['{"language": "中文"}', '{"topic": "fruit"}']),
}


@pytest.mark.parametrize("tags", TAGS)
def test_tags_in_parquet_are_those_that_a_row_has(tags, write, read):
    table = pa.Table.from_pylist([{k: v for k, v in row.items() if k != "tags"} for row in ROWS["prompt"]])
    found = read(write("prompts.parquet", table.append_column("tags", TAGS[tags])))
    assert [row["tags"] for row in found.prompt] == [{"language": "中文"}, {"topic": "fruit"}]


def test_columns_that_json_could_not_hold_are_no_obstacle(write, read):
    table = pa.Table.from_pylist(ROWS["prompt"]).append_column("seen", pa.array([0, 1]).cast(pa.timestamp("us")))
    table = table.append_column("hash", pa.array([b"\xff", b"\x00"]))
    assert read(write("prompts.parquet", table)).prompt == ROWS["prompt"]


PRETTY = """
[
  {
    "prompt_id": "p", "a": "x", "b": "y", "winner": "a",
    "judge": "one"
  },

  {"prompt_id": "p", "a": "x", "b": "y", "winner": "b", "judge": "two"}, {"prompt_id": "p",
    "a": "x", "b": "y", "winner": "tie", "judge": "three"}
]
"""


def test_rows_of_a_pretty_array_stand_on_the_line_that_they_begin_on(tmp_path, read):
    path = tmp_path / "votes.json"
    path.write_text(PRETTY, encoding="utf-8")
    assert read(path).places["vote"] == [3, 8, 8]


def test_blank_lines_are_counted_but_are_no_rows(tmp_path, read):
    path = tmp_path / "votes.jsonl"
    path.write_bytes(b"\n" + lines(ROWS["vote"][:1]) + b"  \n" + lines(ROWS["vote"][1:]))
    assert read(path).places["vote"] == [2, 4]


def test_rows_of_parquet_are_counted_from_one_over_row_groups(tmp_path, read):
    import pyarrow.parquet as pq

    pq.write_table(pa.Table.from_pylist(ROWS["vote"] * 2), tmp_path / "votes.parquet", row_group_size=3)
    assert read(tmp_path / "votes.parquet").places["vote"] == [1, 2, 3, 4]


def test_one_image_and_several_are_spelled_alike(write, read):
    prompts = [
        {**ROWS["prompt"][0], "image": "a.png"},
        {**ROWS["prompt"][1], "images": ["a.png", "b.png"]},
    ]
    assert [row["images"] for row in read(write("prompts.jsonl", prompts)).prompt] == [["a.png"], ["a.png", "b.png"]]


def test_a_first_row_that_shows_another_kind_does_not_decide_the_format(write):
    rows = [{"prompt_id": "p"}, *ROWS["vote"]]
    found = audit([write("votes.jsonl", rows)], on_bad_row="drop")
    assert found.intakes[0].format == "vote"
    assert (found.figures()["votes"], found.figures()["dropped"]) == (2, 1)


def test_fields_that_the_schema_does_not_have_are_named(write):
    text, table = [{**row, "wieght": 1} for row in ROWS["vote"]], pa.Table.from_pylist(ROWS["vote"])
    for path in (write("v.jsonl", text), write("v.parquet", table.append_column("wieght", pa.array([1, 1])))):
        assert audit([path]).intakes[0].ignored == {"wieght"}


@pytest.mark.parametrize("ending", ["jsonl", "parquet"])
def test_length_is_counted_in_characters(ending, write):
    found = audit([write(f"{kind}.{ending}", ROWS[kind]) for kind in ("prompt", "candidate", "vote")])
    assert found.figures()["longer_wins_rate"] == 0.0  # the Chinese answer won: fewer characters, more bytes


def test_files_that_belong_together_are_counted_together(write):
    paths: list[Path] = [write(f"{kind}.jsonl", ROWS[kind]) for kind in ROWS]
    figures = audit(paths).figures()
    assert {name: figures[name] for name in ("prompts", "candidates", "votes", "judges", "dropped")} == {
        "prompts": 2,
        "candidates": 2,
        "votes": 3,  # two votes, and one that follows from the ratings
        "judges": 2,
        "dropped": 0,
    }
