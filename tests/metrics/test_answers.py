"""POPE and AMBER beside a second implementation, on made-up answers to real annotations."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prefdata.metrics.amber import amber, nouns, vocabulary
from prefdata.metrics.amber_files import read_annotations, read_lexicon
from prefdata.metrics.answers import Answered, figures
from prefdata.metrics.pope import Question, pope, said

from . import second

AMBER = Path(__file__).parent / "data" / "amber"
LEXICON = read_lexicon(AMBER / "relation.json", AMBER / "safe_words.txt")
ANNOTATIONS = read_annotations(AMBER / "annotations.json", LEXICON.related)
RAW = {row["id"]: row for row in json.loads((AMBER / "annotations.json").read_text(encoding="utf-8"))}
PICTURES = [number for number, row in RAW.items() if row["type"] == "generative"]
QUESTIONS = [number for number in RAW if number not in PICTURES]

LABELS = st.sampled_from(["yes", "no"])
PAIRS = st.lists(st.tuples(LABELS, st.sampled_from(["yes", "no", None])), min_size=1, max_size=30)


@given(PAIRS, LABELS)
def test_figures_are_the_textbooks(pairs, positive):
    found = figures([Answered(*pair) for pair in pairs], positive)._asdict()
    again = second.binary([label for label, _ in pairs], [answer for _, answer in pairs], positive)
    assert {name: found[name] for name in again} == pytest.approx(again)
    assert found["yes_ratio"] == pytest.approx(100 * sum(answer == "yes" for _, answer in pairs) / len(pairs))


WORDS = st.sampled_from(["No", "no", "not", "NO", "Yes", "there", "isn't", "no,", "not.", "No.", ",", "nothing", "\n"])
ANSWERS = st.lists(WORDS, min_size=1, max_size=6).map(" ".join)


@given(st.lists(st.tuples(LABELS, ANSWERS, st.sampled_from(["random", "popular", None])), min_size=1, max_size=20))
def test_pope_agrees_with_a_second_implementation(rows):
    found = pope(Question(*row) for row in rows)
    groups = {"overall": rows} | {name: [row for row in rows if row[2] == name] for name in found.categories}
    for name, group in groups.items():
        ours = (found.categories.get(name) or found.overall)._asdict()
        read = ["no" if second.says_no(answer) else "yes" for _, answer, _ in group]
        again = second.binary([label for label, _, _ in group], read, "yes")
        assert {key: ours[key] for key in again} == pytest.approx(again)
    assert set(found.categories) == {row[2] for row in rows} - {None}


@pytest.mark.parametrize(
    ("answer", "read"),
    [
        ("No, there is no dog.", "no"),
        ("Yes. There is not one.", "yes"),
        ("There is not", "no"),
        ("NO", "yes"),
        ("No!", "yes"),
        ("nope", "yes"),
        ("Yes, no doubt", "no"),
    ],
)
def test_pope_reads_the_first_sentence(answer, read):
    assert said(answer) == read


@given(st.lists(st.tuples(st.sampled_from(QUESTIONS), st.sampled_from(["Yes", "No", "Maybe", "yes"])), min_size=1))
def test_ambers_answers_agree_with_a_second_implementation(rows):
    answers = dict(rows)
    found = amber(answers, ANNOTATIONS, LEXICON)
    assert found.generative is None
    kinds = {"overall": ""} | {"existence": "hallucination", "attribute": "attribute", "relation": "relation"}
    for name, part in kinds.items():
        chosen = [(RAW[number]["truth"], text) for number, text in answers.items() if part in RAW[number]["type"]]
        group = found.discriminative.overall if name == "overall" else found.discriminative.types.get(name)
        assert (group is None) == (not chosen)
        if chosen:
            read = [{"Yes": "yes", "No": "no"}.get(text) for _, text in chosen]
            again = second.binary([label for label, _ in chosen], read, "no")
            assert {key: group._asdict()[key] for key in again} == pytest.approx(again)
    assert found.discriminative.unreadable == sum(text not in ("Yes", "No") for text in answers.values())


LISTED = sorted({word for name, others in LEXICON.related.items() for word in (name, *others)})
NOUNS = st.sampled_from(LISTED + sorted(form for word in LISTED for form in second.amber_forms(word)))
TEXTS = st.lists(
    st.one_of(NOUNS, st.sampled_from(["The", "to", "a", "trash", "can", "they", "hot", "is", "it's", "man's", ","])),
    min_size=1,
    max_size=15,
).map(" ".join)


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(st.sampled_from(PICTURES), TEXTS.map("A sky over {}.".format), min_size=1, max_size=6))
def test_ambers_captions_agree_with_a_second_implementation(captions):
    for text in captions.values():
        assert nouns(text, vocabulary(LEXICON)) == second.amber_nouns(text, LEXICON.related)
    found = amber(captions, ANNOTATIONS, LEXICON).generative._asdict()
    rows = [(text, RAW[number]) for number, text in captions.items()]
    again = second.amber_generative(rows, LEXICON.related, set(LEXICON.safe))
    assert {name: found[name] for name in again} == pytest.approx(again)


def test_amber_by_hand():
    """Picture 1 holds sky, forest, grass, person, lake, mountain, road; cloud, sun, bird, dog, flower come to mind."""
    found = amber({1: "Trees under a clear sky, and two dogs that can watch a watch."}, ANNOTATIONS, LEXICON)
    captions = found.generative
    assert (captions.nouns, captions.chair, captions.hal) == (4, 50.0, 100.0)  # dog and watch are not there
    assert captions.cover == pytest.approx(100 * 2 / 7)  # the trees stand for the forest
    assert captions.cog == pytest.approx(100 * 1 / 5)


def test_similar_words_are_forgiven_where_it_is_asked_for():
    kind = {("watch", "sky")}
    found = amber({1: "A watch."}, ANNOTATIONS, LEXICON, lambda noun, word: (noun, word) in kind).generative
    assert (found.chair, found.hal) == (0.0, 0.0)
    assert found.cover == pytest.approx(100 / 7)
