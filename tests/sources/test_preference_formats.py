"""Chosen/rejected data: the Hugging Face preference format, HH-RLHF, LLaMA-Factory, and prefdata's own triplets."""

from __future__ import annotations

import json

import pyarrow.parquet as pq
import pytest

from prefdata.audit import audit
from prefdata.cli import main
from prefdata.sources.imports.intake import Intake


def user(text):
    return {"role": "user", "content": text}


def assistant(text):
    return {"role": "assistant", "content": text}


def system(text):
    return {"role": "system", "content": text}


ASKED, BETTER, WORSE = "“你好”用英语怎么说？", "可以说 Hello。", "I do not know that.\n"  # 10 and 20 characters
# What one row says: the prompt's messages, then the turns of each response, the answer last.
PLAIN = ([user(ASKED)], [assistant(BETTER)], [assistant(WORSE)])
DIALOGUE = ([user("hi"), assistant("嗨"), user(ASKED)], [assistant(BETTER)], [assistant(WORSE)])
PARTED = (
    [user(ASKED)],
    [assistant("你好"), user("再说一遍"), assistant(BETTER)],
    [assistant("Hm?"), user("What?"), assistant("Sorry"), user("…"), assistant(WORSE)],
)


COLON = user("a: b\n\nHumans: 人")


def hh(*turns):
    who = {"user": "Human", "assistant": "Assistant"}
    return "".join(f"\n\n{who[turn['role']]}: {turn['content'].strip()}" for turn in turns)


def sharegpt(who, text):
    return {"from": who, "value": text}


TRL = {
    "explicit, plain": ({"prompt": ASKED, "chosen": BETTER, "rejected": WORSE}, PLAIN),
    "explicit, conversational": ({"prompt": PLAIN[0], "chosen": PLAIN[1], "rejected": PLAIN[2]}, PLAIN),
    "explicit, with a dialogue": ({"prompt": DIALOGUE[0], "chosen": DIALOGUE[1], "rejected": DIALOGUE[2]}, DIALOGUE),
    "explicit, text and messages": ({"prompt": ASKED, "chosen": PLAIN[1], "rejected": PLAIN[2]}, PLAIN),
    "explicit, dialogues that part early": ({"prompt": ASKED, "chosen": PARTED[1], "rejected": PARTED[2]}, PARTED),
    "explicit, repeated in both": (
        {"prompt": ASKED, "chosen": PLAIN[0] + PLAIN[1], "rejected": PLAIN[0] + PLAIN[2], "messages": PLAIN[0]},
        PLAIN,
    ),
    "implied, plain": (
        {"chosen": f"{ASKED} {BETTER}", "rejected": f"{ASKED} {WORSE}"},
        ([user(ASKED)], [assistant(" " + BETTER)], [assistant(" " + WORSE)]),
    ),
    "implied, plain, Chinese throughout": (
        {"chosen": "问：一加一？答：二", "rejected": "问：一加一？答：三"},
        ([user("问：一加一？答：")], [assistant("二")], [assistant("三")]),
    ),
    "implied, conversational": (
        {"chosen": DIALOGUE[0] + DIALOGUE[1], "rejected": DIALOGUE[0] + DIALOGUE[2]},
        DIALOGUE,
    ),
    "implied, dialogues that part early": (
        {"chosen": PARTED[0] + PARTED[1], "rejected": PARTED[0] + PARTED[2]},
        PARTED,
    ),
    "content in parts": (
        {
            "prompt": [{"role": "user", "content": [{"type": "text", "text": ASKED}]}],
            "chosen": BETTER,
            "rejected": WORSE,
        },
        PLAIN,
    ),
}
HH = {
    "transcripts": (
        {"chosen": hh(user(ASKED), assistant("好")), "rejected": hh(user(ASKED), assistant("no"))},
        ([user(ASKED)], [assistant("好")], [assistant("no")]),
    ),
    "transcripts that part at the end": (
        {"chosen": hh(*DIALOGUE[0], assistant("好")), "rejected": hh(*DIALOGUE[0], assistant("no"))},
        (DIALOGUE[0], [assistant("好")], [assistant("no")]),
    ),
    "transcripts that part early": (
        {"chosen": hh(*PARTED[0], *PARTED[1]), "rejected": hh(*PARTED[0], *PARTED[2][:-1], assistant("no"))},
        (PARTED[0], PARTED[1], [*PARTED[2][:-1], assistant("no")]),
    ),
    "a colon and a blank line inside a turn": (
        {"chosen": hh(COLON, assistant("好")), "rejected": hh(COLON, assistant("no"))},
        ([COLON], [assistant("好")], [assistant("no")]),
    ),
}
ANSWERS = {"chosen": BETTER, "rejected": WORSE}
TURNS = {"chosen": sharegpt("gpt", BETTER), "rejected": sharegpt("gpt", WORSE)}
LLAMA_FACTORY = {
    "alpaca": ({"instruction": ASKED, "input": "", **ANSWERS}, PLAIN),
    "alpaca without input": ({"instruction": ASKED, **ANSWERS}, PLAIN),
    "alpaca with input": (
        {"instruction": "翻译", "input": "你好", **ANSWERS},
        ([user("翻译\n你好")], *PLAIN[1:]),
    ),
    "alpaca with system and history": (
        {"instruction": ASKED, "system": "简短", "history": [["hi", "嗨"]], **ANSWERS},
        ([system("简短"), *DIALOGUE[0]], *PLAIN[1:]),
    ),
    "alpaca with empty extras": ({"instruction": ASKED, "input": None, "system": "", "history": [], **ANSWERS}, PLAIN),
    "old list of outputs": ({"instruction": ASKED, "input": "", "output": [BETTER, WORSE]}, PLAIN),
    "sharegpt": ({"conversations": [sharegpt("human", ASKED)], **TURNS}, PLAIN),
    "sharegpt with system": (
        {"conversations": [sharegpt("human", ASKED)], "system": "简短", **TURNS},
        ([system("简短"), user(ASKED)], *PLAIN[1:]),
    ),
    "sharegpt with a dialogue": (
        {"conversations": [sharegpt("human", "hi"), sharegpt("gpt", "嗨"), sharegpt("human", ASKED)], **TURNS},
        DIALOGUE,
    ),
    "sharegpt with plain answers": ({"conversations": [sharegpt("human", ASKED)], **ANSWERS}, PLAIN),
    "openai style": ({"messages": DIALOGUE[0], "chosen": DIALOGUE[1][0], "rejected": DIALOGUE[2][0]}, DIALOGUE),
}
CASES = [
    pytest.param(name, row, said, id=f"{name}: {case}")
    for name, cases in (("trl", TRL), ("hh", HH), ("llama_factory", LLAMA_FACTORY))
    for case, (row, said) in cases.items()
]


def turns(candidate):
    return [*candidate.get("context", []), assistant(candidate["text"])]


def said_by(found):
    """(prompt's messages, chosen turns, rejected turns) of every vote that names a winner."""
    return [
        (prompt["messages"], turns(a), turns(b)) if winner == "a" else (prompt["messages"], turns(b), turns(a))
        for prompt, a, b, winner in found.pairs()
        if winner != "tie"
    ]


@pytest.mark.parametrize("name", ["rows.jsonl", "rows.json", "rows.jsonl.gz", "rows.parquet"])
@pytest.mark.parametrize(("format", "row", "said"), CASES)
def test_a_row_is_recognised_and_says_what_it_said(format, row, said, name, write, read):
    found = read(write(name, [row]))
    assert found.format == format
    assert said_by(found) == [said]
    assert [vote["source"] for vote in found.vote] == ["label"]


@pytest.mark.parametrize("format", ["trl", "llama_factory"])
def test_a_label_without_scores_has_no_evidence(format, write):
    row = {"trl": TRL["explicit, plain"], "llama_factory": LLAMA_FACTORY["alpaca"]}[format][0]
    figures = audit([write("rows.jsonl", [row])]).figures()
    assert (figures["votes"], figures["labels_without_evidence"]) == (1, 1)
    assert figures["longer_wins_rate"] == 0.0  # in bytes the Chinese answer would be the longer one


@pytest.mark.parametrize(
    "names",
    [
        ("score_chosen", "score_rejected"),
        ("chosen_score", "rejected_score"),
        ("chosen-rating", "rejected-rating"),
        ("chosen_rating", "rejected_rating"),
    ],
)
def test_scores_beside_a_pair_become_evidence(names, write, read):
    row = {**TRL["explicit, repeated in both"][0], "prompt_id": "提示", names[0]: 8, names[1]: 6.5}
    path = write("ultrafeedback_binarized.parquet", [row])
    assert sorted((r["prompt_id"], r["score"]) for r in read(path).rating) == [("提示", 6.5), ("提示", 8.0)]
    assert said_by(read(path, linked=True)) == [PLAIN]
    figures = audit([path]).figures()
    assert (figures["votes"], figures["labels_without_evidence"], figures["pairs_decided"]) == (1, 0, 1)
    assert figures["longer_wins_rate"] == 0.0


@pytest.mark.parametrize("scores", [{"score_chosen": 8}, {"score_chosen": None, "score_rejected": 3}])
def test_half_a_pair_of_scores_is_no_evidence(scores, write):
    figures = audit([write("rows.jsonl", [{**TRL["explicit, plain"][0], **scores}])]).figures()
    assert (figures["votes"], figures["labels_without_evidence"]) == (1, 1)


def test_rows_on_one_prompt_share_it_and_their_candidates(write, read):
    rows = [{"prompt": ASKED, "chosen": x, "rejected": y} for x, y in ((BETTER, WORSE), (BETTER, "嗯"), (WORSE, "嗯"))]
    found = read(write("rows.jsonl", rows), linked=True)
    assert (len(found.prompt), len(found.candidate), len(found.vote)) == (1, 3, 3)
    assert found.places["vote"] == [1, 2, 3]


def test_equal_texts_stay_two_candidates(write, read):
    found = read(write("rows.jsonl", [{"prompt": ASKED, "chosen": BETTER, "rejected": BETTER}]), linked=True)
    assert [row["text"] for row in found.candidate] == [BETTER, BETTER]


@pytest.fixture
def triplets(tmp_path, write):
    """A data set that prefdata built from every TRL and HH case above."""
    for name, cases in (("trl", TRL), ("hh", HH)):
        write(f"{name}.jsonl", [row for row, _ in cases.values()])
    config = tmp_path / "build.yaml"
    inputs = "inputs: [{path: trl.jsonl}, {path: hh.jsonl}]\nselection: {max_pairs_per_prompt: null}\n"
    config.write_text(inputs, encoding="utf-8")
    assert main(["build", str(config), "--run-dir", str(tmp_path / "run")]) == 0
    return next((tmp_path / "run" / "dataset").glob("train-*.parquet"))


def test_exported_triplets_are_read_back_as_they_are(triplets, read):
    rows, found = pq.read_table(triplets).to_pylist(), read(triplets, linked=True)
    assert found.format == "trl"
    assert len(rows) == 9
    assert said_by(found) == [(row["prompt"], row["chosen"], row["rejected"]) for row in rows]
    assert [(vote["prompt_id"], vote["a"], vote["b"]) for vote in found.vote] == [
        (row["prompt_id"], row["chosen_id"], row["rejected_id"]) for row in rows
    ]


@pytest.mark.parametrize("format", ["trl", "llama_factory"])
def test_a_data_set_in_another_format_is_read_back_as_it_is(format, triplets, tmp_path, read):
    assert main(["export", str(triplets.parents[1]), "--format", format, "--out", str(tmp_path / "out")]) == 0
    found = read(tmp_path / "out" / "train.jsonl", linked=True)
    rows = pq.read_table(triplets).to_pylist()
    held = [row for row in rows if format == "trl" or len(row["chosen"]) + len(row["rejected"]) == 2]
    assert found.format == format
    assert said_by(found) == [(row["prompt"], row["chosen"], row["rejected"]) for row in held]


def test_transcripts_keep_blank_lines_but_not_the_blanks_around_turns(write, read):
    row = {"chosen": "\n\nHuman: 一\n\n二 \n\nAssistant:  好\n", "rejected": "\n\nHuman: 一\n\n二 \n\nAssistant:"}
    assert said_by(read(write("hh.jsonl", [row]))) == [([user("一\n\n二")], [assistant("好")], [assistant("")])]


def test_json_escapes_are_the_characters_they_stand_for(tmp_path, read):
    path = tmp_path / "rows.jsonl"
    path.write_text(json.dumps(TRL["explicit, plain"][0], ensure_ascii=True), encoding="ascii")
    assert said_by(read(path)) == [PLAIN]


def test_orca_pairs_have_their_question_as_prompt(tmp_path):
    row = {"system": "Be brief.", "question": "天空？", "chosen": "蓝", "rejected": "绿"}
    path = tmp_path / "orca.jsonl"
    path.write_text(json.dumps(row, ensure_ascii=False), encoding="utf-8")
    tables = {chunk.kind: chunk.table.to_pylist() for chunk in Intake(path, "orca.jsonl").chunks()}
    assert tables["prompt"][0]["messages"] == [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "天空？"},
    ]
