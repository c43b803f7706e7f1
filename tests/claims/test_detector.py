"""The verifier `detector` with real weights: what it sees, says, remembers and refuses."""

from __future__ import annotations

import asyncio
import dataclasses
import gc
import json
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from prefdata.calls.request import EndpointError
from prefdata.claims import looking, yolo
from prefdata.claims.extract import extract
from prefdata.claims.sight import REMEMBERED, Seen, Trust, View, Vocabulary, Witness
from prefdata.claims.verifiers import detector
from prefdata.claims.verifying import Asked
from prefdata.errors import InputError, PrefdataError
from prefdata.tinyworld.drawing import draw
from prefdata.tinyworld.measure import overlap
from prefdata.tinyworld.scene import SHAPES, scene

from .scenes import CALIBRATED, CALIBRATION, DETECTOR, finished, prompt, shown

DOG = Seen("dog", 0.95, (1, 1, 50, 50))


@pytest.fixture(scope="module")
def opened():
    return detector.trusted(CALIBRATED, detector.loaded(CALIBRATED))


def looks(opening, prompts):
    """What one looker sees of several prompts that are asked at once."""

    async def work():
        looker = looking.Looker("eyes", opening)
        try:
            return await asyncio.gather(*map(looker.look, prompts))
        finally:
            await looker.close()

    return finished(work())


def said(config, shows, text):
    """(type, subject) → evidence on the claims of a text about a picture."""
    claims = extract("c", text)
    found = evidence(config, shows, claims)
    return {(each["type"], each["subject"]): word for each, word in zip(claims, found, strict=True)}


def evidence(config, shows, claims):
    """The evidence on each claim about a picture."""

    async def work():
        verifier = detector.make(config, None)
        try:
            found = await verifier.verify(Asked(shows, "", claims))
        finally:
            await verifier.close()
        return [found[each["claim_id"]] for each in claims]

    return finished(work())


def test_it_sees_what_is_there(opened, tmp_path):
    scenes, prompts = zip(*(shown(tmp_path, number) for number in range(40)), strict=True)
    found = right = 0
    for each, view in zip(scenes, looks(lambda: opened, prompts), strict=True):
        boxes = zip(each.things, draw(each).boxes(), strict=True)
        sure = [seen for seen in view.seen if seen.score >= view.witness.trust[seen.name].hi]
        right += sum(any(seen.name == t.shape and overlap(seen.box, box) > 0.5 for seen in sure) for t, box in boxes)
        found += len(each.things)
        assert (view.width, view.height) == (96, 96)
        assert [seen.score for seen in view.seen] == sorted((seen.score for seen in view.seen), reverse=True)
    assert right / found > 0.97


def test_its_word_on_presence_is_right(tmp_path):
    words = {shape: f"There is a {shape}." for shape in SHAPES}
    verdicts = []
    for number in range(4):
        each, shows = shown(tmp_path, number)
        found = said(CALIBRATED, shows, " ".join(words.values()))
        verdicts += [(each.count(shape) > 0, found["object", shape]["verdict"]) for shape in SHAPES]
    assert set(verdicts) == {(True, "supported"), (False, "contradicted")}


def test_without_a_calibration_nothing_is_contradicted(tmp_path):
    number = next(n for n in range(99) if any(scene("choice", n).count(shape) > 2 for shape in SHAPES))
    each, shows = shown(tmp_path, number)
    many = next(shape for shape in SHAPES if each.count(shape) > 2)
    absent = next(shape for shape in SHAPES if not each.count(shape))
    text = f"There are two {many}s. There is a {absent}."
    blind = said(dataclasses.replace(CALIBRATED, calibration=None), shows, text)
    assert blind["object", absent]["reason"] == blind["count", many]["reason"] == "unmeasured"
    assert blind["object", many]["verdict"] == "supported"
    measured = said(CALIBRATED, shows, text)
    assert measured["object", absent]["verdict"] == measured["count", many]["verdict"] == "contradicted"


def test_a_relation_is_not_contradicted_where_a_class_was_not_measured(tmp_path):
    facts = json.loads(CALIBRATION.read_text(encoding="utf-8"))
    partly = tmp_path / "partly.json"
    number = next(n for n in range(999) if all(scene("choice", n).count(shape) == 1 for shape in ("ring", "star")))
    _, shows = shown(tmp_path, number)
    claims = extract("c", "The ring is left of the star. The ring is right of the star.")
    for without in (("ring",), ("star",), ("ring", "star")):
        classes = {name: row for name, row in facts["classes"].items() if name not in without}
        partly.write_text(json.dumps({**facts, "classes": classes}))
        for each in evidence(dataclasses.replace(CALIBRATED, calibration=partly), shows, claims):
            assert each["verdict"] != "contradicted"
    assert "contradicted" in {each["verdict"] for each in evidence(CALIBRATED, shows, claims)}


def test_a_general_word_is_contradicted_by_what_was_measured_alone():
    unmeasured = on_animals(DOG)
    assert (unmeasured["verdict"], unmeasured["reason"]) == ("not_checkable", "unmeasured")
    assert (unmeasured["boxes"], unmeasured["scores"]) == ([[1, 1, 50, 50]], [0.95])
    both = on_animals(DOG, Seen("cat", 0.95, (60, 60, 90, 90)))
    assert both["verdict"] == "contradicted"
    assert (both["boxes"], both["thresholds"]["hi"]) == ([[60, 60, 90, 90]], 0.9)


def on_animals(*seen):
    """What is said against "There are no animals." with a calibration in which the dog is missing."""
    trust = {"dog": detector.PLAIN, "cat": Trust(0.9, 0.1, {"all": 1.0})}
    view = View(Witness("eyes", Vocabulary(("dog", "cat")), trust, "0"), seen, None, 100, 100)
    verifier = detector.Detecting("eyes", None, True)  # never opened, for what it sees is given

    async def look(_):
        return view

    verifier.look = look
    (found,) = finished(verifier.verify(Asked(prompt(), "", extract("c", "There are no animals.")))).values()
    return found


def test_evidence_names_model_vocabulary_and_thresholds(tmp_path):
    _, shows = shown(tmp_path, 0)
    found = said(CALIBRATED, shows, "There is a ring.")["object", "ring"]
    facts = json.loads(CALIBRATION.read_text(encoding="utf-8"))
    assert found["model_hash"] == facts["model_hash"]
    assert found["vocabulary_hash"] == facts["vocabulary_hash"]
    assert found["thresholds"]["hi"] == facts["classes"]["ring"]["hi"]


def test_it_sees_what_ultralytics_sees_in_the_file(opened, tmp_path):
    scenes, prompts = zip(*(shown(tmp_path, number) for number in range(10)), strict=True)
    files = [str(tmp_path / f"{number}.png") for number in range(len(scenes))]
    for view, result in zip(looks(lambda: opened, prompts), yolo.load(DETECTOR).predict(files, conf=0.5), strict=True):
        seen = [each for each in view.seen if each.score > 0.5]
        assert [each.name for each in seen] == [result.names[int(each)] for each in result.boxes.cls]
        assert np.abs(np.array([each.score for each in seen]) - result.boxes.conf.numpy()).max() < 1e-3
        assert np.abs(np.array([each.box for each in seen]) - result.boxes.xyxy.numpy()).max() < 0.1


def test_a_class_that_comes_second_is_seen_too(opened, tmp_path):
    prompts = [shown(tmp_path, number)[1] for number in range(60)]
    files = [str(tmp_path / f"{number}.png") for number in range(60)]
    found = yolo.load(DETECTOR).predict(files, conf=opened.detector.least)
    more = 0
    for view, result in zip(looks(lambda: opened, prompts), found, strict=True):
        best = {result.names[int(each)] for each in result.boxes.cls}
        assert {each.name for each in view.seen} >= best
        more += len({each.name for each in view.seen} - best)
    assert more > 5


@pytest.mark.parametrize("unit", [yolo.BOX, 1e-7])
def test_what_is_seen_does_not_depend_on_company(opened, monkeypatch, unit):
    monkeypatch.setattr(yolo, "BOX", unit)  # so fine a unit shows every difference
    pictures = [draw(scene("choice", number)).image[: 96 - 24 * (number % 3)] for number in range(64)]
    alone = [opened.detector.look([picture])[0] for picture in pictures]
    for size in (2, 7, 32):
        mixed = np.random.default_rng(size).permutation(64)[:size]
        assert opened.detector.look([pictures[at] for at in mixed]) == [alone[at] for at in mixed]


def test_most_pictures_are_looked_at_once_and_their_numbers_are_sure(opened):
    pictures = [draw(scene("choice", number)).image for number in range(96)]
    alone = [opened.detector._rows([picture])[0] for picture in pictures]
    together = [rows for start in (0, 32, 64) for rows in opened.detector._rows(pictures[start : start + 32])]
    assert np.mean([yolo._is_unclear(rows, pictures[0]) for rows in together]) < 0.3
    for one, other in zip(alone, together, strict=True):
        assert np.abs(one[:, 4] - other[:, 4]).max() < yolo.SCORE_ERROR / 2
        assert np.abs(one[:, :4] - other[:, :4]).max() < yolo.BOX_ERROR * 96 / 2


def test_nothing_is_seen_with_the_least_score():
    deep = yolo.Detector(yolo.load(DETECTOR), yolo.LEAST)
    pictures = [draw(scene("choice", number)).image for number in range(96)]
    scores = [each.score for start in (0, 32, 64) for seen in deep.look(pictures[start : start + 32]) for each in seen]
    assert min(scores) == pytest.approx(yolo.LEAST + yolo.SCORE)


@given(st.integers(0, 999), *[st.floats(-0.999, 0.999)] * 2)
def test_rounding_is_unclear_where_an_error_could_turn_it(steps, offset, error):
    score, error = (steps + 0.5) * yolo.SCORE + offset * yolo.SCORE_ERROR, error * yolo.SCORE_ERROR
    if yolo._rounded(score, yolo.SCORE) != yolo._rounded(score + error, yolo.SCORE):
        assert yolo._turns(np.array([score]), yolo.SCORE, yolo.SCORE_ERROR).all()


class Counting:
    """A detector that notes how many pictures it is given at once."""

    def __init__(self, real):
        self.real, self.together, self.sizes = real, real.together, []

    def look(self, pictures):
        self.sizes.append(len(pictures))
        return self.real.look(pictures)


def test_pictures_that_wait_are_looked_at_together_and_each_once(opened, tmp_path):
    counting = Counting(opened.detector)
    prompts = [shown(tmp_path, number)[1] for number in range(60)]
    views = looks(lambda: opened._replace(detector=counting), prompts * 3)
    assert views[:60] == views[60:120] == views[120:]
    assert sum(counting.sizes) == 60
    assert len(counting.sizes) <= 4
    assert max(counting.sizes) <= 32


def test_the_event_loop_goes_on_meanwhile(opened, tmp_path):
    async def work():
        looker, prompts = looking.Looker("eyes", lambda: opened), [shown(tmp_path, n)[1] for n in range(64)]
        waiting, ticks = asyncio.gather(*map(looker.look, prompts)), 0
        while not waiting.done():
            await asyncio.sleep(0.001)
            ticks += 1
        await looker.close()
        return ticks

    assert finished(work()) > 10


def test_a_look_is_remembered_but_not_for_ever(opened, tmp_path, monkeypatch):
    monkeypatch.setattr(looking, "REMEMBERED", 4)

    async def work():
        looker, prompts = looking.Looker("eyes", lambda: opened), [shown(tmp_path, n)[1] for n in range(5)]
        first = await looker.look(prompts[0])
        (tmp_path / "0.png").unlink()
        again = await looker.look(prompts[0])
        for other in prompts[1:]:
            await looker.look(other)
        forgotten = await looker.look(prompts[0])
        await looker.close()
        return first, again, forgotten

    first, again, forgotten = finished(work())
    assert first == again
    assert forgotten == "bad_image"


def test_who_gives_up_takes_nothing_from_others(opened, tmp_path):
    async def work():
        looker, (_, shows) = looking.Looker("eyes", lambda: opened), shown(tmp_path, 0)
        impatient, patient = (asyncio.ensure_future(looker.look(shows)) for _ in range(2))
        await asyncio.sleep(0)
        impatient.cancel()
        view = await patient
        await looker.close()
        return view

    assert finished(work()).seen


def test_prompts_without_one_image_are_not_looked_at(opened, tmp_path):
    several = prompt(tmp_path / "a.png", tmp_path / "b.png")
    assert looks(lambda: opened, [prompt(), several]) == ["no_image", "several_images"]


def test_after_its_end_it_looks_at_nothing(opened, tmp_path):
    async def work():
        looker, (_, shows) = looking.Looker("eyes", lambda: opened), shown(tmp_path, 0)
        await looker.look(shows)
        await looker.close()
        assert not looker._thread.is_alive()
        await looker.look(shown(tmp_path, 1)[1])

    with pytest.raises(EndpointError, match="looks at no more pictures"):
        finished(work())


def test_those_who_wait_at_its_end_are_told(opened, tmp_path):
    async def work():
        begun = asyncio.Event()
        loop = asyncio.get_running_loop()

        def slowly():
            loop.call_soon_threadsafe(begun.set)
            return asyncio.run_coroutine_threadsafe(asyncio.sleep(0.2, opened), loop).result()

        looker = looking.Looker("eyes", slowly)
        waiting = asyncio.ensure_future(looker.look(shown(tmp_path, 0)[1]))
        await begun.wait()
        await looker.close()
        await waiting

    with pytest.raises(EndpointError):
        finished(work())


@pytest.mark.parametrize("content", [None, b"", b"no weights"])
def test_missing_and_broken_weights_are_named_with_the_way_to_get_them(tmp_path, content, caplog):
    weights = tmp_path / "detector" / "detector.pt"
    weights.parent.mkdir()
    if content is not None:
        weights.write_bytes(content)
    config = dataclasses.replace(CALIBRATED, weights=weights, hashes={"weights": "0"})
    with pytest.raises(InputError) as caught:
        looks(lambda: detector.trusted(config, detector.loaded(config)), [shown(tmp_path, n)[1] for n in range(20)])
    assert str(weights) in str(caught.value)
    assert f"prefdata tinyworld train --only detector --out {tmp_path}" in str(caught.value)
    gc.collect()
    assert not caplog.records  # asyncio's complaints about exceptions that nobody heard


def test_weights_that_do_something_else_are_refused(tmp_path):
    from ultralytics import YOLO

    YOLO("yolo11n-cls.yaml").save(tmp_path / "classes.pt")
    with pytest.raises(InputError, match="made to classify"):
        yolo.load(tmp_path / "classes.pt")


def test_without_ultralytics_it_is_said_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "ultralytics", None)
    with pytest.raises(PrefdataError, match=r"pip install 'prefdata\[vision\]'"):
        yolo.load(DETECTOR)


def test_a_calibration_of_another_detector_is_refused(tmp_path):
    for field, part in (("model_hash", "other weights"), ("vocabulary_hash", "another order")):
        path = tmp_path / f"{field}.json"
        path.write_text(json.dumps({**json.loads(CALIBRATION.read_text(encoding="utf-8")), field: "0" * 64}))
        config = dataclasses.replace(CALIBRATED, calibration=path)
        with pytest.raises(InputError, match=part) as caught:
            detector.trusted(config, detector.loaded(config))
        assert all(part in str(caught.value) for part in (str(path), str(DETECTOR), "prefdata calibrate-detector"))


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"model_hash": 1}'])
def test_a_broken_calibration_is_refused(tmp_path, content):
    path = tmp_path / "calibration.json"
    path.write_text(content)
    config = dataclasses.replace(CALIBRATED, calibration=path)
    with pytest.raises(InputError, match="is not a calibration"):
        detector.trusted(config, detector.loaded(config))


def test_words_that_were_asked_about_are_not_kept_for_ever():
    words = Vocabulary(("dog", "cat"))
    for n in range(REMEMBERED + 9):
        assert words.class_of(f"x{n}") is None
        assert words.kinds_of(f"x{n}") == frozenset()
    for asked in (words.class_of, words.kinds_of):
        assert asked.cache_info().currsize == REMEMBERED
    assert words.class_of("puppy") == "dog"


def test_synonyms_name_classes(tmp_path):
    path = tmp_path / "synonyms.txt"
    path.write_text("circle, disc\nsky, heaven\n")
    words = detector.vocabulary(("Circle", "moon"), path)
    assert [words.class_of(word) for word in ("disc", "circle", "moon", "sky")] == ["Circle", "Circle", "moon", None]
    assert detector.vocabulary(("bike",), None).class_of("bicycle") == "bike"
    path.write_text("sky, heaven\n")
    with pytest.raises(InputError, match="no line begins with a class"):
        detector.vocabulary(("circle", "moon"), path)


def test_where_the_memory_is_too_small_fewer_are_looked_at_together(monkeypatch):
    import torch

    small = yolo.Detector(yolo.load(DETECTOR))
    pictures = [draw(scene("choice", number)).image for number in range(20)]
    expected, look = small.look(pictures), small._predictor

    def scarce(batch, most=8):
        if len(batch) > most:
            raise torch.OutOfMemoryError("no room")
        return look(batch)

    monkeypatch.setattr(small, "_predictor", scarce)
    assert small.look(pictures) == expected
    assert 1 < small.together <= 8
    monkeypatch.setattr(small, "_predictor", lambda batch: scarce(batch, most=0))
    with pytest.raises(PrefdataError, match="free memory"):
        small.look(pictures)


def test_a_slow_machine_loses_no_picture(opened, monkeypatch):
    from ultralytics.utils import nms

    class Slow:
        """A clock by which each look at it takes ten seconds."""

        now = 0.0

        def time(self):
            self.now += 10.0
            return self.now

    pictures = [draw(scene("choice", number)).image for number in range(32)]
    expected = opened.detector.look(pictures)
    monkeypatch.setattr(nms, "time", Slow())
    assert opened.detector.look(pictures) == expected
