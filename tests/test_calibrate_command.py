"""`prefdata calibrate` as a user meets it: a run, a file of gold labels, and what comes of them."""

from __future__ import annotations

import json

import pytest

from prefdata import faults
from prefdata.cli import main
from prefdata.labels.trust_file import Trust

from .conftest import triplets, write_jsonl
from .labels.panels_with_gold import panel, rows

LABELS = 60


@pytest.fixture
def calibrate(build, tmp_path, capsys):
    """calibrate(gold rows, *options) → (exit code, what was printed); the run has an adversary among its judges."""
    found = rows(panel("adversary", LABELS, 1), tag="all")
    for prompt in found["prompts"][55:]:
        prompt["tags"] = {"kind": "few"}
    run = build({f"{kind}.jsonl": found[kind] for kind in ("prompts", "candidates", "votes")})
    capsys.readouterr()

    def make(gold, *options, file="gold.jsonl"):
        write_jsonl(tmp_path / file, gold)
        command = ["calibrate", str(run.path), "--gold", str(tmp_path / file), "--out", str(tmp_path / "trust.json")]
        return main([*command, *options]), capsys.readouterr()

    make.gold, make.run = found["gold"], run
    return make


def trust_of(tmp_path):
    return json.loads((tmp_path / "trust.json").read_text(encoding="utf-8"))


def test_gold_tells_who_is_right(calibrate, tmp_path):
    code, shown = calibrate(calibrate.gold)
    assert code == 0
    facts = trust_of(tmp_path)
    judges = facts["pooled"]["judges"]
    assert judges["judge 4"]["weight"] < 0 < judges["judge 0"]["weight"]
    assert judges["judge 4"]["accuracy_high"] < 0.5
    assert facts["pooled"]["combination"]["accuracy"] > facts["pooled"]["combination"]["majority_accuracy"]
    assert "judge 4" in shown.out
    assert faults.row_fault("trust", facts) is None
    assert Trust.load(tmp_path / "trust.json").pooled.judges["judge 4"].weight == judges["judge 4"]["weight"]


def test_the_page_needs_nothing_else(calibrate, tmp_path):
    calibrate(calibrate.gold)
    page = (tmp_path / "trust.html").read_text(encoding="utf-8")
    assert "<script" not in page
    assert "http://" not in page
    assert "https://" not in page
    for word in ("Said, and right", "Errors in common", "judge 4", "<svg"):
        assert word in page


def test_equal_labels_give_equal_bytes(calibrate, tmp_path):
    calibrate(calibrate.gold)
    before = [(tmp_path / name).read_bytes() for name in ("trust.json", "trust.html")]
    facts = trust_of(tmp_path)
    calibrate(calibrate.gold)
    assert [(tmp_path / name).read_bytes() for name in ("trust.json", "trust.html")] == before
    turned = [{**row, "a": "y", "b": "x", "winner": "ab"[row["winner"] == "a"]} for row in reversed(calibrate.gold)]
    calibrate(turned)
    again = trust_of(tmp_path)
    assert again["gold"].pop("sha256") != facts["gold"].pop("sha256")
    assert again == facts


def test_a_stratum_needs_labels_of_its_own(calibrate, tmp_path):
    code, shown = calibrate(calibrate.gold, "--by", "kind")
    assert code == 0
    facts = trust_of(tmp_path)
    assert facts["labels"] == {"all": 55, "few": 5}
    assert list(facts["strata"]) == ["all"]
    assert facts["strata"]["all"]["labels"] == 55
    assert "few: 5 labels" in shown.out


def test_below_the_gate_judges_count_alike(calibrate, tmp_path):
    code, shown = calibrate(calibrate.gold[:49])
    assert code == 0
    assert trust_of(tmp_path)["pooled"] is None
    assert "49 labels, fewer than 50" in shown.out
    assert Trust.load(tmp_path / "trust.json").pooled is None
    assert "too few labels" in (tmp_path / "trust.html").read_text(encoding="utf-8")


def test_gold_may_be_ratings(calibrate, tmp_path):
    ratings = [
        {"prompt_id": row["prompt_id"], "candidate_id": side, "judge": "gold", "score": score}
        for row in calibrate.gold
        for side, score in (("x", 8 if row["winner"] == "a" else 2), ("y", 5))
    ]
    calibrate(calibrate.gold)
    weights = {name: judge["weight"] for name, judge in trust_of(tmp_path)["pooled"]["judges"].items()}
    assert calibrate(ratings, file="ratings.jsonl")[0] == 0
    assert weights == {name: judge["weight"] for name, judge in trust_of(tmp_path)["pooled"]["judges"].items()}


def test_labels_of_other_pairs_are_noted(calibrate, tmp_path):
    others = [{**calibrate.gold[0], "prompt_id": "elsewhere"}]
    _, shown = calibrate([*calibrate.gold, *others])
    assert "1 of 61 labelled pairs have no vote" in shown.err
    code, shown = calibrate(others)
    assert code == 2
    assert "To mend it: use the prompt and candidate ids of the run" in shown.err


@pytest.mark.parametrize(
    ("change", "options", "words"),
    [
        ({}, ("--by", "kin"), 'no labelled prompt has the tag "kin"'),
        ({"winner": "tie"}, (), "no pair has a winner"),
        ({"judge": "judge 0"}, (), None),
    ],
)
def test_what_is_wrong_with_the_gold_is_said(calibrate, change, options, words, tmp_path):
    code, shown = calibrate([{**row, **change} for row in calibrate.gold], *options)
    assert code == (2 if words else 0)
    assert (words or "") in shown.err
    if not words:  # whoever gives the gold is not measured by it
        assert "judge 0" not in trust_of(tmp_path)["pooled"]["judges"]


def test_the_gold_is_never_written_over(calibrate, tmp_path):
    code, shown = calibrate(calibrate.gold, "--out", str(tmp_path / "gold.jsonl"))
    assert code == 2
    assert "To mend it" in shown.err
    assert (tmp_path / "gold.jsonl").read_text(encoding="utf-8").count("\n") == LABELS


@pytest.mark.parametrize(("other", "out"), [("more.jsonl", "more.jsonl"), ("report.html", "report.json")])
def test_no_other_file_is_written_over(calibrate, tmp_path, other, out):
    (tmp_path / other).write_text("{}", encoding="utf-8")
    code, shown = calibrate(calibrate.gold, "--out", str(tmp_path / out))
    assert code == 2
    assert "no calibration made it. To mend it: give --out another name" in shown.err
    assert (tmp_path / other).read_text(encoding="utf-8") == "{}"
    assert not (tmp_path / "report.json").exists()


def test_the_votes_of_the_run_are_no_gold_for_it(calibrate):
    own = [{**row, "judge": f"judge {n}"} for n in range(6) for row in calibrate.gold]
    code, shown = calibrate(own)
    assert code == 2
    assert "nobody but those who give the gold (judge 0, judge 1, judge 2, judge 3, judge 4, …) has voted" in shown.err


@pytest.fixture
def trusting(calibrate, build, capsys):
    """trusting(gold rows, names) → the run built by what they teach, and what was warned of; names: new ones."""

    def make(gold, names=None):
        assert calibrate(gold)[0] == 0
        found = rows(panel("adversary", LABELS, 1))
        found["votes"] = [{**row, "judge": (names or {}).get(row["judge"], row["judge"])} for row in found["votes"]]
        files = {f"{kind}.jsonl": found[kind] for kind in ("prompts", "candidates", "votes")}
        run = build(files, labels={"trust": "trust.json"})
        return run, capsys.readouterr().err

    return make


def pages(run) -> list[str]:
    return [path.read_text(encoding="utf-8") for path in (run.card, run.report)]


def test_votes_are_counted_as_they_were_said(trusting, calibrate):
    run, _ = trusting(calibrate.gold)
    found = [json.loads(row["provenance"]) for row in triplets(run)]
    for row in found:
        assert row["votes"] == {
            side: sum(by.get(side, 0) for by in row["judges"].values()) for side in ("chosen", "rejected", "tie")
        }
    adversary = [row["judges"]["judge 4"] for row in found]
    assert sum(by.get("rejected", 0) for by in adversary) > sum(by.get("chosen", 0) for by in adversary)


def test_card_and_report_say_what_weighed_the_votes(trusting, calibrate, tmp_path):
    run, warned = trusting(calibrate.gold, {"judge 5": "new"})
    assert "labels.trust" not in warned
    weight = trust_of(tmp_path)["pooled"]["judges"]["judge 4"]["weight"]
    for text in pages(run):
        assert "60 gold labels (gold.jsonl)" in text
        assert f"judge 4 {weight:.2f}" in text
        assert "others count as the average one (1)" in text


@pytest.mark.parametrize(
    ("labels", "name", "words"),
    [
        (60, "stranger", "none of its judges has a vote in this run; it was learned from 60 gold labels"),
        (30, "judge", "nothing was learned from its 30 gold labels (gold.jsonl)"),
    ],
)
def test_trust_that_changes_nothing_is_warned_of(trusting, calibrate, labels, name, words):
    run, warned = trusting(calibrate.gold[:labels], {f"judge {n}": f"{name} {n}" for n in range(6)})
    assert f"warning: labels.trust changes nothing: {words}" in warned
    assert all(words in text for text in pages(run))


def test_a_run_must_be_whole(tmp_path, capsys):
    write_jsonl(tmp_path / "gold.jsonl", [])
    assert main(["calibrate", str(tmp_path), "--gold", str(tmp_path / "gold.jsonl")]) == 2
    assert "holds no complete run" in capsys.readouterr().err


def test_what_judges_of_the_build_said_is_measured_too(build, tmp_path):
    texts = {"x": "The cat sat on the mat.", "y": ""}
    ids = [f"p{n}" for n in range(LABELS)]
    prompts = [{"prompt_id": i, "messages": [{"role": "user", "content": "Where is the cat?"}]} for i in ids]
    candidates = [{"prompt_id": i, "candidate_id": c, "text": text} for i in ids for c, text in texts.items()]
    run = build({"prompts.jsonl": prompts, "candidates.jsonl": candidates}, judges=[{"name": "tidy", "kind": "rules"}])
    gold = [{"prompt_id": i, "a": "x", "b": "y", "winner": "a", "judge": "gold"} for i in ids]
    path = write_jsonl(tmp_path / "gold.jsonl", gold)
    assert main(["calibrate", str(run.path), "--gold", str(path)]) == 0
    assert json.loads((run.path / "trust.json").read_text("utf-8"))["pooled"]["judges"]["tidy"]["accuracy"] == 1


def test_votes_of_those_who_give_the_gold_foretell_nothing(calibrate, tmp_path, build):
    calibrate(calibrate.gold)
    alone = trust_of(tmp_path)
    with_them = rows(panel("adversary", LABELS, 1), tag="all")
    with_them["votes"] += with_them["gold"]
    run = build({f"{kind}.jsonl": with_them[kind] for kind in ("prompts", "candidates", "votes")})
    path = write_jsonl(tmp_path / "gold.jsonl", with_them["gold"])
    assert main(["calibrate", str(run.path), "--gold", str(path), "--out", str(tmp_path / "trust.json")]) == 0
    assert trust_of(tmp_path) == alone


def test_labels_on_one_prompt_teach_nothing(build, tmp_path, capsys):
    names = [f"c{n:02d}" for n in range(11)]
    said = [
        {"prompt_id": "p", "a": a, "b": b, "winner": "a", "judge": "j"} for n, a in enumerate(names) for b in names[:n]
    ]
    run = build({"votes.jsonl": said})
    path = write_jsonl(tmp_path / "gold.jsonl", [{**row, "judge": "gold"} for row in said])
    assert main(["calibrate", str(run.path), "--gold", str(path)]) == 0
    assert "55 labels, all on one prompt: nothing is learned" in capsys.readouterr().out


def test_a_judge_that_is_right_half_the_time_is_not_known(build, tmp_path):
    said = [
        {"prompt_id": f"p{n}", "a": "x", "b": "y", "winner": "a", "judge": "j", "confidence": 0.9} for n in range(60)
    ]
    run = build({"votes.jsonl": said})
    gold = [{**row, "winner": "ab"[n % 2], "judge": "gold", "confidence": None} for n, row in enumerate(said)]
    gold = [{name: value for name, value in row.items() if value is not None} for row in gold]
    assert main(["calibrate", str(run.path), "--gold", str(write_jsonl(tmp_path / "gold.jsonl", gold))]) == 0
    assert faults.row_fault("trust", json.loads((run.path / "trust.json").read_text("utf-8"))) is None
