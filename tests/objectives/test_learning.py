"""Weights learned from a user's choices: known weights come back, and too little is refused."""

from __future__ import annotations

import json

import numpy as np
import pytest

from prefdata.cli import main
from prefdata.config import load
from prefdata.errors import PrefdataError
from prefdata.objectives.choices import Choices, choices
from prefdata.objectives.learning import cross_validated, equal, fitted, learned

from .records import rating, vote, write

NAMES = ("accuracy", "brevity", "helpfulness", "safety")
TRUE = np.array([0.5, 0.05, 0.15, 0.3])
STEEP = 12.0


def simulated(count: int, seed: int = 0, names: tuple[str, ...] = NAMES, true: np.ndarray = TRUE) -> Choices:
    """Choices of a user who weighs as `true` does and is a little noisy."""
    rng = np.random.default_rng(seed)
    gap = rng.uniform(0, 1, (count, len(names))) - rng.uniform(0, 1, (count, len(names)))
    chosen = rng.random(count) < 1 / (1 + np.exp(-STEEP * gap @ true))
    return Choices(names, np.where(chosen[:, None], gap, -gap), [f"p{n}" for n in range(count)], {})


@pytest.mark.parametrize("seed", range(5))
def test_known_weights_come_back_from_simulated_choices(seed):
    fit = learned(simulated(2000, seed), equal(NAMES))
    assert np.abs(np.array([fit.weights[name] for name in NAMES]) - TRUE).max() < 0.05
    assert fit.steepness == pytest.approx(STEEP, rel=0.15)
    assert sum(fit.weights.values()) == pytest.approx(1, abs=1e-5)


def test_learned_weights_foretell_other_choices_better_than_equal_ones():
    right = cross_validated(simulated(600), equal(NAMES))
    assert right.learned > right.equal + 0.03
    assert right.toward == right.equal


def test_choices_by_lot_are_foretold_no_better_than_by_lot():
    def right(seed: int) -> float:
        gap = np.random.default_rng(seed).uniform(-1, 1, (50, 4))
        return cross_validated(Choices(NAMES, gap, [f"p{n}" for n in range(50)], {}), equal(NAMES)).learned

    assert np.mean([right(seed) for seed in range(15)]) == pytest.approx(0.5, abs=0.05)


def test_few_choices_stay_near_the_given_weights_and_many_leave_them():
    far = {"accuracy": 0.05, "brevity": 0.85, "helpfulness": 0.05, "safety": 0.05}
    away = [abs(learned(simulated(count), far).weights["brevity"] - 0.85) for count in (40, 4000)]
    assert away[0] < away[1]
    assert away[1] > 0.75


def test_a_dimension_that_users_choose_against_weighs_nothing_and_none_less():
    found = learned(
        simulated(1500, names=("accuracy", "length"), true=np.array([1.0, -0.6])), equal(("accuracy", "length"))
    )
    assert found.weights["length"] == 0
    assert found.weights["accuracy"] == 1


def test_the_fit_is_the_one_maximum_of_the_posterior():
    choices_made, prior = simulated(60), np.full(4, 0.25)
    best = fitted(choices_made.gap, prior)
    precision = 10 * (choices_made.gap**2).mean() / 4

    def loss(v: np.ndarray) -> float:
        steepness = np.clip(v @ prior / (prior @ prior), 0, 100)
        return float(
            np.logaddexp(0, -choices_made.gap @ v).sum() + precision / 2 * ((v - steepness * prior) ** 2).sum()
        )

    rng = np.random.default_rng(1)
    others = [np.maximum(0, best + rng.normal(0, scale, 4)) for scale in (0.01, 0.1, 1, 10) for _ in range(50)]
    assert all(loss(best) <= loss(other) + 1e-6 for other in others)


def test_too_few_choices_are_refused_with_the_number_that_is_asked_for():
    with pytest.raises(PrefdataError, match=r"39 choices are too few .* make 40"):
        learned(simulated(39), equal(NAMES))
    with pytest.raises(PrefdataError, match="in 1 dimensions"):
        learned(simulated(500, names=("accuracy",), true=np.array([1.0])), equal(("accuracy",)))
    same = simulated(50)
    with pytest.raises(PrefdataError, match="on one prompt"):
        learned(Choices(same.dimensions, same.gap, ["p"] * 50, {}), equal(NAMES))


def test_choices_against_every_score_are_refused():
    turned = simulated(200)
    with pytest.raises(PrefdataError, match="go against the scores"):
        learned(Choices(turned.dimensions, -np.abs(turned.gap), turned.prompt, {}), equal(NAMES))


@pytest.fixture
def files(tmp_path):
    """Ratings of two judges, and choices by ana and by bob, who chooses by lot."""
    rng = np.random.default_rng(0)
    rated, picks = [], []
    for n in range(200):
        score = rng.integers(0, 11, (2, 4))
        rated += [
            rating(f"c{c}", d, int(score[c, at]), j, f"p{n}")
            for c in (0, 1)
            for at, d in enumerate(NAMES)
            for j in "jk"
        ]
        wins = rng.random() < 1 / (1 + np.exp(-STEEP * (score[0] - score[1]) @ TRUE / 10))
        picks.append(vote(*(("c0", "c1") if wins else ("c1", "c0")), "ana", f"p{n}"))
        picks.append(vote(*(("c0", "c1") if rng.random() < 0.5 else ("c1", "c0")), "bob", f"p{n}"))
    picks += [{**vote("c0", "c1", "ana", "p0"), "winner": "tie"}, vote("c0", "c1", "ana", "p0", dimension="safety")]
    picks += [vote("c0", "c9", "ana", "p0")]
    return write(tmp_path / "ratings.jsonl", rated), write(tmp_path / "picks.jsonl", picks)


def test_the_command_writes_weights_that_a_config_reads(files, tmp_path, capsys):
    ratings, picks = files
    out = tmp_path / "weights.json"
    assert main(["weights", str(ratings), "--choices", str(picks), "--user", "ana", "--out", str(out)]) == 0
    said = capsys.readouterr().out
    found = json.loads(out.read_text())
    assert found["choices"] == 200
    assert found["left_out"] == {"about one dimension": 1, "not scored in all dimensions": 1, "ties": 1}
    assert f"{found['accuracy']['learned']:.3f} learned, {found['accuracy']['equal']:.3f} with equal weights" in said
    config = tmp_path / "build.yaml"
    config.write_text("inputs: [ratings.jsonl]\nobjectives: {learned: weights.json}")
    assert load(config).objectives.weights == pytest.approx(found["weights"], abs=1e-5)
    first = out.read_bytes()
    assert main(["weights", str(ratings), "--choices", str(picks), "--user", "ana", "--out", str(out)]) == 0
    assert out.read_bytes() == first


def test_the_command_learns_from_a_run_toward_given_weights(files, tmp_path, build):
    ratings, picks = files
    run = build({"r.jsonl": [json.loads(line) for line in ratings.read_text().splitlines()]})
    out = tmp_path / "weights.json"
    given = ["--choices", str(picks), "--user", "ana", "--toward", "standard", "--out", str(out)]
    assert main(["weights", str(run.path), *given]) == 0
    assert set(json.loads(out.read_text())["weights"]) == set(NAMES)


def test_an_unknown_user_is_named_and_no_input_is_written_over(files, capsys):
    ratings, picks = files
    assert main(["weights", str(ratings), "--choices", str(picks), "--user", "eve", "--out", "-"]) == 2
    assert 'no vote by "eve"' in (said := capsys.readouterr().err)
    assert "ana, bob" in said
    assert main(["weights", str(ratings), "--choices", str(picks), "--out", str(picks)]) == 2


def test_dimensions_that_never_differ_are_not_learned(tmp_path):
    rated = [
        rating(c, d, s, prompt=f"p{n}")
        for n in range(3)
        for c, s in (("c0", 9), ("c1", 2))
        for d in ("accuracy", "brevity")
    ]
    rated += [rating(c, "grammar", 10, "rules", f"p{n}") for n in range(3) for c in ("c0", "c1")]
    picks = write(tmp_path / "v.jsonl", [vote("c0", "c1", prompt=f"p{n}") for n in range(3)])
    assert choices([write(tmp_path / "r.jsonl", rated)], picks, None).dimensions == ("accuracy", "brevity")


def test_files_that_hold_no_such_weights_or_choices_are_named(files, tmp_path, capsys):
    ratings, picks = (str(path) for path in files)
    other = str(write(tmp_path / "other.jsonl", [vote("x", "y", prompt=f"o{n}") for n in range(50)]))
    wrong = {
        ("--choices", picks, "--toward", "safe"): '--toward: "safe" is no preset, and there is no such file',
        ("--choices", ratings): f'{ratings}, field "winner": holds no votes',
        ("--choices", other): f'{other}, field "prompt_id": none of its 50 choices',
    }
    for given, words in wrong.items():
        assert main(["weights", str(tmp_path / "ratings.jsonl"), *given, "--out", "-"]) == 2
        assert words in capsys.readouterr().err
