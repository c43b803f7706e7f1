"""Files, settings and places that cannot be used end with 2, say how to mend it, and leave nothing half done."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from prefdata.cli import main

VOTE = {"prompt_id": "p1", "a": "x", "b": "y", "winner": "a", "judge": "é"}
LINE = json.dumps(VOTE, ensure_ascii=False) + "\n"
TABLE = pa.Table.from_pylist([{**VOTE, "prompt_id": f"p{n}"} for n in range(5000)])


def parquet(table: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, compression="none", use_dictionary=False)
    return sink.getvalue().to_pybytes()


def garbled(content: bytes) -> bytes:
    """The same with a hole in its first half."""
    hole = len(content) // 4
    return content[:hole] + bytes(2000) + content[hole + 2000 :]


def files(folder: Path) -> list[str]:
    return sorted(str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file() and p.name != ".lock")


@pytest.fixture
def build(tmp_path):
    """build(config text, *options) → exit code; the run directory is tmp_path / "run"."""

    def run(config: str, *options: str) -> int:
        (tmp_path / "build.yaml").write_text(config, encoding="utf-8")
        return main(["build", str(tmp_path / "build.yaml"), "--run-dir", str(tmp_path / "run"), *options])

    return run


def assert_mendable(message: str, *parts: str) -> None:
    assert [part for part in parts if part not in message] == []
    assert message.count("To mend it: ") == message.count("\n") == 1
    assert "Traceback" not in message


# --- files that cannot be read ---------------------------------------------------------------

# name → content (None: there is no such file; a list: a directory), and what is said.
FILES = {
    "missing.jsonl": (None, "no such file"),
    "folder.jsonl": ([], "cannot be read (Is a directory)"),
    "empty.jsonl": (b"", "the file is empty"),
    "empty.parquet": (b"", "the file is empty"),
    "blank.jsonl": (b"\n  \n\r\n", "the file has no rows"),
    "packed-nothing.jsonl.gz": (gzip.compress(b""), "the file has no rows"),
    "empty-array.json": (b"[ ]", "the file has no rows"),
    "no-rows.parquet": (parquet(TABLE.slice(0, 0)), "the file has no rows"),
    "latin-1.json": (json.dumps([VOTE], ensure_ascii=False).encode("latin-1"), ", line 1: wrong encoding: byte 0xe9"),
    "latin-1.jsonl": (LINE.encode("latin-1"), ", line 1: wrong encoding: byte 0xe9"),
    "utf-16.jsonl": ((LINE * 2).encode("utf-16"), ", line 1: wrong encoding: this is UTF-16"),
    "utf-16-no-mark.jsonl": (LINE.replace("é", "e").encode("utf-16-le"), ", line 1: wrong encoding: this is UTF-16"),
    "cut-off.json": (f"[{LINE}, {LINE}".encode(), ", line 3: broken JSON at column 1"),
    "broken.json": (f"[\n{LINE},\n{{oops}},\n{LINE}]".encode(), ", line 4: broken JSON at column 2"),
    "no-comma.json": (f"[{LINE}{LINE}]".encode(), ", line 2: broken JSON at column 1"),
    "two-arrays.json": (f"[{LINE}]\n[{LINE}]".encode(), ", line 3: broken JSON at column 1 (Extra data)"),
    "cut-off.jsonl.gz": (gzip.compress(LINE.encode() * 5000)[:-20], "cannot be read to its end"),
    "cut-off.parquet": (parquet(TABLE)[:-500], "is not a readable Parquet file"),
    "no-foot.parquet": (b"PAR1 and nothing else", "is not a readable Parquet file"),
    "garbled.parquet": (garbled(parquet(TABLE)), "cannot be read to its end"),
    "no-judge.parquet": (parquet(TABLE.drop_columns("judge")), 'field "judge": the column is missing'),
    "number-id.parquet": (
        parquet(TABLE.set_column(1, "a", pa.array(range(5000)))),
        'field "a": the column holds int64, not string',
    ),
    "text-weight.parquet": (
        parquet(TABLE.append_column("weight", TABLE["a"])),
        'field "weight": the column holds string, not number',
    ),
    "strange.jsonl": (b'{"colour": "red"}\n', "the format is not recognised"),
}  # fmt: skip


@pytest.mark.parametrize("mode", ["fail", "drop"])
@pytest.mark.parametrize("name", FILES)
def test_a_file_that_cannot_be_read_stops_audit_and_build(name, mode, tmp_path, capsys, build):
    content, problem = FILES[name]
    path, out = tmp_path / name, tmp_path / "out"
    out.mkdir()
    if isinstance(content, list):
        path.mkdir()
    elif content is not None:
        path.write_bytes(content)
    assert main(["audit", str(path), "--json", str(out / "audit.json"), "--on-bad-row", mode]) == 2
    assert_mendable(capsys.readouterr().err, f"prefdata: {path}", problem)
    assert files(out) == []
    assert build(f"inputs:\n- path: {name}\n", "--on-bad-row", mode) == 2
    assert_mendable(capsys.readouterr().err, f"prefdata: {path}", problem)
    assert files(tmp_path / "run") == []


def test_the_command_itself_says_it_in_one_line(tmp_path):
    path = tmp_path / "votes.jsonl"
    path.write_text(LINE + LINE.replace('"a"', '"left"', 2), encoding="utf-8")
    done = subprocess.run([sys.executable, "-m", "prefdata", "audit", path], capture_output=True, encoding="utf-8")
    assert (done.returncode, done.stdout) == (2, "")
    assert_mendable(done.stderr, f"prefdata: {path}, line 2, field ")


def test_a_bad_second_build_keeps_the_first(tmp_path, build):
    (tmp_path / "votes.jsonl").write_text(LINE, encoding="utf-8")
    assert build("inputs: [{path: votes.jsonl}]") == 0
    before = files(tmp_path / "run")
    (tmp_path / "votes.jsonl").write_text("{", encoding="utf-8")
    assert build("inputs: [{path: votes.jsonl}]") == 2
    assert "manifest.json" in before
    assert files(tmp_path / "run") == before


# --- settings --------------------------------------------------------------------------------

GOOD = "inputs: [{path: votes.jsonl}]\n"
SETTINGS = {
    "unknown key": ("input: [{path: votes.jsonl}]", 'field "input"', 'write "inputs"'),
    "unknown nested key": (GOOD + "selection: {min_vote: 2}", 'field "selection.min_vote"', 'write "min_votes"'),
    "unknown key of an input": ("inputs: [{pth: votes.jsonl}]", 'field "inputs.0.pth"', 'write "path"'),
    "unknown split": (GOOD + "export: {splits: {trian: 1}}", 'field "export.splits.trian"', 'write "train"'),
    "a key like no other": (GOOD + "colour: red", 'field "colour"', "on_bad_row, labels, strata"),
    "shares of .9": (GOOD + "export: {splits: {train: .8, test: .1}}", 'field "export.splits"', "add up to 0.9, not 1"),
    "shares of 1.1": (GOOD + "export: {splits: {train: 1, test: .1}}", 'field "export.splits"', "add up to 1.1, not 1"),
    "a negative share": (GOOD + "export: {splits: {train: 1, test: -0.1}}", "export.splits.test", "-0.1 is below 0"),
    "probability of .4": (GOOD + "selection: {min_probability: .4}", "selection.min_probability", "0.4 is below 0.5"),
    "NaN": (GOOD + "selection: {min_probability: .nan}", "selection.min_probability", "not a finite number"),
    "text for a number": (GOOD + "selection: {min_votes: two}", "selection.min_votes", '"two" is not an integer'),
    "a date for a name": (GOOD + "run: {name: 2026-01-01}", "run.name", "is not a string"),
    "unknown mode": (GOOD + "on_bad_row: skip", 'field "on_bad_row"', '"skip" is not one of "fail", "drop"'),
    "unknown format": ("inputs: [{path: votes.jsonl, format: votes}]", '"votes" is not known', "prompt, candidate,"),
    "no inputs": ("inputs: []", 'field "inputs"', "the value is empty"),
    "no file of that pattern": ("inputs: [{path: 'z*.jsonl'}]", "inputs.path", "no file matches z*.jsonl"),
    "broken YAML": (GOOD + "run: {name: [", "line 2", "broken YAML"),
    "a tab": ("inputs:\n\t- path: votes.jsonl", "line 2", "broken YAML"),
    "a list": ("- votes.jsonl", "the config is not a mapping", "prefdata init"),
    "nothing": ("", "the config is not a mapping", "prefdata init"),
}  # fmt: skip


@pytest.mark.parametrize("name", SETTINGS)
def test_a_setting_that_cannot_be_used_is_named_with_its_remedy(name, tmp_path, capsys, build):
    (tmp_path / "votes.jsonl").write_text(LINE, encoding="utf-8")
    text, *parts = SETTINGS[name]
    assert build(text) == 2
    assert_mendable(capsys.readouterr().err, str(tmp_path / "build.yaml"), *parts)
    assert files(tmp_path) == ["build.yaml", "votes.jsonl"]


def test_a_missing_config_is_named(tmp_path, capsys):
    assert main(["build", str(tmp_path / "nope.yaml")]) == 2
    assert_mendable(capsys.readouterr().err, f"{tmp_path / 'nope.yaml'}: no such file", "prefdata init")


def test_an_unknown_format_name_is_answered_with_the_known_ones(tmp_path, capsys):
    (tmp_path / "votes.jsonl").write_text(LINE, encoding="utf-8")
    assert main(["audit", str(tmp_path / "votes.jsonl"), "--format", "votes"]) == 2
    assert_mendable(capsys.readouterr().err, 'the format "votes" is not known', "use one of prompt, candidate")


# --- places that cannot be written -----------------------------------------------------------


def places(folder: Path) -> dict[str, Path]:
    (folder / "sealed").mkdir(mode=0o500)
    return {
        "below a file": folder / "votes.jsonl" / "out",
        "far below a file": folder / "votes.jsonl" / "further" / "out",
        "where the system forbids it": Path("/proc/out"),
        "in a read-only folder": folder / "sealed" / "out",
    }


NO_PROC = pytest.mark.skipif(not Path("/proc").is_dir(), reason="there is no /proc")
ROOT = pytest.mark.skipif(os.geteuid() == 0, reason="root writes anywhere")
PLACES = pytest.mark.parametrize(
    "place",
    [
        "below a file",
        "far below a file",
        pytest.param("where the system forbids it", marks=NO_PROC),
        pytest.param("in a read-only folder", marks=ROOT),
    ],
)


@PLACES
@pytest.mark.parametrize("option", ["--json", "--html"])
def test_an_output_that_cannot_be_written_is_named(place, option, tmp_path, capsys):
    (tmp_path / "votes.jsonl").write_text(LINE, encoding="utf-8")
    out = places(tmp_path)[place]
    assert main(["audit", str(tmp_path / "votes.jsonl"), option, str(out)]) == 2
    assert_mendable(capsys.readouterr().err, str(out.parent))
    assert files(tmp_path) == ["votes.jsonl"]


@PLACES
def test_a_run_directory_that_cannot_be_written_is_named(place, tmp_path, capsys):
    (tmp_path / "votes.jsonl").write_text(LINE, encoding="utf-8")
    (tmp_path / "build.yaml").write_text(GOOD, encoding="utf-8")
    out = places(tmp_path)[place]
    assert main(["build", str(tmp_path / "build.yaml"), "--run-dir", str(out)]) == 2
    assert_mendable(capsys.readouterr().err, str(out), "choose another --run-dir")
    assert files(tmp_path) == ["build.yaml", "votes.jsonl"]


def test_an_output_that_is_a_folder_is_left_as_it_is(tmp_path, capsys):
    (tmp_path / "votes.jsonl").write_text(LINE, encoding="utf-8")
    (tmp_path / "out").mkdir()
    assert main(["audit", str(tmp_path / "votes.jsonl"), "--json", str(tmp_path / "out")]) == 2
    assert_mendable(capsys.readouterr().err, "Is a directory")
    assert files(tmp_path) == ["votes.jsonl"]


# --- what is no error ------------------------------------------------------------------------


def test_empty_and_identical_texts_are_drops_at_export(tmp_path, build):
    pairs = [("好", ""), (" \n", "no"), ("同", "同"), ("好", "no")]
    rows = [{"prompt": f"问 {n}", "chosen": chosen, "rejected": rejected} for n, (chosen, rejected) in enumerate(pairs)]
    (tmp_path / "pairs.json").write_text(json.dumps(rows), encoding="utf-8")
    assert main(["audit", str(tmp_path / "pairs.json")]) == 0
    assert build("inputs: [{path: pairs.json}]") == 0
    drops = pq.read_table(tmp_path / "run" / "drops.parquet").to_pylist()
    assert sorted((drop["stage"], drop["reason"]) for drop in drops) == [
        ("export", "empty_text"),
        ("export", "empty_text"),
        ("export", "identical_texts"),
    ]
    [kept] = pq.read_table(tmp_path / "run" / "dataset").to_pylist()
    assert kept["chosen"] == [{"role": "assistant", "content": "好"}]
