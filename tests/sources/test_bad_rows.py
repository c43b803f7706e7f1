"""A bad row ends audit and build with 2 and says where it is and how to mend it, or is left out and counted."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from prefdata.cli import main

Row = dict[str, Any]
NAN = float("nan")
KINDS = ("prompt", "candidate", "rating", "vote")
ENDINGS = pytest.mark.parametrize("ending", ["jsonl", "parquet"])


def prompt(name: str, text: Any = "问？", **more: Any) -> Row:
    return {"prompt_id": name, "messages": [{"role": "user", "content": text}], **more}


def candidate(prompt_id: str, name: str, text: Any = None, **more: Any) -> Row:
    return {"prompt_id": prompt_id, "candidate_id": name, "text": name * 3 if text is None else text, **more}


def rating(prompt_id: str, name: str, score: Any = 5.0, **more: Any) -> Row:
    return {"prompt_id": prompt_id, "candidate_id": name, "judge": "人", "score": score, **more}


def vote(prompt_id: str = "p1", a: Any = "x", b: str = "y", winner: Any = "a", judge: Any = "人", **more: Any) -> Row:
    return {"prompt_id": prompt_id, "a": a, "b": b, "winner": winner, "judge": judge, **more}


def without(name: str, row: Row) -> Row:
    return {key: value for key, value in row.items() if key != name}


GOOD: dict[str, list[Row]] = {
    "prompt": [prompt("p1"), prompt("p2"), prompt("p3")],
    "candidate": [candidate(p, c) for p in ("p1", "p2", "p3") for c in ("x", "y", "z")],
    "rating": [rating("p1", "x", 8.0), rating("p1", "y", 3.0)],
    "vote": [vote("p1", vote_id="v1"), vote("p1", winner="b"), vote("p2", weight=2.0), vote("p3", "y", "z", "tie")],
}


class Bad(NamedTuple):
    """A row of a kind, or its bytes, and what is said of it; `table` if Parquet can hold it among good rows."""

    kind: str
    row: Row | bytes
    reason: str
    field: str | None
    problem: str
    table: bool = True
    stage: str = "import"


TEXT = {"table": False}
LINK = {"stage": "link"}
BAD = {
    "broken JSON": Bad("vote", b'{"prompt_id": "p1", "a": ', "broken_json", None, "broken JSON at column 25", **TEXT),
    "a comma too many": Bad("prompt", b'{"prompt_id": "p4",}', "broken_json", None, "broken JSON at column", **TEXT),
    "latin-1": Bad("vote", b'{"judge": "\xe9"}', "wrong_encoding", None, "byte 0xe9 at column 12", **TEXT),
    "a number": Bad("vote", b"5", "not_an_object", None, "the row is 5, not an object", **TEXT),
    "a list": Bad("candidate", b'["x"]', "not_an_object", None, 'the row is ["x"], not an object', **TEXT),
    "no row at all": Bad("prompt", b"null", "not_an_object", None, "the row is null, not an object", **TEXT),
    "NaN": Bad("vote", vote(weight=NAN), "not_a_number", "weight", "nan is not a finite number"),
    "NaN score": Bad("rating", rating("p2", "x", NAN), "not_a_number", "score", "nan is not a finite number"),
    "NaN logp": Bad("candidate", candidate("p1", "n", logp=NAN), "not_a_number", "logp", "nan is not a finite number"),
    "infinity": Bad("rating", rating("p2", "x", float("inf")), "not_a_number", "score", "inf is not a finite number"),
    "text for a number": Bad("rating", rating("p2", "x", "high"), "wrong_type", "score", '"high" is not a', **TEXT),
    "a number for a text": Bad("candidate", candidate("p1", "n", 5), "wrong_type", "text", "5 is not a string", **TEXT),
    "a number for an id": Bad("vote", vote(a=7), "wrong_type", "a", "7 is not a string", **TEXT),
    "a number for a judge": Bad("vote", vote(judge=1), "wrong_type", "judge", "1 is not a string", **TEXT),
    "content of another type": Bad("prompt", prompt("n", 5), "wrong_type", "messages.0.content", "5 is not", **TEXT),
    "text for messages": Bad("prompt", {**prompt("n"), "messages": "?"}, "wrong_type", "messages", '"?" is', **TEXT),
    "unknown winner": Bad("vote", vote(winner="left"), "unknown_value", "winner", '"left" is not one of "a", "b"'),
    "unknown order": Bad("vote", vote(order="first"), "unknown_value", "order", '"first" is not one of "ab", "ba"'),
    "no messages": Bad("prompt", {**prompt("n"), "messages": []}, "empty_value", "messages", "the value is empty"),
    "empty id": Bad("vote", vote(judge=""), "empty_value", "judge", "the value is empty"),
    "negative weight": Bad("vote", vote(weight=-1.0), "out_of_range", "weight", "is below 0"),
    "confidence of 2": Bad("vote", vote(confidence=2.0), "out_of_range", "confidence", "is above 1"),
    "empty scale": Bad("rating", rating("p2", "x", scale_max=1.0), "empty_scale", "scale_max", "not above its bottom"),
    "missing winner": Bad("vote", without("winner", vote()), "missing_field", "winner", "is missing"),
    "missing judge": Bad("vote", without("judge", vote()), "missing_field", "judge", "is missing"),
    "missing text": Bad("candidate", without("text", candidate("p1", "n")), "missing_field", "text", "is missing"),
    "null": Bad("vote", vote(judge=None), "missing_field", "judge", "the value is missing"),
    "missing messages": Bad("prompt", {"prompt_id": "n"}, "missing_field", "messages", "is missing", **TEXT),
    "against itself": Bad("vote", vote(b="x"), "self_comparison", "b", "compared with itself"),
    "unknown candidate": Bad("vote", vote(a="q"), "unknown_candidate", "a", '"q" of prompt "p1" is not known', **LINK),
    "another prompt's": Bad("rating", rating("p2", "q"), "unknown_candidate", "candidate_id", "is not known", **LINK),
    "unknown prompt": Bad("vote", vote("p9"), "unknown_prompt", "prompt_id", 'the prompt "p9" is not known', **LINK),
    "stray candidate": Bad("candidate", candidate("p9", "x"), "unknown_prompt", "prompt_id", '"p9" is not', **LINK),
    "prompt id again": Bad("prompt", prompt("p1", "别的"), "duplicate_id", "prompt_id", '"p1" is already used', **LINK),
    "candidate id again": Bad("candidate", candidate("p1", "x", "别的"), "duplicate_id", "candidate_id", "", **LINK),
    "vote id again": Bad("vote", vote(vote_id="v1", winner="b"), "duplicate_id", "vote_id", '"v1" is already', **LINK),
}  # fmt: skip
LINES = pytest.mark.parametrize("name", BAD)
ROWS = pytest.mark.parametrize("name", [name for name, bad in BAD.items() if bad.table])


def write(folder: Path, ending: str, bad: Bad | None = None) -> list[Path]:
    """The good files, with the bad row second in its file."""
    folder.mkdir(exist_ok=True)
    for kind, good in GOOD.items():
        rows = good if bad is None or bad.kind != kind else [good[0], bad.row, *good[1:]]
        path = folder / f"{kind}s.{ending}"
        if ending == "parquet":
            pq.write_table(pa.Table.from_pylist(rows, schema=_schema(rows)), path)
        else:
            path.write_bytes(b"\n".join(row if isinstance(row, bytes) else _json(row) for row in rows))
    return [folder / f"{kind}s.{ending}" for kind in KINDS]


def _schema(rows: list[Row]) -> pa.Schema:
    return pa.unify_schemas([pa.Table.from_pylist([row]).schema for row in rows], promote_options="permissive")


def _json(row: Row) -> bytes:
    return json.dumps(row, ensure_ascii=False).encode()


def audited(capsys: pytest.CaptureFixture[str], *arguments: object) -> Row:
    capsys.readouterr()
    assert main(["audit", *map(str, arguments), "--json", "-"]) == 0
    return json.loads(capsys.readouterr().out)


def built(folder: Path, ending: str, *options: str) -> tuple[int, Path]:
    """(exit code, run directory) of a build of the folder's files."""
    inputs = "".join(f"  - path: {kind}s.{ending}\n" for kind in KINDS)
    (folder / "build.yaml").write_text(f"inputs:\n{inputs}export: {{splits: {{train: 0.5, test: 0.5}}}}\n")
    run = folder / "run"
    return main(["build", str(folder / "build.yaml"), "--run-dir", str(run), *options]), run


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file() and path.name != ".lock")


def assert_says(message: str, bad: Bad, file: str, place: str) -> None:
    where = f'{file}, {place}, field "{bad.field}": ' if bad.field else f"{file}, {place}: "
    assert where in message
    assert bad.problem in message
    assert message.count("To mend it: ") == 1
    assert "Traceback" not in message


# --- stopping --------------------------------------------------------------------------------


def assert_stops(tmp_path, capsys, name, ending, place):
    paths, out = write(tmp_path / "in", ending, BAD[name]), tmp_path / "out"
    out.mkdir()
    assert main(["audit", *map(str, paths), "--json", str(out / "audit.json"), "--html", str(out / "audit.html")]) == 2
    assert_says(capsys.readouterr().err, BAD[name], f"{BAD[name].kind}s.{ending}", place)
    assert files(out) == []
    code, run = built(tmp_path / "in", ending)
    assert code == 2
    assert_says(capsys.readouterr().err, BAD[name], f"{BAD[name].kind}s.{ending}", place)
    assert files(run) == []


@LINES
def test_a_bad_line_stops_audit_and_build_and_leaves_nothing(name, tmp_path, capsys):
    assert_stops(tmp_path, capsys, name, "jsonl", "line 2")


@ROWS
def test_a_bad_row_of_parquet_stops_audit_and_build_and_leaves_nothing(name, tmp_path, capsys):
    assert_stops(tmp_path, capsys, name, "parquet", "row 2")


def test_rows_are_counted_over_row_groups(tmp_path, capsys):
    table = pa.Table.from_pylist([vote()] * 4 + [vote(winner="left"), vote(a="y"), vote()])
    pq.write_table(table, tmp_path / "votes.parquet", row_group_size=3)
    assert main(["audit", str(tmp_path / "votes.parquet")]) == 2
    assert "votes.parquet, row 5, field" in capsys.readouterr().err
    found = audited(capsys, tmp_path / "votes.parquet", "--on-bad-row", "drop")
    assert (found["votes"], found["dropped"]) == (5, 2)


# --- leaving out -----------------------------------------------------------------------------


def assert_drops(tmp_path, capsys, name, ending):
    bad = BAD[name]
    good = audited(capsys, *write(tmp_path / "good", ending))
    found = audited(capsys, *write(tmp_path / "bad", ending, bad), "--on-bad-row", "drop")
    assert found == {**good, "dropped": 1, "drops": {f"{bad.stage}: {bad.reason}": 1}}
    (_, clean), (code, run) = built(tmp_path / "good", ending), built(tmp_path / "bad", ending, "--on-bad-row", "drop")
    assert code == 0
    drops = [row for row in pq.read_table(run / "drops.parquet").to_pylist() if row["stage"] in ("import", "link")]
    assert [(d["stage"], d["reason"], d["file"], d["line"]) for d in drops] == [
        (bad.stage, bad.reason, f"{bad.kind}s.{ending}", 2)
    ]
    assert files(run / "dataset") == files(clean / "dataset")
    assert pq.read_table(run / "dataset").equals(pq.read_table(clean / "dataset"))


@LINES
def test_a_bad_line_is_left_out_and_nothing_else_changes(name, tmp_path, capsys):
    assert_drops(tmp_path, capsys, name, "jsonl")


@ROWS
def test_a_bad_row_of_parquet_is_left_out_and_nothing_else_changes(name, tmp_path, capsys):
    assert_drops(tmp_path, capsys, name, "parquet")
