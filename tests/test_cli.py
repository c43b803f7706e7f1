"""The command line as a user meets it."""

from __future__ import annotations

import json
import re

import pytest
import yaml

from prefdata.audit import audit
from prefdata.cli import main
from prefdata.commands.init import recipes

from .conftest import SAMPLE, SAMPLE_BUILD, write_jsonl

COMMANDS = (
    "audit", "build", "calibrate", "queue", "weights", "status", "export", "report", "metrics", "schema", "init", "demo"
)  # fmt: skip


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(command, capsys):
    with pytest.raises(SystemExit) as stop:
        main([command, "--help"])
    assert stop.value.code == 0
    assert "usage: prefdata " + command in capsys.readouterr().out


def test_the_audit_writes_figures_and_a_page(tmp_path, capsys):
    assert main(["audit", str(SAMPLE), "--json", str(tmp_path / "a.json"), "--html", str(tmp_path / "a.html")]) == 0
    figures = json.loads((tmp_path / "a.json").read_text(encoding="utf-8"))
    assert figures == audit([SAMPLE]).figures()
    assert "krippendorff_alpha" in capsys.readouterr().out
    assert "Divided pairs" in (tmp_path / "a.html").read_text(encoding="utf-8")


def test_the_audits_figures_are_those_promised(capsys):
    assert main(["audit", str(SAMPLE), "--json", "-"]) == 0
    promised = """votes judges prompts candidates pairs_decided pairs_conflicting pairs_unresolved prompts_cyclic_raw
        prompts_cyclic_majority three_cycles_majority min_feedback_weight krippendorff_alpha
        krippendorff_alpha_without_ties longer_wins_rate dropped"""
    assert set(promised.split()) <= set(json.loads(capsys.readouterr().out))


@pytest.mark.parametrize("recipe", sorted(recipes()))
def test_recipes_are_configs(recipe, tmp_path, monkeypatch):
    from prefdata.casting.verifiers import FILES
    from prefdata.config import load

    assert main(["init", recipe, "--out", str(tmp_path / "build.yaml")]) == 0
    verifiers = yaml.safe_load((tmp_path / "build.yaml").read_text(encoding="utf-8")).get("verifiers", [])
    for file in (verifier[name] for verifier in verifiers for name in FILES if name in verifier):
        (tmp_path / file).touch()
    assert load(tmp_path / "build.yaml").name == recipe
    assert main(["init", recipe, "--out", str(tmp_path / "build.yaml")]) == 2  # never overwrites


def test_the_votes_recipe_builds(tmp_path):
    main(["init", "votes", "--out", str(tmp_path / "build.yaml")])
    write_jsonl(tmp_path / "prompts.jsonl", [{"prompt_id": "p", "messages": [{"role": "user", "content": "Hi"}]}])
    write_jsonl(tmp_path / "candidates.jsonl", [{"prompt_id": "p", "candidate_id": c, "text": c} for c in "xy"])
    write_jsonl(tmp_path / "votes.jsonl", [{"prompt_id": "p", "a": "x", "b": "y", "winner": "b", "judge": "j"}])
    assert main(["build", str(tmp_path / "build.yaml")]) == 0
    assert (tmp_path / "runs" / "votes" / "manifest.json").exists()


def test_the_report_of_a_build_needs_no_network(tmp_path, capsys):
    assert main(["build", str(SAMPLE_BUILD), "--run-dir", str(tmp_path / "demo")]) == 0
    assert "training pairs out" in capsys.readouterr().out
    page = (tmp_path / "demo" / "report.html").read_text(encoding="utf-8")
    assert not re.search(r"""(src|href)\s*=\s*["']?(https?:)?//""", page)
    assert "<script" not in page
    for heading in (
        "What came in",
        "What was dropped",
        "Conflicts and cycles",
        "Strength",
        "Length",
        "Agreement",
        "Coverage",
    ):
        assert heading in page


def test_report_writes_the_page_again(tmp_path):
    main(["build", str(SAMPLE_BUILD), "--run-dir", str(tmp_path / "demo")])
    page = tmp_path / "demo" / "report.html"
    before = page.read_bytes()
    page.unlink()
    assert main(["report", str(tmp_path / "demo")]) == 0
    assert page.read_bytes() == before


def test_texts_in_a_report_are_escaped(tmp_path):
    evil = "<script>alert(1)</script>"
    rows = [
        {
            "instruction": evil,
            "input": "",
            "cmp_key": "m_n",
            "response1": evil,
            "response2": "no",
            "annotator1": 1,
            "annotator2": 2,
        }
    ]
    write_jsonl(tmp_path / "votes.jsonl", rows)
    assert main(["audit", str(tmp_path / "votes.jsonl"), "--html", str(tmp_path / "a.html")]) == 0
    page = (tmp_path / "a.html").read_text(encoding="utf-8")
    assert evil not in page
    assert "&lt;script&gt;" in page


def test_commands_on_an_unfinished_run_say_what_to_do(tmp_path, capsys):
    assert main(["report", str(tmp_path)]) == 2
    assert "To mend it" in capsys.readouterr().err
    assert main(["export", str(tmp_path), "--format", "trl", "--out", str(tmp_path / "out")]) == 2
