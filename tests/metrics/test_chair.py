"""CHAIR on real captions, beside a second implementation, and what must hold for any captions."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prefdata.metrics.chair import chair
from prefdata.metrics.mentions import mentions, synonyms
from prefdata.metrics.plurals import singular

from . import second

DATA = Path(__file__).parent / "data"
SYNONYMS = (DATA / "synonyms.txt").read_text(encoding="utf-8")
WORDS = synonyms(SYNONYMS.splitlines())
OBJECTS = json.loads((DATA / "coco_objects.json").read_text(encoding="utf-8"))
EXPECTED = json.loads((DATA / "expected.json").read_text(encoding="utf-8"))
SYSTEMS = ("llava-1.5", "instructblip")


@pytest.fixture(autouse=True, scope="module")
def compiled_once():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(second, "patterns", cache(second.patterns))
        yield


def captions(system: str) -> dict[int, str]:
    rows = (DATA / f"captions_{system}.jsonl").read_text(encoding="utf-8").splitlines()
    return {row["image_id"]: row["caption"] for row in map(json.loads, rows)}


def said(caption: str) -> list[tuple[str, str]]:
    return [(mention.word, mention.object) for mention in mentions(caption, WORDS)]


@pytest.mark.parametrize("system", SYSTEMS)
def test_the_figures_are_those_of_the_second_implementation(system):
    figures = chair(captions(system), OBJECTS, WORDS).figures()
    again = second.chair(captions(system), OBJECTS, SYNONYMS)
    assert {name: figures[name] for name in again} == pytest.approx(again)
    assert again == pytest.approx(EXPECTED[system])


@pytest.mark.parametrize("system", SYSTEMS)
def test_labels_agree_sentence_by_sentence(system):
    for image, caption in captions(system).items():
        assert said(caption) == second.mentions(caption, SYNONYMS), image
        for sentence in caption.split(". "):
            assert said(sentence) == second.mentions(sentence, SYNONYMS), sentence


LISTED = sorted({form for words in WORDS for word in words.split() for form in second.forms(word) | {words}})
PARTS = ("baby", "adult", "passenger", "wine", "glass", "glasses", "hot", "train", "track", "tracks", "seat", "seats")
OTHERS = ("sports", "tennis", "home", "plate", "the", "a", "man's", "bus-stop", "cup/bowl", "tie-dye", "é", "A", "3")
PIECES = st.sampled_from([*LISTED, *PARTS, *OTHERS, *",.-'’_/("])
TEXTS = st.lists(st.tuples(PIECES, st.sampled_from([" ", " ", " ", "  ", "\n", "", ", ", "."])), max_size=12).map(
    lambda pairs: "".join(piece + gap for piece, gap in pairs)
)


@settings(max_examples=300, deadline=None)
@given(TEXTS)
def test_labels_agree_on_any_text(text):
    assert said(text) == second.mentions(text, SYNONYMS)


IMAGES = sorted(OBJECTS)
FEW = st.dictionaries(st.sampled_from(IMAGES), TEXTS, max_size=6)


@settings(max_examples=100, deadline=None)
@given(FEW, st.randoms())
def test_the_order_of_captions_changes_nothing(texts, random):
    shuffled = random.sample(list(texts.items()), len(texts))
    assert chair(dict(shuffled), OBJECTS, WORDS).figures() == chair(texts, OBJECTS, WORDS).figures()


@settings(max_examples=100, deadline=None)
@given(FEW, st.sampled_from(IMAGES))
def test_a_caption_without_objects_changes_no_count_of_mentions(texts, image):
    texts.pop(image, None)
    before, after = chair(texts, OBJECTS, WORDS), chair({**texts, image: "It is very pretty."}, OBJECTS, WORDS)
    assert (before.hallucinated, before.mentions, before.chair_i) == (after.hallucinated, after.mentions, after.chair_i)
    assert after.captions == before.captions + 1


@settings(max_examples=100, deadline=None)
@given(FEW)
def test_figures_are_percentages_and_follow_from_the_captions(texts):
    found = chair(texts, OBJECTS, WORDS)
    for value in (found.chair_s, found.chair_i, found.recall):
        assert value is None or 0 <= value <= 100
    assert found.mentions == sum(len(caption.mentions) for caption in found.per_caption)
    for caption in found.per_caption:
        assert caption.found() | set(caption.missed) == set(OBJECTS[caption.image_id])
        for mention in caption.mentions:
            assert mention.hallucinated == (mention.object not in OBJECTS[caption.image_id])


def test_mentions_say_where_they_stand():
    text = "Two hot\ndogs, and a Women's cup."
    assert [text[m.start : m.end] for m in mentions(text, WORDS)] == ["hot\ndogs", "cup"]


@pytest.mark.parametrize(
    ("caption", "objects"),
    [
        ("A bus and two buses", ["bus"]),
        ("a tie, ties and a bow tie", ["tie", "tie"]),
        ("canoes beside a canoe", ["boat"]),
        ("a motor bike on the train tracks", []),
        ("an iPhone and a phone", ["cell phone"]),
        ("skis", ["skis"]),
        ("a tennis racket, a sports ball", ["tennis racket", "sports ball"]),
        ("a wine glass and wine glasses; a glass", ["wine glass", "wine glass"]),
        ("stove top oven", ["oven", "oven"]),
        ("the seat of the toilet", ["toilet"]),
        ("a toilet seat and a seat", ["toilet"]),
        ("a seat", ["chair"]),
        ("baby elephants, an adult bear, a baby carrot", ["elephant", "bear", "person", "carrot"]),
        ("the man's hat; a cat-like dog; cup/bowl", ["dog", "cup", "bowl"]),
        ("hot, dog", ["dog"]),
        (
            "Children and policemen with knives, geese, mice and oxen",
            ["person", "person", "knife", "bird", "mouse", "cow"],
        ),
    ],
)
def test_quirks_of_the_reference(caption, objects):
    assert [name for _, name in said(caption)] == objects


def test_no_mention_leaves_chair_i_undefined():
    found = chair({7: "Nothing."}, {"7": []}, WORDS)
    assert (found.chair_s, found.chair_i, found.recall, found.mean_words) == (0.0, None, None, 1.0)
    assert chair({}, {}, WORDS).chair_s is None


SINGULARS = {
    **{"buses": "bus", "bus": "bus", "ties": "tie", "glass": "glass", "shelves": "shelf", "women": "woman"},
    **{"canoes": "canoe", "tomatoes": "tomato", "ladies": "lady", "knives": "knife", "gloves": "glove"},
    **{"boxes": "box", "scissors": "scissors", "cookies": "cookie", "skis": "ski", "horses": "horse"},
    **{"houses": "house", "mice": "mouse", "shoes": "shoe", "grandchildren": "grandchild", "viruses": "virus"},
}


@pytest.mark.parametrize("plural", SINGULARS)
def test_singulars(plural):
    assert singular(plural) == SINGULARS[plural]
