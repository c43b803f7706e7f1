"""Votes weighed by what judges are worth: what changes, and what must not."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prefdata.errors import InputError
from prefdata.evidence import gather, link
from prefdata.labels import coding
from prefdata.labels.calibration.curves import Curve
from prefdata.labels.calibration.fit import FEW, fit
from prefdata.labels.calibration.gold import gold, heard
from prefdata.labels.coding import BOTH_BAD, HIGH, LOW, TIE, block, code, spans
from prefdata.labels.tally import tally
from prefdata.labels.trust import Read, apply, recalibrated, stratum_of
from prefdata.labels.trust_file import Bias, Biases, Group, Judge, Trust
from prefdata.sources.imports.intake import Intake

from .conftest import vote_sets
from .panels_with_gold import panel, rows

HALF = Trust(pooled=Group({"j1": Judge(2.0), "j2": Judge(-0.5), "j3": Judge(0.25)}))


def vote(winner: str, judge: str = "j1", prompt: str = "p", **more) -> dict:
    return {"prompt_id": prompt, "a": "x", "b": "y", "winner": winner, "judge": judge, **more}


def weighed(votes, trust: Trust, **more):
    return apply(votes, trust, [None] * len(votes.prompt_ids), **more)


def test_a_vote_counts_what_its_judge_is_worth(coded):
    votes = coded([vote("a"), vote("b", weight=3), vote("a", "j3"), vote("tie")])
    found = weighed(votes, HALF)
    assert found.outcome.tolist() == [LOW, HIGH, LOW, TIE]
    assert found.weight.tolist() == [2, 6, 0.25, 2]


def test_a_weight_below_zero_turns_the_vote_over(coded):
    found = weighed(coded([vote("a", "j2"), vote("b", "j2"), vote("tie", "j2"), vote("both_bad", "j2")]), HALF)
    assert found.outcome.tolist() == [HIGH, LOW, TIE, BOTH_BAD]
    assert (found.weight == 0.5).all()


def test_what_was_said_stays_to_be_read(coded):
    votes = coded([vote("a", "j2"), vote("b")])
    found = weighed(votes, HALF)
    assert found.said is votes
    assert votes.outcome.tolist() == [LOW, HIGH]


def test_a_judge_that_nobody_measured_counts_as_the_average_one(coded):
    found = weighed(coded([vote("a", "new", weight=2, confidence=0.7), vote("b")]), HALF)
    assert (found.outcome[0], found.weight[0], found.confidence[0]) == (LOW, 2, 0.7)


@settings(deadline=None)
@given(votes=vote_sets(weighted=True))
def test_without_a_group_votes_stay_as_they_are(coded, votes):
    before = coded(votes)
    after = weighed(before, Trust())
    assert (after.outcome == before.outcome).all()
    assert tally(after).net == pytest.approx(tally(before).net)


@settings(deadline=None)
@given(votes=vote_sets(weighted=True), which=st.integers(0, 2**40))
def test_which_side_is_written_first_makes_no_odds(coded, votes, which):
    turned = [
        {**row, "a": row["b"], "b": row["a"], "winner": {"a": "b", "b": "a"}.get(row["winner"], row["winner"])}
        if which >> at & 1
        else row
        for at, row in enumerate(votes)
    ]
    one, other = (tally(weighed(coded(each), HALF)) for each in (votes, turned))
    assert one.net == pytest.approx(other.net)
    assert (one.ties == other.ties).all()


@settings(deadline=None)
@given(votes=vote_sets(weighted=True))
def test_turning_every_judge_over_turns_every_label_over(coded, votes):
    worth = {"j1": 2.0, "j2": -0.5, "j3": 0.25}
    turned = Trust(pooled=Group({name: Judge(-weight) for name, weight in worth.items()}))
    one, other = (tally(weighed(coded(votes), trust)) for trust in (HALF, turned))
    assert one.net == pytest.approx(-other.net)
    assert one.weight_tie == pytest.approx(other.weight_tie)


def test_every_stratum_has_its_own_weights(coded):
    trust = replace(HALF, by="kind", strata={"hard": Group({"j1": Judge(9.0)})})
    votes = coded([vote("a", prompt=prompt) for prompt in ("p1", "p2", "p3")])
    strata = stratum_of(['{"kind":"hard"}', '{"kind":"easy"}', "{}"], "kind")
    assert apply(votes, trust, strata).weight.tolist() == [9, 2, 2]


def test_a_calibrated_confidence_says_how_much_a_vote_counts(coded):
    trust = Trust(pooled=Group({"j1": Judge(2.0, Curve(1.0, 0.0))}))
    found = weighed(coded([vote("a", confidence=0.9), vote("b", confidence=0.6), vote("tie")]), trust)
    assert found.weight == pytest.approx([2 * 0.8, 2 * 0.2, 2])
    assert (found.confidence == 1).all()  # or strength would discount it once more
    pairs = tally(found)
    assert pairs.soft_low - pairs.soft_high == pytest.approx(pairs.net)


def test_a_vote_that_bias_explains_counts_less(coded):
    biases = Biases(100.0, {"j1": Bias(2.0, 0.7, 0.5)})
    trust = Trust(pooled=Group({"j1": Judge(1.0)}, None, biases))
    votes = coded([vote("a", order=order, prompt=order) for order in ("ab", "ba")] + [vote("a", prompt="long")])
    length = np.array([0.0, 0, 0, 0, 200, 100])  # only the last prompt's sides differ
    found = weighed(votes, trust, length=length).weight
    logistic = 1 / (1 + np.exp([0.7, -0.7, 0.5 * np.tanh(1)]))
    assert found == pytest.approx(2 * 2 * logistic)


def mended(coded, probability, curve: Curve):
    """Probabilities of pairs on which a measured judge voted, by the curve."""
    votes = coded([vote("a", prompt=f"p{n}") for n in range(len(probability))])
    trust = Trust(pooled=Group({"j1": Judge(1.0)}, curve))
    return recalibrated(probability, trust, votes, tally(votes), [None] * len(probability))


def test_recalibrated_probabilities_keep_their_side(coded):
    p = np.array([0.5, 0.6, 0.4, 0.99, np.nan])
    found = mended(coded, p, Curve(2.0, 0.0))
    odds = (0.6 / 0.4) ** 2
    assert found[:3] == pytest.approx([0.5, odds / (1 + odds), 1 / (1 + odds)])
    assert found[3] > 0.99
    assert np.isnan(found[4])
    falling = Curve(0.0, 0.0, (0.0, 3.0), (0.2, 0.4))
    assert mended(coded, p, falling)[:4].tolist() == [0.5, 0.5, 0.5, 0.5]


@pytest.mark.parametrize("curve", [Curve(0.0, 0.0), Curve(2.0, 0.0)])
def test_probabilities_that_round_to_certainty_are_recalibrated_too(coded, curve):
    surely = mended(coded, np.array([1.0, 0.0]), curve)
    assert surely == pytest.approx([curve(np.array([34.5]))[0], 1 - curve(np.array([34.5]))[0]])


def test_judges_that_were_not_measured_say_what_they_say(coded):
    votes = coded([vote("a", "j1", "p"), vote("a", "anna", "q"), vote("a", "anna", "r"), vote("a", "j1", "r")])
    trust = Trust(pooled=Group({"j1": Judge(1.0)}, Curve(0.0, 0.0)))
    found = recalibrated(np.full(3, 0.7), trust, votes, tally(votes), [None] * 3)
    assert found.tolist() == [0.5, 0.7, 0.5]


def test_a_file_that_is_none_says_how_to_make_one(tmp_path):
    path = tmp_path / "trust.json"
    for text in ("", "[]", "{}", json.dumps({"by": None})):
        path.write_text(text)
        with pytest.raises(InputError, match="prefdata calibrate"):
            Trust.load(path)
    with pytest.raises(InputError, match="cannot be read"):
        Trust.load(tmp_path / "none.json")


# --- what is learned is what is applied ------------------------------------------------------


def read(coded, found, strata=None) -> Read:
    votes = coded(rows(found)["votes"])
    return Read(votes, strata or [None] * len(votes.prompt_ids))


def evidence(vote_file, votes):
    return link(gather(Intake(vote_file(votes), "votes.jsonl").chunks()))


def labels(vote_file, found):
    return gold(evidence(vote_file, rows(found)["gold"]))


@pytest.mark.parametrize("kind", ["one strong", "adversary"])
def test_the_label_of_weighed_votes_is_the_combinations(coded, vote_file, kind):
    found = panel(kind, 120, 1)
    run = read(coded, found)
    told = heard([run], labels(vote_file, found))
    learned = fit(told)
    net = tally(apply(run.votes, Trust(pooled=learned.group()), run.strata)).net
    assert net[told.place] == pytest.approx(learned.score(told) * learned.scale)


def test_the_average_vote_counts_one(coded, vote_file):
    found = panel("adversary", 120, 2)
    run = read(coded, found)
    group = fit(heard([run], labels(vote_file, found))).group()
    assert apply(run.votes, Trust(pooled=group), run.strata).weight.mean() == pytest.approx(1)


def test_saying_everything_twice_is_saying_it_once(coded, vote_file):
    found = panel("one strong", 120, 6)
    votes, truth = rows(found)["votes"], labels(vote_file, found)
    twice = votes + [row for row in votes if row["judge"] in ("judge 0", "judge 3")]
    one, other = (heard([Read(coded(each), [None] * 120)], truth) for each in (votes, twice))
    assert fit(one).score(one) == pytest.approx(fit(other).score(other))


def test_judges_with_few_labels_share_a_weight(coded, vote_file):
    found = panel("good", 60, 3)
    votes = [row for row in rows(found)["votes"] if row["judge"] > "judge 1" or row["prompt_id"] < f"p{FEW - 1:04d}"]
    told = heard([Read(coded(votes), [None] * 60)], labels(vote_file, found))
    weights = {name: judge.weight for name, judge in fit(told).group().judges.items()}
    assert weights["judge 0"] == weights["judge 1"]
    assert len(set(weights.values())) == 5


@pytest.mark.parametrize("sure", [{}, {"confidence": 0.99}])
def test_of_a_label_or_two_nothing_is_learned(coded, vote_file, sure):
    found = panel("good", 60, 3)
    new = [{**row, "judge": "new", **sure} for row in rows(found)["gold"][:2]]
    truth = labels(vote_file, found)
    plain, other = (fit(heard([Read(coded(rows(found)["votes"] + more), [None] * 60)], truth)) for more in ([], new))
    one, two = ({name: judge.weight for name, judge in found.group().judges.items()} for found in (plain, other))
    assert two == pytest.approx(one)
    run = Read(coded(rows(found)["votes"] + new), [None] * 60)
    told = heard([run], truth)
    net = tally(apply(run.votes, Trust(pooled=other.group()), run.strata)).net
    assert net[told.place] == pytest.approx(other.score(told) * other.scale)


def test_a_judge_whose_votes_weigh_nothing_is_not_known_and_takes_nothing_from_others(coded, vote_file):
    found = panel("good", 60, 4)
    silent = [{**row, "judge": "silent", "weight": 0} for row in rows(found)["gold"]]
    truth = labels(vote_file, found)
    plain, other = (fit(heard([Read(coded(rows(found)["votes"] + more), [None] * 60)], truth)) for more in ([], silent))
    assert other.group().judges == plain.group().judges
    alone = heard([Read(coded(silent), [None] * 60)], truth)
    assert fit(alone).group().judges == {}
    assert fit(alone).score(alone).tolist() == [0] * 60


def test_who_gives_the_gold_is_not_measured_by_it(coded, vote_file):
    found = panel("good", 60, 4)
    run = Read(coded(rows(found)["votes"] + rows(found)["gold"]), [None] * 60)
    assert "gold" not in fit(heard([run], labels(vote_file, found))).group().judges


def test_gold_that_ties_is_no_label(vote_file):
    votes = [vote("a"), vote("b"), vote("a", prompt="q"), vote("tie", prompt="r"), vote("b", prompt="s")]
    votes += [vote("tie", prompt="t"), vote("a", prompt="t"), vote("tie", prompt="t")]
    found = gold(evidence(vote_file, votes))
    assert found.side.tolist() == [1, -1]
    assert found.undecided == 3


def test_pairs_of_a_prompt_are_in_one_fold(coded, vote_file):
    sides = (("x", "y"), ("y", "z"), ("x", "z"))
    votes = [{"prompt_id": f"p{n}", "a": a, "b": b, "winner": "a", "judge": "j1"} for n in range(40) for a, b in sides]
    truth = gold(evidence(vote_file, [{**v, "judge": "g"} for v in votes]))
    told = heard([Read(coded(votes), [None] * 40)], truth)
    folds = {(prompt, fold) for prompt, fold in zip(told.prompt.tolist(), told.fold.tolist(), strict=True)}
    assert len(folds) == 40
    assert [fold for _, fold in sorted(folds)] != [n % 10 for n in range(40)]  # by lot, for ids have their own order
    assert sorted(np.bincount([fold for _, fold in folds])) == [4] * 10


def test_blocks_are_read_as_one_would_be(vote_file, monkeypatch):
    found = panel("misled", 80, 5)
    truth = labels(vote_file, found)
    votes = code(evidence(vote_file, rows(found)["votes"]).vote)
    told = []
    for size in (1 << 17, 100):
        monkeypatch.setattr(coding, "BLOCK", size)
        parts = [block(votes, *span) for span in spans(votes)]
        told.append(heard([Read(part, [None] * len(part.prompt_ids)) for part in parts], truth))
    assert len(spans(votes)) > 5
    assert told[0].place.tolist() == told[1].place.tolist()
    assert fit(told[0]).odds == pytest.approx(fit(told[1]).odds)
