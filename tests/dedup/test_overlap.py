"""Decontamination: what a benchmark has is found in prompts and candidates, and what anybody asks is not."""

from __future__ import annotations

import csv
import io
import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from prefdata.dedup.benchmarks import Item, items, look_at
from prefdata.dedup.folding import folded
from prefdata.dedup.overlap import Benchmarks
from prefdata.dedup.pictures import Fingerprint, fingerprint
from prefdata.errors import InputError
from prefdata.keys import file_key

from .test_pictures import painted

ASKED = "Natalia sold clips to 48 of her friends in April, and then she sold half as many clips in May."
CHINESE = "小明有三个苹果，他给了小红一个，又买了五个，现在他有几个苹果？"
SOME = Fingerprint(7)
WORDS = [f"w{n}" for n in range(12)]


def known(
    *questions: str, answers: tuple[str, ...] = (), least: float = 0.5, shown: tuple[str, ...] = ()
) -> Benchmarks:
    asked = [Item(folded(text), tuple(map(folded, answers)), ()) for text in questions]
    asked += [Item(folded(text), (), (SOME,)) for text in shown]
    return Benchmarks([("bench", asked)], least, 4)


def share(benchmarks: Benchmarks, text: str, asks: bool = True, pictured: bool = False) -> float | None:
    (found,) = benchmarks.of_texts([folded(text)], [pictured], asks)
    return found and found.share


def grams(words: list[str]) -> list[tuple[str, ...]]:
    return [tuple(words[at : at + 8]) for at in range(len(words) - 7)]


@given(
    st.lists(st.lists(st.sampled_from(WORDS), max_size=20), max_size=3), st.lists(st.sampled_from(WORDS), max_size=20)
)
def test_the_share_is_that_of_the_texts_own_eight_grams(benchmark, words):
    there = {gram for text in benchmark for gram in grams(text)}
    own = grams(words)
    expected = sum(gram in there for gram in own) / len(own) if own else 0
    found = share(known(*(" ".join(text) for text in benchmark), least=0.0), " ".join(words), asks=False)
    assert (found or 0) == pytest.approx(expected)


def test_a_prompt_that_repeats_a_question_is_found_and_one_that_quotes_a_little_is_not():
    benchmark = known(ASKED)
    assert share(benchmark, f"Solve this: {ASKED}") > 0.5
    assert share(benchmark, ASKED.replace("clips", "Clips!")) == 1
    own = (
        "I read about a girl who had a stall. Tell me how a stall like hers is run and what it costs to begin with one"
    )
    assert share(benchmark, f"{own}. Natalia sold clips to 48 of her friends in April") is None


def test_exactly_the_allowed_share_is_allowed():
    words = [f"a{n}" for n in range(9)]
    benchmark = known(" ".join(words[:8]))
    assert share(benchmark, " ".join(words)) is None  # one of two 8-grams
    assert share(known(" ".join(words[:8]), least=0.49), " ".join(words)) == 0.5


def test_words_that_no_benchmark_has_are_like_none_of_its_words():
    assert share(known("so " * 12), "no " * 12) is None
    assert share(known("so " * 12), "so " * 9) == 1


def test_chinese_counts_by_character():
    assert share(known(CHINESE), f"请回答：{CHINESE}") > 0.5
    assert share(known(CHINESE), "小明有三个苹果，他想做一个苹果派，请告诉他怎么做比较好吃") is None


def test_a_short_question_is_found_only_when_it_is_equal():
    benchmark = known("What is the capital of France?")
    assert share(benchmark, "what is the capital of france") == 1
    assert share(benchmark, "What is the capital of Spain?") is None


def test_an_equal_question_is_found_whatever_share_is_allowed():
    assert share(known(ASKED, least=1.0), ASKED) == 1
    assert share(known(ASKED, least=1.0), f"{ASKED} Why?") is None


def test_short_candidates_are_not_compared_with_short_answers():
    assert share(known("Who?", answers=("yes", "the Eiffel tower")), "Yes.", asks=False) is None


def test_candidates_that_recite_an_answer_are_found():
    answer = "She sold 48 divided by 2 which is 24 clips in May, so altogether she sold 72 clips"
    assert share(known("How many?", answers=(answer,)), f"{answer}.", asks=False) == 1


def test_questions_about_pictures_speak_only_against_prompts_without():
    question = "Describe everything that you can see in this image and answer with one word"
    benchmark = known(shown=(question,))
    assert share(benchmark, question, pictured=True) is None
    assert share(benchmark, question) == 1
    assert share(known(question), question, pictured=True) == 1


def test_the_benchmark_with_the_largest_share_is_named():
    words = [f"a{n}" for n in range(20)]
    given = [(name, [Item(" ".join(words[:count]), (), ())]) for name, count in (("little", 16), ("much", 19))]
    (found,) = Benchmarks(given, 0.5, 4).of_texts([" ".join(words)], [False], True)
    assert (found.benchmark, found.what) == ("much", "92 % of the 8-grams")


def test_a_picture_of_the_benchmark_is_found_in_another_size(tmp_path):
    for seed in range(3):
        painted(seed).save(tmp_path / f"{seed}.png")
    small = tmp_path / "small.jpg"
    painted(1).resize((120, 90)).save(small, quality=70)
    own = [fingerprint(path, file_key(path)) for path in (small, tmp_path / "2.png")]
    rows = [Item("q", (), (fingerprint(path, file_key(path)),)) for path in (tmp_path / "0.png", tmp_path / "1.png")]
    benchmarks = Benchmarks([("pictures", rows)], 0.5, 4)
    assert benchmarks.of_pictures(own[:1]) == "pictures"
    assert benchmarks.of_pictures(own[1:]) is None
    assert benchmarks.of_pictures(rows[0].pictures) == "pictures"


# --- files -----------------------------------------------------------------------------------


ROWS = [
    {"question": "How many legs has a spider?", "answer": "Eight"},
    {"question": "为什么天是蓝的？", "answer": "散射"},
]


def as_csv(separator: str) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, ["question", "answer"], delimiter=separator)
    writer.writeheader()
    writer.writerows(ROWS)
    return text.getvalue().encode()


FILES = {
    "b.jsonl": "\n".join(json.dumps(row) for row in ROWS).encode(),
    "b.json": json.dumps(ROWS).encode(),
    "b.csv": as_csv(","),
    "b.tsv": as_csv("\t"),
    "b.txt": "\n\n".join(row["question"] for row in ROWS).encode(),
    "own.jsonl": "\n".join(
        json.dumps({"prompt_id": str(n), "messages": [{"role": "user", "content": row["question"]}]})
        for n, row in enumerate(ROWS)
    ).encode(),
    "trl.jsonl": "\n".join(
        json.dumps({"prompt": row["question"], "chosen": row["answer"], "rejected": "x"}) for row in ROWS
    ).encode(),
}


@pytest.mark.parametrize("name", FILES)
def test_questions_are_read_from_every_kind_of_file(tmp_path, name):
    (tmp_path / name).write_bytes(FILES[name])
    read = [item for item in items(tmp_path / name) if item.question]
    assert [item.question for item in read] == [folded(row["question"]) for row in ROWS]
    if name in ("b.jsonl", "b.csv"):
        assert [item.answers for item in read] == [(folded(row["answer"]),) for row in ROWS]


def test_questions_and_pictures_are_read_from_parquet(tmp_path):
    painted(1).save(tmp_path / "a.png")
    images = [{"bytes": (tmp_path / "a.png").read_bytes(), "path": None}, None]
    pq.write_table(
        pa.Table.from_pylist([{**r, "image": i} for r, i in zip(ROWS, images, strict=True)]), tmp_path / "b.parquet"
    )
    read = list(items(tmp_path / "b.parquet"))
    assert [item.question for item in read] == [folded(row["question"]) for row in ROWS]
    path = tmp_path / "a.png"
    assert [item.pictures for item in read] == [(fingerprint(path, file_key(path)),), ()]


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("b.csv", "a,b\n1,2\n", "there is no question in any of"),
        (
            "b.jsonl",
            '{"prompt_id": "p", "a": "x", "b": "y", "winner": "a", "judge": "j"}\n',
            "neither questions nor answers",
        ),
        ("b.jsonl", '{"question": "q"}\n{broken\n', "line 2"),
        ("b.jsonl", '{"question": "q", "image": "gone.png"}\n', "there is no file gone.png"),
        ("b.txt", b"\xff\xfe\xff", "cannot be read"),
        ("b.txt", "\n\n", "neither questions nor answers"),
    ],
)
def test_a_file_that_shows_no_benchmark_is_refused_with_its_place(tmp_path, name, content, told):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(InputError, match=told):
        look_at(path)
