"""What two answers decide together, and which part of a picture a claim is asked about."""

from __future__ import annotations

import asyncio
import math
import re
import tempfile

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from prefdata.calls.request import Answer
from prefdata.casting.verifiers import verifiers
from prefdata.claims.claim import claim
from prefdata.claims.cropping import MARGIN, Shown, bounds, crop
from prefdata.claims.extract import extract
from prefdata.claims.pixels import rgb
from prefdata.claims.verifiers.vqa import Heard, heard, make
from prefdata.claims.verifying import Asked
from prefdata.errors import InputError
from prefdata.models import Model, VerifierConfig
from prefdata.questions import Prompt
from prefdata.verification import Verification

SEES = Model("m", "m", "r1", "http://nowhere")


def both(asks: str, denies: str, *likely: float | None, sure: float = 0.8) -> Heard:
    logps = [None if p is None else math.log(p) for p in likely or (None, None)]
    return heard(Answer(asks, logp=logps[0]), Answer(denies, logp=logps[1]), sure)


@pytest.mark.parametrize("yes", ["Yes", "yes.", "YES!", " Yes, there is a heart.", "**Yes**", "\n_yes_", '"Yes"'])
@pytest.mark.parametrize("no", ["No", "no.", "- No, there", "(no)"])
def test_two_answers_that_say_the_same_decide(yes, no):
    assert both(yes, no).so is True
    assert both(no, yes).so is False


@pytest.mark.parametrize("asks", ["Yes", "No"])
def test_who_answers_both_questions_alike_decides_nothing(asks):
    assert both(asks, asks) == Heard(None, reason="undecided")
    assert both("No idea", "No idea").so is both("Yes and no", "Yes and no").so is None


@pytest.mark.parametrize(
    "text", ["", "Perhaps.", "There is no heart.", "Nope", "Yesterday", "Not", "1", "The answer: yes"]
)
def test_what_does_not_begin_with_yes_or_no_is_unreadable(text):
    for answers in ((text, "No"), ("Yes", text), (text, text)):
        assert both(*answers) == Heard(None, reason="unreadable_answer")


def test_both_answers_must_be_sure_where_that_is_known():
    assert both("Yes", "No", 0.9, 0.85).so is True
    assert both("Yes", "No", 0.9, 0.85).confidence == pytest.approx(0.85)
    assert both("Yes", "No", 0.9, 0.79) == both("Yes", "No", 0.79, 0.9) == Heard(None, reason="undecided")
    assert both("No", "Yes", 0.9, 0.79, sure=0.5).confidence == pytest.approx(0.79)


def test_what_is_not_known_of_both_is_not_known():
    for likely in ((None, None), (0.3, None), (None, 0.3)):
        assert both("Yes", "No", *likely) == Heard(True)


likelihoods = st.none() | st.floats(-50, 1e-9)


@given(st.sampled_from(["Yes", "No", "Hm"]), st.sampled_from(["Yes", "No", "Hm"]), likelihoods, likelihoods)
def test_the_opposite_answers_say_the_opposite(asks, denies, first, second):
    said = heard(Answer(asks, logp=first), Answer(denies, logp=second), 0.8)
    swapped = heard(Answer(denies, logp=second), Answer(asks, logp=first), 0.8)
    assert said.so == (None if swapped.so is None else not swapped.so)
    assert said.confidence == swapped.confidence
    assert said.confidence is None or 0.8 <= said.confidence <= 1
    assert (said.so is None) == (said.reason is not None)


CLAIMS = [claim("c", "object", (0, 1), "dog"), claim("c", "object", (2, 3), "cat", hedged=True)]
CLAIMS += [claim("c", "prior", (4, 5), "mood"), claim("c", "object", (6, 7), "person", "other", negated=True)]


@pytest.mark.parametrize(
    ("images", "reasons"), [(0, ["no_image"] * 2), (2, ["several_images"] * 2)], ids=["none", "two"]
)
def test_without_one_image_nothing_is_asked(tmp_path, images, reasons):
    prompt = Prompt("p", [], images={f"sha256:{n}": tmp_path / f"{n}.png" for n in range(images)})
    evidence = verified(prompt)
    assert [each["reason"] for each in evidence.values()] == reasons
    assert {each["verdict"] for each in evidence.values()} == {"not_checkable"}


def test_hedged_claims_moods_and_what_has_no_question_are_not_asked(tmp_path):
    claims = CLAIMS[1:]
    evidence = verified(Prompt("p", [], images={"sha256:a": tmp_path / "a.png"}), claims)
    assert [(name, each["reason"]) for name, each in evidence.items()] == [(CLAIMS[3]["claim_id"], "no_question")]


def verified(prompt: Prompt, claims=CLAIMS):
    """Verify with nobody there to be asked."""

    async def verifying():
        verifier = make(VerifierConfig("v", "vqa", model=SEES), None)
        try:
            return await verifier.verify(Asked(prompt, "", claims))
        finally:
            await verifier.close()

    return asyncio.run(verifying())


@pytest.mark.parametrize("model", [None, Model("m", "m", "r1", "http://nowhere", images="none")])
def test_a_model_that_sees_nothing_cannot_be_asked(model):
    with pytest.raises(InputError, match=r'verifier "blind one".* names no model that is shown images'):
        make(VerifierConfig("blind one", "vqa", model=model), None)


def test_a_config_with_such_a_model_is_refused_before_anything_is_asked(tmp_path):
    given_ = {"name": "blind one", "kind": "vqa", "base_url": "http://nowhere", "model": "m", "images": "none"}
    with pytest.raises(InputError, match="blind one"):
        verifiers(tmp_path / "run.yaml", {"verifiers": [given_]})
    (fine,) = verifiers(tmp_path / "run.yaml", {"verifiers": [{**given_, "images": "inline"}]})
    assert fine.model is not None


ANSWERED = {
    "There are no red cars.": {"red car": False, "car": True},
    "There is no dog on the bench.": {"dog": True, "bench": True, "that is on a bench": False},
    "There is no dog on the red bench.": {"dog": True, "bench": True, "that is on a bench": True},
    "There are no small red cars.": {"red car": True, "small car": True, "car": True},
    "Two dogs stand on the left. Another dog sits.": {"exactly two dogs": False, "dog": True, "that is": True},
    "There are two dogs. A puppy sits on a chair.": {"exactly two dogs": False, "dog": True, "that is": True,
        "puppy": True, "chair": True},
    "There are two red dogs.": {"exactly two dogs": False, "dog": True, "red dog": True},
    "There are no other dogs.": {"dog": True},
    "The red dog is not blue.": {"dog": True, "red dog": True, "blue dog": True},
}  # fmt: skip


@pytest.mark.parametrize("text", ANSWERED)
def test_what_is_denied_or_counted_in_part_is_not_contradicted_by_the_whole(text, tmp_path):
    """All these are true of some picture, of which the answers are."""
    said = [word for _, word in answered(text, ANSWERED[text], tmp_path)]
    assert "contradicted" not in said
    assert "no_question" in said


def test_plain_denials_and_counts_are_decided(tmp_path):
    assert answered("There are no dogs.", {"dog": True}, tmp_path) == [("object dog", "contradicted")]
    assert answered("There are no dogs.", {"dog": False}, tmp_path) == [("object dog", "supported")]
    counted = answered("There are two dogs and a cat.", {"exactly two dogs": False, "dog": True, "cat": True}, tmp_path)
    assert ("count dog", "contradicted") in counted
    red = answered("There are no red cars.", {"red car": True, "car": True}, tmp_path)
    assert red == [("attribute car", "contradicted"), ("object car", "no_question")]


def answered(text: str, facts: dict[str, bool], folder) -> list[tuple[str, str]]:
    """Each claim ("object dog") with what is said of it by a model that is always right. facts: part of a question →
    whether it is so; the longest part counts."""

    async def call(model, request):
        asked = request.messages[-1]["content"][-1]["text"]
        part = max((part for part in facts if re.search(rf"\b{part}\b", asked)), key=len)
        return Answer("Yes" if facts[part] != ("Is it true" in asked) else "No")

    async def verifying():
        verification, path = Verification(call), folder / "p.png"
        prompt_ = Prompt("p", [{"role": "user", "content": "?"}], images={"sha256:p": path})
        config, claims = VerifierConfig("v", "vqa", model=SEES), extract("c", text)
        found = await verification.verify((config,), prompt_, text, claims)
        await verification.close()
        return found

    found = asyncio.run(verifying())
    said = zip(found.claims, found.verdicts, strict=True)
    return [(f"{each['type']} {each['subject']}", word["reason"] or word["verdict"]) for each, word in said]


def test_no_more_crops_are_kept_than_are_asked_about(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    shown, _ = picture(tmp_path)
    kept: list[int] = []

    async def call(model, request):
        (path,) = request.images.values()
        assert path.exists()
        await asyncio.sleep(0.001)
        kept.append(len(list(tmp_path.glob("prefdata-crops-*/*.png"))))
        assert path.exists()
        return Answer("Yes" if "Is it true" not in request.messages[-1]["content"][-1]["text"] else "No")

    async def verifying():
        verifier = make(VerifierConfig("v", "vqa", model=SEES), call)
        for n in range(8):
            claims = [claim("c", "object", (at, at + 1), name) for at, name in enumerate(("dog", "cat", "cow"))]
            boxes = {each["claim_id"]: (n, n, n + 5, n + 5 + at // 2) for at, each in enumerate(claims)}
            prompt_ = Prompt("p", [{"role": "user", "content": "?"}], images={shown.address: shown.path})
            found = await verifier.verify(Asked(prompt_, "", claims, boxes))
            assert {each["verdict"] for each in found.values()} == {"supported"}
        await verifier.close()

    asyncio.run(verifying())
    assert max(kept) == 2  # two of the three are one part
    assert [path.name for path in tmp_path.iterdir()] == ["picture.png"]


sides = st.integers(1, 200)
corners = st.floats(-50, 250)


@given(corners, corners, corners, corners, sides, sides)
def test_a_crop_lies_in_the_picture_and_holds_what_of_the_box_does(a, b, c, d, width, height):
    x0, x1, y0, y1 = *sorted((a, b)), *sorted((c, d))
    left, upper, right, lower = bounds((x0, y0, x1, y1), width, height)
    assert 0 <= left < right <= width
    assert 0 <= upper < lower <= height
    margin = MARGIN * max(x1 - x0, y1 - y0)
    for x in range(width):
        inside = x0 - margin < x + 1 and x < x1 + margin
        assert not inside or left <= x < right
        outside = x + 1 <= x0 - margin or x >= x1 + margin
        assert not outside or not left <= x < right or right - left == 1


def picture(folder, width=40, height=30):
    noise = np.random.default_rng(0).integers(0, 256, (height, width, 3), np.uint8)
    path = folder / "picture.png"
    Image.fromarray(noise).save(path)
    return Shown("sha256:whole", path), noise


def test_a_crop_holds_the_pixels_of_its_part(tmp_path):
    shown, noise = picture(tmp_path)
    part = crop(shown, (10, 10, 20, 15), tmp_path)
    assert np.array_equal(rgb(part.path), noise[7:18, 7:23])


def test_equal_crops_have_equal_names_and_bytes_and_others_have_not(tmp_path):
    shown, _ = picture(tmp_path)
    (other := tmp_path / "other").mkdir()
    part, again = (crop(shown, (10, 10, 20, 15), folder) for folder in (tmp_path, other))
    assert part.address == again.address
    assert part.path != again.path
    assert part.path.read_bytes() == again.path.read_bytes()
    assert crop(shown, (10.1, 10.1, 20, 15), tmp_path) == part  # the same pixels
    moved = crop(shown, (12, 10, 22, 15), tmp_path)
    of_another = crop(Shown("sha256:another", shown.path), (10, 10, 20, 15), tmp_path)
    assert len({part.address, moved.address, of_another.address}) == 3


def test_a_crop_of_everything_is_the_picture(tmp_path):
    shown, _ = picture(tmp_path)
    assert crop(shown, (1, 1, 39, 29), tmp_path) == shown


def test_a_crop_of_a_turned_picture_is_upright(tmp_path):
    shown, noise = picture(tmp_path)
    turned = Image.open(shown.path)
    exif = turned.getexif()
    exif[0x0112] = 6  # to be turned by a quarter, clockwise
    turned.save(tmp_path / "turned.png", exif=exif)
    part = crop(Shown("sha256:turned", tmp_path / "turned.png"), (0, 20, 8, 28), tmp_path)
    assert np.array_equal(rgb(part.path), np.rot90(noise, -1)[18:30, 0:10])
