"""A run's folder: other people's files are safe in it, and damage is seen and mended."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from prefdata.cli import main
from prefdata.shards import RunDir

from .conftest import SAMPLE, SAMPLE_BUILD, bytes_of, write_jsonl

TRAIN = "dataset/train-00000-of-00001.parquet"


def build(folder: Path) -> int:
    return main(["build", str(SAMPLE_BUILD), "--run-dir", str(folder)])


def test_a_folder_with_other_files_is_refused_and_left_alone(tmp_path, capsys):
    folder = tmp_path / "mine"
    (folder / "dataset").mkdir(parents=True)
    files = {"README.md": "card", "manifest.json": "{}", "dataset/votes-raw.parquet": "raw", "dataset/notes.txt": "n"}
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    assert build(folder) == 2
    assert "not of a run" in capsys.readouterr().err
    assert {name: (folder / name).read_text(encoding="utf-8") for name in files} == files
    assert len(list(folder.rglob("*"))) == len(files) + 1


def test_an_empty_folder_and_a_run_are_built_in(tmp_path):
    (tmp_path / "run").mkdir()
    assert build(tmp_path / "run") == 0
    assert build(tmp_path / "run") == 0


def test_a_users_file_in_the_data_sets_folder_stays(tmp_path):
    build(tmp_path / "run")
    note = tmp_path / "run" / "dataset" / "note.parquet"
    note.write_text("mine", encoding="utf-8")
    (tmp_path / "run" / "drops.parquet").unlink()
    assert build(tmp_path / "run") == 0
    assert note.read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize("harm", ["append", "cut", "delete"])
@pytest.mark.parametrize(
    "part", ["dataset/train-00000-of-00001.parquet", "drops.parquet", "removed.parquet", "manifest.json", "report.html"]
)
def test_a_damaged_file_is_made_anew(tmp_path, harm, part):
    build(tmp_path / "run")
    expected = bytes_of(RunDir(tmp_path / "run"))
    path = tmp_path / "run" / part
    if harm == "delete":
        path.unlink()
    else:
        content = path.read_bytes()
        path.write_bytes(content + b"junk" if harm == "append" else content[:100])
    assert build(tmp_path / "run") == 0
    assert bytes_of(RunDir(tmp_path / "run")) == expected


def test_damaged_intermediates_are_made_anew(tmp_path):
    build(tmp_path / "run")
    expected = bytes_of(RunDir(tmp_path / "run"))
    for path in (tmp_path / "run" / ".work").glob("*/*.parquet"):
        path.write_bytes(b"junk")
    assert build(tmp_path / "run") == 0
    assert bytes_of(RunDir(tmp_path / "run")) == expected


def test_exporting_a_damaged_run_says_what_to_do(tmp_path, capsys):
    build(tmp_path / "run")
    (tmp_path / "run" / TRAIN).write_bytes(b"junk")
    assert main(["export", str(tmp_path / "run"), "--format", "trl", "--out", str(tmp_path / "out")]) == 2
    assert "is damaged or missing" in capsys.readouterr().err


def test_an_input_is_never_overwritten(tmp_path, capsys):
    votes = write_jsonl(tmp_path / "v.jsonl", [{"prompt_id": "p", "a": "x", "b": "y", "winner": "a", "judge": "j"}])
    before = votes.read_bytes()
    assert main(["audit", str(votes), "--html", str(votes)]) == 2
    assert main(["audit", str(votes), str(votes)]) == 2
    assert votes.read_bytes() == before
    assert "given twice" in capsys.readouterr().err


def test_a_reader_that_stops_reading_is_no_error():
    command = f"{sys.executable} -m prefdata audit {SAMPLE} --json - | head -c 1"
    done = subprocess.run(["bash", "-c", f"set -o pipefail; {command}"], capture_output=True, text=True)
    assert done.stderr == ""


def test_a_pipe_as_input_is_refused_in_words():
    command = f"cat {SAMPLE} | {sys.executable} -m prefdata audit /dev/stdin"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True)
    assert done.returncode == 2
    assert "a pipe can be read only once" in done.stderr
