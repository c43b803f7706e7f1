"""Configs: what is read, and what is refused in words that help."""

from __future__ import annotations

import pytest

from prefdata.config import load
from prefdata.errors import InputError


def config(tmp_path, text: str):
    path = tmp_path / "build.yaml"
    path.write_text(text, encoding="utf-8")
    return load(path)


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("inputs: 5", "inputs"),
        ("inputs: []", "inputs"),
        ("run: {name: ..}\ninputs: [{path: a}]", "run.name"),
        ("run: {name: a/b}\ninputs: [{path: a}]", "run.name"),
        ("inputs: [{path: 7}]", "inputs.0.path"),
        ("inputs: [7]", "inputs.0"),
        ("inputs: [{path: a}]\nselection: {min_probability: 2}", "selection.min_probability"),
    ],
)
def test_what_is_wrong_is_named(tmp_path, text, field):
    with pytest.raises(InputError) as caught:
        config(tmp_path, text)
    assert caught.value.field == field
    assert "To mend it" in str(caught.value)


def test_patterns_are_sorted_and_a_file_may_have_the_name_of_a_pattern(tmp_path):
    for name in ("b.jsonl", "a.jsonl", "v[1].jsonl"):
        (tmp_path / name).touch()
    found = config(tmp_path, "inputs: [{path: '[ab].jsonl'}, {path: 'v[1].jsonl'}]")
    assert [given.name for given in found.inputs] == ["a.jsonl", "b.jsonl", "v[1].jsonl"]


def test_files_of_one_name_are_told_apart_and_show_no_folder(tmp_path):
    one, other = tmp_path / "x" / "v.jsonl", tmp_path / "y" / "v.jsonl"
    found = config(tmp_path, f"inputs: [{{path: {one}}}, {{path: {other}}}]")
    assert [given.name for given in found.inputs] == ["v.jsonl", "v.jsonl (2)"]
    assert [given.path for given in found.inputs] == [one, other]


def test_a_key_may_stand_once(tmp_path):
    with pytest.raises(InputError, match="stands twice"):
        config(tmp_path, "inputs: [{path: a}]\non_bad_row: drop\non_bad_row: fail")


def test_a_path_alone_is_an_input_and_a_file_counts_once(tmp_path):
    (tmp_path / "v.jsonl").touch()
    found = config(tmp_path, "inputs: [v.jsonl, '*.jsonl', ./v.jsonl]")
    assert [given.name for given in found.inputs] == ["v.jsonl"]
