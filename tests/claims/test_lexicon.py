"""Words: singulars, one name for one thing, more general words, what no detector finds."""

from __future__ import annotations

import pytest

from prefdata.claims import lexicon
from prefdata.claims.morphology import singular, verb_form


@pytest.mark.parametrize(
    ("plural", "one"),
    [
        ("glasses", "glasses"), ("scissors", "scissors"), ("bus", "bus"), ("buses", "bus"), ("people", "person"),
        ("skis", "skis"), ("pants", "pants"), ("knives", "knife"), ("leaves", "leaf"), ("children", "child"),
        ("sheep", "sheep"), ("benches", "bench"), ("toothbrushes", "toothbrush"),
        ("tomatoes", "tomato"), ("geese", "goose"),
        ("horses", "horse"), ("puppies", "puppy"), ("women", "woman"),
        ("lenses", "lens"), ("grass", "grass"), ("gloves", "glove"), ("crosses", "cross"), ("boxes", "box"),
    ],
)  # fmt: skip
def test_singulars(plural, one):
    assert singular(plural) == one
    assert singular(one) == one


@pytest.mark.parametrize(
    ("word", "lemma"),
    [
        ("sitting", "sit"),
        ("riding", "ride"),
        ("lying", "lie"),
        ("carries", "carry"),
        ("worn", "wear"),
        ("skiing", "ski"),
    ],
)
def test_verbs(word, lemma):
    found = verb_form(word)
    assert found is not None
    assert found[0] == lemma


def test_synonyms_have_one_name_and_kinds_keep_theirs():
    assert lexicon.canonical("bike") == "bicycle"
    assert lexicon.canonical("kitten") == "kitten"
    assert lexicon.coco_class("kitten") == "cat"
    assert lexicon.coco_class("street sign") is None


def test_the_head_noun_decides():
    assert lexicon.head("street sign") == "sign"
    assert lexicon.coco_class("fire truck") == "truck"
    assert lexicon.coco_class("wii remote") == "remote"
    assert lexicon.coco_class("hot dog") == "hot dog"


def test_a_general_word_is_above_its_kinds_and_not_below():
    assert lexicon.is_hypernym("animal", "kitten")
    assert lexicon.is_hypernym("person", "woman")
    assert lexicon.is_hypernym("furniture", "sofa")
    assert lexicon.is_hypernym("food", "pizza")
    assert not lexicon.is_hypernym("woman", "person")
    assert not lexicon.is_hypernym("cat", "cat")


def test_all_classes_of_coco_are_there():
    assert len(set(lexicon.COCO_OF.values())) == 80


def test_what_no_detector_finds():
    assert not lexicon.is_detectable("sky")
    assert not lexicon.is_detectable("atmosphere")
    assert lexicon.is_detectable("dog")
