"""`prefdata metrics` as a user meets it: tables, files, and errors that say what to do."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from prefdata.cli import main

from ..conftest import write_jsonl

DATA = Path(__file__).parent / "data"
EXPECTED = json.loads((DATA / "expected.json").read_text(encoding="utf-8"))


@pytest.fixture
def here(tmp_path, monkeypatch) -> Path:
    """A folder with a small faultless example of every file."""
    monkeypatch.chdir(tmp_path)
    write_jsonl(Path("captions.jsonl"), [{"image_id": 1, "caption": "A man and a dog"}])
    Path("objects.json").write_text('{"1": ["person", "cat"], "2": []}', encoding="utf-8")
    Path("synonyms.txt").write_text("person, man\ndog, puppy\ncat\n", encoding="utf-8")
    write_jsonl(Path("answers.jsonl"), [{"question_id": n, "answer": "No."} for n in (1, 2)])
    write_jsonl(Path("questions.jsonl"), [{"question_id": n, "text": "Is it?", "label": "no"} for n in (1, 2)])
    write_jsonl(Path("amber.jsonl"), [{"id": 1, "response": "A dog"}, {"id": 2, "response": "No"}])
    Path("relation.json").write_text('{"dog": [], "sky": ["air"]}', encoding="utf-8")
    Path("safe_words.txt").write_text("line\n", encoding="utf-8")
    picture = {"id": 1, "type": "generative", "truth": ["sky"], "hallu": ["dog"]}
    question = {"id": 2, "type": "discriminative-hallucination", "truth": "no"}
    Path("annotations.json").write_text(json.dumps([picture, question]), encoding="utf-8")
    return tmp_path


CHAIR = "chair --captions captions.jsonl --objects objects.json --synonyms synonyms.txt"
AMBER = "amber --answers amber.jsonl --annotations annotations.json"
POPE = "pope --answers answers.jsonl --questions questions.jsonl"


def measure(command: str) -> int:
    return main(["metrics", *command.split()])


@pytest.mark.parametrize("system", EXPECTED)
def test_chair_of_real_captions(system, tmp_path, capsys):
    files = (
        f"--captions {DATA}/captions_{system}.jsonl --objects {DATA}/coco_objects.json --synonyms {DATA}/synonyms.txt"
    )
    assert measure(f"chair {files} --json {tmp_path}/c.json --per-caption {tmp_path}/each.jsonl") == 0
    figures = json.loads((tmp_path / "c.json").read_text(encoding="utf-8"))
    assert {name: figures[name] for name in EXPECTED[system]} == pytest.approx(EXPECTED[system])
    rows = [json.loads(line) for line in (tmp_path / "each.jsonl").read_text(encoding="utf-8").splitlines()]
    false = [mention for row in rows for mention in row["mentions"] if mention["hallucinated"]]
    assert (len(rows), len(false)) == (60, figures["hallucinated"])
    shown = capsys.readouterr().out
    assert [line.split()[0] for line in shown.splitlines()[2:]] == ["CHAIR_s", "CHAIR_i", "recall", "mean"]


def test_figures_go_to_standard_output(here, capsys):
    assert measure(f"{CHAIR} --json -") == 0
    figures = json.loads(capsys.readouterr().out)
    assert (figures["chair_s"], figures["chair_i"], figures["recall"], figures["mean_words"]) == (100, 50, 50, 5)


def test_amber_and_pope_print_tables_and_write_json(here, capsys):
    assert measure(f"{AMBER} --json a.json") == 0
    assert "Cover" in (shown := capsys.readouterr().out)
    assert "mean length" in shown
    figures = json.loads(Path("a.json").read_text(encoding="utf-8"))
    assert (figures["generative"]["chair"], figures["discriminative"]["existence"]["accuracy"]) == (100, 100)
    assert measure(f"{POPE} --json p.json") == 0
    assert json.loads(Path("p.json").read_text(encoding="utf-8"))["yes_ratio"] == 0
    assert "accuracy" in capsys.readouterr().out


def test_answers_that_amber_cannot_read_are_named(here, capsys):
    write_jsonl(Path("amber.jsonl"), [{"id": 2, "response": "No."}])
    assert measure(AMBER) == 0
    assert 'note: amber.jsonl: 1 answers are neither "Yes" nor "No"' in capsys.readouterr().err


def test_pope_by_order_and_in_one_file(here, capsys):
    write_jsonl(Path("answers.jsonl"), [{"question": "Is it?", "answer": "No."}] * 2)
    assert measure(POPE) == 0
    by_order = capsys.readouterr().out
    write_jsonl(Path("answers.jsonl"), [{"answer": "No.", "label": "no"}] * 2)
    assert measure("pope --answers answers.jsonl") == 0
    assert capsys.readouterr().out == by_order


def test_pope_by_category(here, capsys):
    rows = [
        {"answer": "No.", "label": "no", "category": "random"},
        {"answer": "Yes", "label": "no", "category": "popular"},
    ]
    write_jsonl(Path("answers.jsonl"), rows)
    assert measure("pope --answers answers.jsonl --json p.json") == 0
    categories = json.loads(Path("p.json").read_text(encoding="utf-8"))["categories"]
    assert {name: group["accuracy"] for name, group in categories.items()} == {"random": 100, "popular": 0}


CAPTION = '{"image_id": 1, "caption": "A man"}\n'
ANSWER = '{"question_id": 1, "answer": "No"}\n'
PICTURE = '{"id": 1, "type": "generative", "truth": ["sky"], "hallu": ["dog"]}'


FAULTS = [
    (CHAIR, "captions.jsonl", None, "captions.jsonl: no such file. To mend it: check the path"),
    (CHAIR, "captions.jsonl", "", "captions.jsonl: the file is empty"),
    (CHAIR, "captions.jsonl", "\n", "captions.jsonl: the file holds no rows"),
    (CHAIR, "captions.jsonl", CAPTION + "{oops\n", "captions.jsonl, line 2: broken JSON at column 2"),
    (CHAIR, "captions.jsonl", '{"image_id": 1}', 'line 1, field "caption": the field is missing. To mend it: add'),
    (CHAIR, "captions.jsonl", '{"caption": "A man"}', 'line 1, field "image_id": the field is missing'),
    (CHAIR, "captions.jsonl", CAPTION + CAPTION, 'line 2, field "image_id": 1 is there a second time, first in line 1'),
    (CHAIR, "captions.jsonl", CAPTION.replace("1", "9"), 'field "image_id": no objects are known of image 9. To mend'),
    (CHAIR, "captions.jsonl", CAPTION.replace("A man", " "), 'line 1, field "caption": the caption is empty'),
    (CHAIR, "captions.jsonl", CAPTION.replace('"A man"', "7"), 'line 1, field "caption": 7 is not a text'),
    (CHAIR, "captions.jsonl", CAPTION.replace("1", "1.5"), 'line 1, field "image_id": 1.5 is not an id'),
    (CHAIR, "captions.jsonl", CAPTION.replace("1", "true"), 'line 1, field "image_id": true is not an id'),
    (CHAIR, "captions.jsonl", '["A man"]\n', "captions.jsonl, line 1: ["),
    (
        CHAIR,
        "captions.jsonl",
        CAPTION.replace("man", "tree"),
        "captions.jsonl: no caption mentions anything of synonyms",
    ),
    (CHAIR, "objects.json", None, "objects.json: no such file"),
    (CHAIR, "objects.json", '{"1": [}', "objects.json, line 1: broken JSON at column 8"),
    (CHAIR, "objects.json", '["person"]', 'objects.json: ["person"] is not a JSON object'),
    (CHAIR, "objects.json", '{"1": "person"}', 'objects.json, field "1": "person" is not a list of names'),
    (CHAIR, "objects.json", '{"1": ["man"]}', 'field "1": the list of synonyms has no line that begins with "man"'),
    (CHAIR, "objects.json", '{"1": [], "1": []}', 'objects.json, field "1": the key is there a second time'),
    (CHAIR, "synonyms.txt", None, "synonyms.txt: no such file"),
    (CHAIR, "synonyms.txt", "dog\n", 'the list of synonyms has no line that begins with "person"'),
    (CHAIR, "synonyms.txt", b"caf\xe9\n", "synonyms.txt, line 1: wrong encoding"),
    (POPE, "answers.jsonl", ANSWER, 'questions.jsonl, line 2, field "question_id": 1 questions have no answer'),
    (POPE, "answers.jsonl", ANSWER * 2, 'answers.jsonl, line 2, field "question_id": 1 is there a second time'),
    (POPE, "answers.jsonl", ANSWER.replace("1", "3"), 'field "question_id": questions.jsonl has no question 3'),
    (POPE, "answers.jsonl", '{"answer": "No"}', "answers.jsonl: 1 answers to 2 questions"),
    (
        POPE,
        "answers.jsonl",
        '{"answer": "No", "question": "Was it?"}\n' * 2,
        'line 1, field "question": "Was it?" is not',
    ),
    (POPE, "answers.jsonl", '{"answer": null}', 'line 1, field "answer": null is not a text'),
    (POPE, "questions.jsonl", '{"label": "No"}\n' * 2, 'field "question_id": the field is missing'),
    (
        POPE,
        "questions.jsonl",
        '{"text": "Is it?"}\n' * 2,
        'questions.jsonl, line 1, field "label": the field is missing',
    ),
    ("pope --answers answers.jsonl", "answers.jsonl", ANSWER, 'field "label": the field is missing'),
    ("pope --answers answers.jsonl", "answers.jsonl", '{"answer": "No", "label": "No"}', '"No" is neither "yes" nor'),
    (AMBER, "amber.jsonl", '{"id": 3, "response": "No"}', 'amber.jsonl, line 1, field "id": the annotations have no 3'),
    (AMBER, "amber.jsonl", '{"id": "1", "response": "No"}', "without quotes"),
    (AMBER, "amber.jsonl", '{"id": 1, "response": ""}', 'field "response": the response is empty'),
    (AMBER, "annotations.json", f"[{PICTURE}, {PICTURE}]", 'field "id": 1 is there a second time'),
    (AMBER, "annotations.json", f"[{PICTURE.replace('sky', 'moon')}]", 'no entry for "moon"'),
    (AMBER, "annotations.json", f"[{PICTURE.replace('generative', 'poem')}]", 'field "type": "poem" is no type'),
    (AMBER, "annotations.json", '[{"id": 2, "type": "relation", "truth": "No"}]', 'field "truth": '),
    (
        AMBER,
        "annotations.json",
        '[{"id": 2, "type": "generative", "truth": ["sky"]}]',
        'field "hallu": null is not a list',
    ),
    (AMBER, "relation.json", None, "relation.json: no such file"),
    (AMBER, "relation.json", '{"dog": 1, "sky": []}', 'relation.json, field "dog": 1 is not a list of names'),
    (AMBER, "safe_words.txt", "\n", "safe_words.txt: the file has no words"),
]


@pytest.mark.parametrize(("command", "file", "content", "said"), FAULTS)
def test_faults_are_named_with_their_remedy(here, capsys, command, file, content, said):
    Path(file).unlink()
    if content is not None:
        Path(file).write_bytes(content if isinstance(content, bytes) else content.encode())
    assert measure(command) == 2
    message = capsys.readouterr().err
    assert said in message
    assert "To mend it: " in message


def test_no_input_is_written_over(here, capsys):
    assert measure(f"{CHAIR} --per-caption captions.jsonl") == 2
    assert "write to another file" in capsys.readouterr().err


@pytest.mark.parametrize("metric", ["", "chair", "amber", "pope"])
def test_help_loads_nothing_heavy(metric):
    script = (
        "import sys\nfrom prefdata.cli import main\n"
        f"try: main(['metrics', *{metric.split()}, '--help'])\nexcept SystemExit: pass\n"
        "print([m for m in ('numpy', 'pyarrow', 'jsonschema', 'prefdata.metrics') if m in sys.modules])"
    )
    shown = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    assert shown.splitlines()[-1] == "[]"
