"""Calibration: thresholds and shares against brute force, labels, and the command from pictures to trust."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from prefdata.claims import calibration, labelled, trust_file
from prefdata.claims.calibration import Looked, Share, Targets, lower, measured, overlap, upper
from prefdata.claims.sight import Seen, Vocabulary
from prefdata.claims.yolo import SCORE
from prefdata.cli import main
from prefdata.errors import InputError
from prefdata.tinyworld import samples
from prefdata.tinyworld.drawing import draw
from prefdata.tinyworld.scene import SHAPES, Scene, Thing

from ..conftest import write_jsonl
from .scenes import DETECTOR

SCORES = st.integers(0, 60).map(lambda steps: round(steps * SCORE, 3))


@given(st.integers(0, 3000), st.integers(1, 3000))
def test_a_share_is_at_least_the_lower_end_of_wilsons_interval(part, whole):
    part = min(part, whole)
    expected = binomtest(part, whole).proportion_ci(0.95, method="wilson").low
    assert Share(part, whole).at_least == pytest.approx(expected, abs=1e-4)


def test_the_fewest_labels_that_reach_the_targets_are_those_of_the_help():
    targets = Targets()
    assert Share(381, 381).at_least >= targets.precision > Share(380, 380).at_least
    assert Share(637, 637).at_least >= targets.recall > Share(636, 636).at_least


@given(st.lists(st.tuples(SCORES, st.booleans()), max_size=60), st.sampled_from([0.3, 0.6, 0.8]))
def test_hi_is_the_lowest_score_from_which_enough_is_right(said, target):
    def share(score):
        right = [is_right for other, is_right in said if other >= score]
        return Share(sum(right), len(right))

    good = [score for score, _ in said if share(score).at_least >= target]
    hi, found = upper(said, target)
    assert hi == (min(good) if good else None)
    if hi is not None:
        assert found == share(hi)


@given(st.lists(SCORES, min_size=1, max_size=60), st.sampled_from([0.3, 0.6, 0.8]))
def test_lo_is_the_highest_score_above_which_enough_is_found(scores, target):
    def share(lo):
        return Share(sum(score > lo for score in scores), len(scores))

    steps = [round(at * SCORE, 3) for at in range(1, 70)]
    good = [lo for lo in steps if share(lo).at_least >= target]
    assert lower(scores, target) == (max(good) if good else 0.001)


BOXES = st.tuples(*[st.integers(0, 6)] * 2, *[st.integers(1, 5)] * 2).map(
    lambda box: (float(box[0]), float(box[1]), float(box[0] + box[2]), float(box[1] + box[3]))
)
THINGS = st.lists(BOXES.map(lambda box: Seen("star", 1.0, box)), max_size=5)
SEEN = st.lists(st.tuples(SCORES, BOXES).map(lambda one: Seen("star", *one)), max_size=6)


@given(BOXES, BOXES)
def test_overlap_is_shared_pixels_over_all_pixels(one, other):
    cells = [
        {(x, y) for x in range(int(x0), int(x1)) for y in range(int(y0), int(y1))} for x0, y0, x1, y1 in (one, other)
    ]
    assert overlap(one, other) == pytest.approx(len(cells[0] & cells[1]) / len(cells[0] | cells[1]))


@given(THINGS, SEEN)
def test_each_thing_is_found_once_and_the_best_detection_chooses_first(things, seen):
    found = calibration._matched(things, seen)
    assert len(set(found.values())) == len(found)
    free = set(range(len(things)))
    for at in sorted(range(len(seen)), key=lambda at: -seen[at].score):
        best = max((overlap(things[n].box, seen[at].box) for n in free), default=0.0)
        took = [n for n, by in found.items() if by == at]
        assert bool(took) == (best >= 0.5)
        assert all(overlap(things[n].box, seen[at].box) == best for n in took)
        free -= set(took)


def picture(things=(), seen=(), side=100):
    return Looked(things, seen, side, side)


def many(count, things, seen):
    """Measured on so many pictures with the same things and detections."""
    return measured([picture(things, seen)] * count, Targets())


STAR, BESIDE = (10.0, 10.0, 30.0, 30.0), (60.0, 60.0, 80.0, 80.0)


def test_what_is_found_and_right_is_trusted():
    found = many(700, [Seen("star", 1.0, STAR)], [Seen("star", 0.8, STAR), Seen("star", 0.1, BESIDE)])
    star = found["classes"]["star"]
    assert (star["hi"], star["lo"]) == (0.8, 0.799)
    assert star["precision"]["right"] == star["precision"]["said"] == star["recall"]["all"]["found"] == 700
    assert star["recall"]["all"]["at_least"] >= 0.994


def test_a_thing_that_is_seen_twice_is_right_once():
    seen = [Seen("star", 0.8, STAR), Seen("star", 0.7, (11.0, 10.0, 30.0, 30.0))]
    star = many(700, [Seen("star", 1.0, STAR), Seen("star", 1.0, BESIDE)], seen)["classes"]["star"]
    assert star["hi"] == 0.8
    assert star["recall"]["all"]["found"] == 700


def test_what_is_said_to_be_there_is_never_absent():
    right = [picture([Seen("star", 1.0, STAR)], [Seen("star", score, STAR)]) for score in np.linspace(0.5, 0.9, 800)]
    found = measured(right, Targets(0.99, 0.9))["classes"]["star"]
    assert found["lo"] < found["hi"] == 0.5


def test_a_thing_that_is_never_found_leaves_recall_low_and_lo_at_the_least_score():
    pictures = [picture([Seen("star", 1.0, STAR)], [Seen("star", 0.8, STAR)] * (at % 2)) for at in range(800)]
    star = measured(pictures, Targets())["classes"]["star"]
    assert (star["lo"], star["recall"]["all"]["found"]) == (0.001, 400)


def test_a_score_that_is_never_good_enough_supports_nothing(tmp_path):
    found = many(100, [Seen("star", 1.0, STAR)], [Seen("star", 0.9, STAR)])
    assert found["classes"]["star"]["hi"] is None
    assert read_back(tmp_path, found).trust["star"].hi > 1


def test_an_object_without_a_box_leaves_its_class_out_of_the_picture():
    things = [Seen("star", 1.0, STAR), Seen("moon", 1.0, BESIDE)]
    hidden = picture([*things, Seen("star", 1.0, None)], [Seen("star", 0.9, BESIDE), Seen("moon", 0.9, STAR)])
    clear = picture(things, [Seen("star", 0.8, STAR)])
    found = measured([hidden] * 60 + [clear] * 60, Targets(0.5, 0.5))["classes"]
    assert found["star"]["recall"]["all"] == {"at_least": pytest.approx(0.94, abs=0.01), "found": 60, "things": 60}
    assert found["star"]["precision"]["said"] == 60
    assert found["moon"]["recall"]["all"]["things"] == 120


def test_classes_with_few_labels_are_not_measured():
    found = many(calibration.FEW - 1, [Seen("star", 1.0, STAR)], [])
    assert found["classes"] == {}
    assert found["unmeasured"] == {"star": calibration.FEW - 1}
    assert list(many(calibration.FEW, [Seen("star", 1.0, STAR)], [])["classes"]) == ["star"]


def test_recall_is_by_size_and_sizes_are_thirds():
    small, medium, large = ((0.0, 0.0, side, side) for side in (10.0, 30.0, 60.0))
    boxes = [small] * 100 + [medium] * 100 + [large] * 100
    pictures = [picture([Seen("star", 1.0, box)], [Seen("star", 0.9, box)] * (box != small)) for box in boxes]
    found = measured(pictures, Targets())
    assert 0.1 < found["edges"][0] <= 0.3 < found["edges"][1] <= 0.6
    recall = found["classes"]["star"]["recall"]
    assert {size: recall[size]["found"] for size in recall} == {"all": 200, "small": 0, "medium": 100, "large": 100}


def test_sides_are_of_whole_things_with_a_size_word(tmp_path):
    def called(word, box):
        return Seen("star", 1.0, box, frozenset([word, "red"]))

    whole = picture([called("little", (10.0, 10.0, 20.0, 18.0)), called("large", (50.0, 50.0, 90.0, 70.0))])
    cut = picture([called("large", (60.0, 90.0, 70.0, 100.0))])
    hidden = picture([called("large", (10.0, 10.0, 20.0, 20.0)), called("red", (15.0, 15.0, 60.0, 60.0))])
    found = measured([whole, cut, hidden] * 60, Targets())
    sides = read_back(tmp_path, found).trust["star"].sides
    assert sides == {"small": (0.095, 0.105), "large": (0.38, 0.42)}


def read_back(folder, found, names=("star",)):
    path, vocabulary = folder / "calibration.json", Vocabulary(names)
    facts = {"model_hash": "m", "vocabulary_hash": vocabulary.hash, "targets": Targets()._asdict(), **found}
    path.write_text(json.dumps(facts))
    return trust_file.read(path, folder / "w.pt", "m", vocabulary)


def test_the_order_of_the_classes_belongs_to_a_calibration(tmp_path):
    read_back(tmp_path, many(60, [Seen("star", 1.0, STAR)], []), ("star", "moon"))
    with pytest.raises(InputError, match="another order"):
        trust_file.read(tmp_path / "calibration.json", tmp_path / "w.pt", "m", Vocabulary(("moon", "star")))


def rows(folder, **changes):
    """A prompt about a drawn picture, with changes."""
    if not (folder / "prompts.jsonl").exists():
        assert main(["tinyworld", "draw", "2", "--split", "calibration", "--out", str(folder)]) == 0
    row = json.loads((folder / "prompts.jsonl").read_text(encoding="utf-8").splitlines()[0])
    return {**row, **changes}


def test_drawn_prompts_say_what_is_in_their_image(tmp_path):
    rows(tmp_path)
    truths = map(json.loads, (tmp_path / "truth.jsonl").read_text(encoding="utf-8").splitlines())
    for found, truth in zip(labelled.read(tmp_path / "prompts.jsonl"), truths, strict=True):
        assert found.image == tmp_path / truth["image"]
        assert found.things == tuple(
            Seen(each["shape"], 1.0, tuple(each["box"]), frozenset([each["colour"], each["size"]]))
            for each in truth["objects"]
        )


def test_what_is_nearly_hidden_is_named_without_a_place():
    behind, away = (Thing("star", "red", "small", x, 40, 7.0) for x in (40, 200))
    crowded = Scene("crowded", (behind, Thing("square", "red", "large", 49, 40, 16.0), away), 0.5)
    picture = draw(crowded)
    assert 0 < picture.seen[0] < 0.25
    hidden, before = samples.objects(crowded, picture)
    assert (hidden["name"], hidden["box"]) == ("star", None)
    assert (before["name"], before["attributes"]) == ("square", ["red", "large"])
    assert before["box"]


def test_each_picture_counts_once(tmp_path):
    row = rows(tmp_path)
    found = labelled.read(write_jsonl(tmp_path / "labels.jsonl", [row, {**row, "prompt_id": "other"}]))
    assert len(found) == 1
    assert [thing.name for thing in found[0].things] == [each["name"] for each in row["objects"]]
    assert len(labelled.read(tmp_path / "prompts.jsonl")) == 2


def test_prompts_without_objects_say_nothing_and_a_list_may_be_empty(tmp_path):
    row = rows(tmp_path)
    silent, empty = {**row, "prompt_id": "silent", "objects": None}, {**row, "objects": []}
    assert labelled.read(write_jsonl(tmp_path / "labels.jsonl", [silent, empty]))[0].things == ()


BOX = [1, 1, 5, 5]
BAD = {
    "no area": {"objects": [{"name": "star", "box": [5, 5, 5, 9]}]},
    "says what is in its image": {"objects": None},
    "2 images": {"image": None, "images": ["a.png", "b.png"], "objects": []},
    "0 images": {"image": None, "objects": []},
    "there is no file": {"image": "gone.png"},
    "lies outside": {"image": "../gone.png"},
    "the field is missing": {"objects": [{"box": BOX}]},
    "is not an": {"objects": "star"},
}


@pytest.mark.parametrize("problem", BAD)
def test_bad_labels_are_named_with_their_place(tmp_path, problem):
    path = write_jsonl(tmp_path / "labels.jsonl", [rows(tmp_path, **BAD[problem])])
    with pytest.raises(InputError, match=problem) as caught:
        labelled.read(path)
    assert str(path) in str(caught.value)
    assert caught.value.place == (None if problem == "says what is in its image" else "line 1")


def test_two_truths_about_one_picture_are_an_error(tmp_path):
    row = rows(tmp_path)
    path = write_jsonl(tmp_path / "labels.jsonl", [row, {**row, "objects": row["objects"][1:]}])
    with pytest.raises(InputError, match="other objects here") as caught:
        labelled.read(path)
    assert caught.value.place == "line 2"


def test_the_command_measures_the_tiny_worlds_detector(tmp_path, capsys):
    draw = ["tinyworld", "draw", "240", "--split", "calibration", "--kinds", "describe", "--out", str(tmp_path)]
    out = tmp_path / "calibration.json"
    files = ["--weights", str(DETECTOR), "--images", str(tmp_path / "prompts.jsonl"), "--out", str(out)]
    synonyms = tmp_path / "synonyms.txt"
    synonyms.write_text("".join(f"{shape}, my {shape}\n" for shape in SHAPES))
    assert main(draw) == 0
    targets = ["--precision", ".9", "--recall", ".9", "--synonyms", str(synonyms)]
    assert main(["calibrate-detector", *files, *targets]) == 0
    told, facts = capsys.readouterr().out, json.loads(out.read_text(encoding="utf-8"))
    assert all(shape in told for shape in SHAPES)
    assert facts["command"].startswith("prefdata calibrate-detector --weights")
    assert (facts["images"], facts["outside_vocabulary"]) == (240, [])
    known = trust_file.read(out, DETECTOR, facts["model_hash"], Vocabulary(SHAPES))
    assert set(known.trust) == set(SHAPES)
    assert known.min_recall == 0.9
    for trust in known.trust.values():
        assert 0.001 <= trust.lo < trust.hi <= 0.95
        assert trust.recall["all"] >= 0.9
        assert set(trust.sides) <= {"small", "medium", "large"}


def test_what_cannot_be_measured_is_said(tmp_path, capsys):
    things = [{"name": "star", "box": BOX}, {"name": "sky", "box": BOX}]
    labels = write_jsonl(tmp_path / "labels.jsonl", [rows(tmp_path, objects=things)])
    command = ["calibrate-detector", "--weights", str(DETECTOR), "--images", str(labels)]
    assert main([*command, "--out", str(tmp_path / "calibration.json")]) == 0
    told = capsys.readouterr().out
    assert "too few labels, so not measured: star (1)" in told
    assert "no class for: sky" in told


def test_what_is_read_is_not_written_over(tmp_path, capsys):
    labels = write_jsonl(tmp_path / "labels.jsonl", [rows(tmp_path)])
    command = ["calibrate-detector", "--weights", str(DETECTOR), "--images", str(labels), "--out", str(labels)]
    before = labels.read_bytes()
    assert main(command) == 2
    assert "is one of the files to read" in capsys.readouterr().err
    assert labels.read_bytes() == before


@pytest.mark.parametrize("share", ["0", "1", "99", "nan"])
def test_targets_are_shares(tmp_path, share, capsys):
    files = ["--weights", "w", "--images", "i", "--out", "o"]
    with pytest.raises(SystemExit):
        main(["calibrate-detector", *files, "--precision", share])
    assert "is not between 0 and 1" in capsys.readouterr().err
