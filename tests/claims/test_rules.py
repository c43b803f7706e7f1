"""What a sight says of claims: presence, denial, attributes, what belongs together."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prefdata.claims.claim import KINDS, Claim, claim
from prefdata.claims.extract import extract
from prefdata.claims.questioning import can_be_asked, questions
from prefdata.claims.rules import rulings
from prefdata.claims.rules.answers import Answer, alike, all_of
from prefdata.claims.rules.mentions import Mentions

from .scoring import sentences
from .seen import FULL, MAYBE, NAMES, SURE, a, at, ruled, verdict, view

YES, NO = "supported", "contradicted"
POOR = dict.fromkeys(FULL, 0.9)
ANSWERS = st.sampled_from([True, False, "unknown"])


def worlds(answers: list[Answer]) -> Iterator[list[bool]]:
    """All ways in which what is unknown may be."""
    if not answers:
        yield []
        return
    for first in (True, False) if isinstance(answers[0], str) else (answers[0],):
        for rest in worlds(answers[1:]):
            yield [first, *rest]


@given(st.lists(ANSWERS, max_size=5))
def test_all_of_is_what_holds_in_every_world(answers):
    possible = {all(world) for world in worlds(answers)}
    expected = possible.pop() if len(possible) == 1 else "unknown"
    assert all_of(answers) == expected


@given(st.lists(ANSWERS, min_size=1, max_size=5))
def test_alike_is_what_holds_of_whichever_is_meant(answers):
    possible = {answer for world in worlds(answers) for answer in world}
    found = alike(answers)
    assert found in possible if len(possible) == 1 else isinstance(found, str)


# Presence


@pytest.mark.parametrize(
    ("score", "recall", "said"),
    [(0.9, FULL, YES), (0.8, FULL, YES), (0.79, FULL, "undecided"), (0.21, FULL, "undecided"), (0.2, FULL, NO),
     (0.9, POOR, YES), (0.1, POOR, "low_recall")],
)  # fmt: skip
def test_what_is_seen_is_there_and_silence_needs_recall(score, recall, said):
    assert verdict("There is a dog.", view(a("dog", score=score), recall=recall), "object dog") == said


def test_the_recall_of_the_claimed_size_decides_about_silence():
    poor = view(recall={**FULL, "small": 0.5})
    assert verdict("There is a dog.", poor, "object dog") == NO
    assert verdict("There is a large dog.", poor, "object dog") == NO
    assert verdict("There is a tiny dog.", poor, "object dog") == "low_recall"
    assert verdict("There is a tiny dog.", view(recall={"all": 1.0}), "object dog") == "unmeasured"


@pytest.mark.parametrize("said", ["attribute tiny", "attribute minuscule", "attribute distant", "attribute hidden",
    "attribute partially hidden", "attribute barely visible", "relation background image", "relation distance image",
    "relation in background"])  # fmt: skip
@pytest.mark.parametrize("hedged", [False, True])
def test_silence_about_what_is_said_to_be_small_far_or_hidden_needs_the_recall_of_small_things(said, hedged):
    kind, *words = said.split()
    predicate, target = (" ".join(words), None) if kind == "attribute" else words
    hedged = hedged and predicate not in ("tiny", "minuscule")
    dog = claim("c", "object", (2, 5), "dog")
    below = claim("c", kind, (9, 20), "dog", predicate, target, hedged=hedged, parent_id=dog["claim_id"])
    poor = view(recall={**FULL, "small": 0.5})
    assert rulings([dog, below], poor)[dog["claim_id"]].reason == "low_recall"
    assert rulings([dog, below], view())[dog["claim_id"]].verdict == NO
    assert rulings([dog], poor)[dog["claim_id"]].verdict == NO
    again = claim("c", "object", (40, 43), "dog")
    assert rulings([again, dog, below], poor)[again["claim_id"]].reason == "low_recall"


def test_other_words_leave_the_size_open():
    poor = view(recall={**FULL, "small": 0.5})
    for text in ("A dog that is not tiny is there.", "There is a red dog.", "A dog is left of a cat.", "A large dog."):
        assert verdict(text, poor, "object dog") == NO
    assert verdict("A large dog. There is a tiny dog.", view(recall={**FULL, "large": 0.5}), "object dog") == NO


def test_a_class_that_was_never_measured_decides_nothing():
    assert verdict("There is a traffic light.", view(), "object traffic light") == "unmeasured"
    assert verdict("There is a traffic light.", view(a("traffic light")), "object traffic light") == "unmeasured"


def test_absence_is_as_sure_as_the_recall_and_presence_is_not_said():
    recall = {**FULL, "all": 0.995, "small": 0.997}
    assert ruled("There is a dog.", view(recall=recall))["object dog"].confidence == 0.995
    assert ruled("There is a small dog.", view(recall=recall))["object dog"].confidence == 0.997
    assert ruled("There is no small dog.", view(recall=recall))["object dog"].confidence == 0.995
    assert ruled("There is a dog.", view(a("dog"), recall=recall))["object dog"].confidence is None


def test_a_general_word_is_supported_by_its_kinds_and_never_contradicted():
    assert verdict("There is an animal.", view(a("dog")), "object animal") == YES
    assert verdict("There is an animal.", view(a("person")), "object animal") == "general_word"
    assert verdict("There are no animals.", view(a("dog")), "object animal") == NO
    assert verdict("There are no animals.", view(), "object animal") == "general_word"
    assert verdict("There is a brown animal.", view(a("dog", "brown")), "attribute animal brown") == "general_word"


def test_evidence_about_a_general_word_is_of_the_kind_that_tells_most():
    dog = at("dog", 20, 20, score=MAYBE)
    for sure, unsure in (("dog", "cat"), ("cat", "dog")):
        there = at(sure, 60, 60)
        ruling = ruled("There are no animals.", view(at(unsure, 20, 20, score=MAYBE), there))["object animal"]
        assert (ruling.verdict, ruling.boxes, ruling.scores) == (NO, (there.box,), (SURE,))
        assert ruling.trust == view().witness.trust[sure]
    unsure = ruled("There are no animals.", view(dog))["object animal"]
    assert (unsure.verdict, unsure.boxes) == ("not_checkable", (dog.box,))
    assert ruled("There are no animals.", view())["object animal"].boxes == ()


def test_what_is_outside_of_the_words_or_cannot_be_detected_is_not_checkable():
    assert verdict("There is a giraffe.", view(), "object giraffe") == "outside_vocabulary"
    assert verdict("There is a reflection.", view(), "object reflection") == "undetectable"
    assert verdict("There are no other dogs.", view(), "object dog other") == "unclear"


def test_other_names_and_kinds_of_a_class_stand_for_it():
    assert verdict("There is a disc.", view(a("circle")), "object disc") == YES
    assert verdict("There is a puppy.", view(a("dog")), "object puppy") == YES
    assert verdict("There is a puppy.", view(), "object puppy") == NO


def test_a_compound_of_which_only_the_last_word_is_known_is_never_contradicted():
    assert verdict("There is a guide dog.", view(a("dog")), "object guide dog") == YES
    assert verdict("There is a guide dog.", view(), "object guide dog") == "compound_word"
    seen = view(at("dog", 20, 50, "blue"), at("cat", 80, 50))
    text = "The guide dog is red. The guide dog is right of the cat. There is no red guide dog."
    said = {words: ruling.reason or ruling.verdict for words, ruling in ruled(text, seen).items()}
    assert {words: said[words] for words in said if words.split()[1] == "guide" and "red" not in words} == {
        "object guide dog": "compound_word",
        "relation guide dog right of cat": "compound_word",
    }
    assert verdict("The guide dog is red.", seen, "attribute guide dog red") == "compound_word"


def test_a_class_of_coco_is_no_kind_of_another():
    # WordNet's first toaster is a person, and a person is claimed.
    seen = view()
    assert verdict("There is a person.", seen, "object person") == NO


# Denial


def test_a_denial_is_supported_by_absence_and_contradicted_by_presence():
    assert verdict("There is no dog.", view(), "object dog") == YES
    assert verdict("There is no dog.", view(a("dog")), "object dog") == NO
    assert verdict("There is no dog.", view(a("dog", score=MAYBE)), "object dog") == "undecided"
    assert verdict("There is no dog.", view(recall=POOR), "object dog") == "low_recall"


def test_a_denial_is_of_things_with_its_attributes():
    text = "There are no red circles."
    assert verdict(text, view(a("circle", "blue")), "object circle") == YES
    assert verdict(text, view(a("circle", "red")), "object circle") == NO
    assert verdict(text, view(a("circle", "red", score=MAYBE), a("circle", "blue")), "object circle") == "undecided"
    assert verdict(text, view(a("circle")), "object circle") == "undecided"
    assert verdict(text, view(a("circle", "blue"), recall=POOR), "object circle") == "low_recall"
    assert verdict(text, view(a("circle", "red")), "attribute circle red") == "no_such_thing"


def test_a_denial_that_is_narrowed_otherwise_is_not_contradicted_by_presence():
    for text in ("There are no people sitting on the bench.", "There are no women."):
        subject = "person" if "people" in text else "woman"
        assert verdict(text, view(a("person")), f"object {subject}") == "qualified"
        assert verdict(text, view(), f"object {subject}") == YES


# Attributes


@pytest.mark.parametrize(
    ("word", "known", "said"),
    [("red", "red", YES), ("red", "blue", NO), ("gray", "grey", YES), ("big", "large", YES), ("tiny", "large", NO),
     ("red", "large", "unknown"), ("wooden", "wood", YES), ("wooden", "metal", NO), ("crimson", "red", "unknown"),
     ("bright", "red", "unknown"), ("tall", "large", "unknown"), ("young", "red", "unknown")],
)  # fmt: skip
def test_known_attributes_exclude_others_of_their_kind_alone(word, known, said):
    assert verdict(f"There is a {word} circle.", view(a("circle", known)), f"attribute circle {word}") == said


def test_an_attribute_before_the_noun_holds_of_some_and_one_after_it_of_all():
    both, red = view(a("circle", "red"), a("circle", "blue")), "attribute circle red"
    assert verdict("There is a red circle.", both, red) == YES
    assert verdict("The circle is red.", both, red) == "several_meant"
    assert verdict("The circle is red.", view(a("circle", "red")), red) == YES
    for text in ("There is a red circle.", "The circle is red."):
        assert verdict(text, view(a("circle", "green"), a("circle", "blue")), red) == NO
        assert verdict(text, view(a("circle", "blue"), recall=POOR), red) == "low_recall"
        assert verdict(text, view(a("circle", "red", score=MAYBE), a("circle", "blue")), red) == "several_meant"
        assert verdict(text, view(), red) == "no_such_thing"


def test_a_denied_attribute_is_the_other_way_round():
    red = "attribute circle red"
    assert verdict("The circle is not red.", view(a("circle", "red")), red) == NO
    assert verdict("The circle is not red.", view(a("circle", "blue")), red) == YES


def test_attributes_of_a_mention_are_about_the_same_thing():
    seen = view(a("circle", "red", "large"), a("circle", "blue", "small"))
    found = ruled("There is a small red circle.", seen)
    assert NO in {found[f"attribute circle {word}"].verdict for word in ("small", "red")}
    found = ruled("There is a large red circle.", seen)
    assert {found[f"attribute circle {word}"].verdict for word in ("large", "red")} == {YES}


def test_two_colours_of_a_mention_may_be_of_two_things():
    seen = view(a("circle", "red"), a("circle", "blue"))
    for text in ("There are two red and blue circles.", "There are two circles, one red and one blue."):
        found = ruled(text, seen)
        assert found["count circle = 2"].verdict == YES
        assert NO not in {ruling.verdict for ruling in found.values()}
    assert verdict("There are two red and blue circles.", view(a("circle", "green")), "attribute circle red") == NO


def test_an_attribute_of_a_kind_holds_of_some_only_if_of_all():
    both = view(a("person", "red"), a("person", "blue"))
    assert verdict("There is a red person.", both, "attribute person red") == YES
    assert verdict("There is a red woman.", both, "attribute woman red") == "several_meant"


def test_size_words_go_by_measured_sides():
    sides = {"small": (0.05, 0.12), "large": (0.2, 0.4)}

    def said(word: str, half: float, x: float = 50) -> str:
        seen = at("circle", x, 50, half=half)._replace(attributes=None)
        return verdict(f"There is a {word} circle.", view(seen, sides=sides), f"attribute circle {word}")

    assert [said("small", 5), said("large", 5), said("large", 15), said("tiny", 15)] == [YES, NO, YES, NO]
    assert said("small", 8) == "undecided"  # between the two
    assert said("medium", 8) == "unmeasured"
    assert said("small", 5, x=5) == "cut_off"  # it may go on behind the edge
    assert said("small", 15, x=15) == NO  # and is too large already


def test_a_size_is_not_told_where_another_thing_may_hide_a_part():
    sides = {"small": (0.05, 0.12), "large": (0.2, 0.4)}
    things = (at("circle", 50, 50)._replace(attributes=None), at("star", 58, 50))
    assert verdict("There is a small circle.", view(*things, sides=sides), "attribute circle small") == "cut_off"


def test_what_no_rule_follows_is_not_checkable():
    found = ruled("A young dog is running on the grass.", view(a("dog")._replace(attributes=None)))
    assert {words: ruling.reason for words, ruling in found.items() if words != "object dog"} == {
        "attribute dog young": "no_rule",
        "action dog run": "no_rule",
        "relation dog on grass": "needs_depth",
        "object grass": "outside_vocabulary",
    }


# All together


def test_what_may_be_so_and_moods_are_not_asked():
    assert list(ruled("There is a dog. There may be a cat. The mood is calm.", view())) == ["object dog"]


def test_evidence_is_what_was_looked_at():
    found = ruled("There is a dog.", view(at("dog", 20, 20), at("cat", 50, 50), at("dog", 80, 80, score=MAYBE)))
    ruling = found["object dog"]
    assert ruling.boxes == ((15, 15, 25, 25), (75, 75, 85, 85))
    assert ruling.scores == (0.9, MAYBE)
    assert ruling.trust is not None
    assert ruling.trust.hi == 0.8


THINGS = st.builds(
    lambda name, colour, x, y, score, boxed: a(name, colour, box=(x, y, x + 9, y + 9) if boxed else None, score=score),
    st.sampled_from(NAMES), st.sampled_from(["red", "small", "blue"]), st.floats(0, 100), st.floats(0, 100),
    st.floats(0, 1), st.booleans(),
)  # fmt: skip


@given(st.lists(THINGS, max_size=4), st.sampled_from(sentences("tune") + sentences("second")), st.booleans())
def test_every_claim_of_any_text_gets_a_ruling_with_a_reason_or_a_verdict(things, row, full):
    claims = extract("c", row["sentence"])
    found = rulings(claims, view(*things, recall=FULL if full else POOR))
    asked = {claim["claim_id"] for claim in claims if not claim["hedged"] and claim["type"] != "prior"}
    assert set(found) == asked
    for ruling in found.values():
        assert (ruling.verdict == "not_checkable") == (ruling.reason is not None)
        assert len(ruling.boxes) == len(ruling.scores)


STRINGS = st.text(max_size=12) | st.sampled_from(
    ["many", "-3", "²", "9" * 400, "9" * 5000, "1-" + "9" * 400, "", " ", "dog", "circle", "tiny", "=", "~", "left of",
     "far from", "image", "between", "background", "red", "dog dog", "not a word-"]
)  # fmt: skip


@st.composite
def any_claims(draw) -> list[Claim]:
    """Claims such as a model may give: any strings, anywhere, below one another or below nothing."""
    made: list[Claim] = []
    for _ in range(draw(st.integers(1, 4))):
        kind, (start, end) = draw(st.sampled_from(KINDS)), sorted(draw(st.tuples(*[st.integers(0, 99)] * 2)))
        said = draw(st.tuples(STRINGS, STRINGS | st.none(), STRINGS | st.none()))
        above = draw(st.none() | st.sampled_from(["elsewhere", *(each["claim_id"] for each in made)]))
        made.append(claim("c", kind, (start, end), *said, negated=draw(st.booleans()), parent_id=above))
    return made


@given(st.lists(THINGS, max_size=3), any_claims())
def test_no_claim_is_too_odd(things, claims):
    mentions = Mentions(claims)
    for each in claims:
        assert can_be_asked(each, mentions) in (True, False)
        questions(each)
    assert set(rulings(claims, view(*things))) == {each["claim_id"] for each in claims if each["type"] != "prior"}


@given(st.lists(THINGS, max_size=4), st.sampled_from(sentences("tune") + sentences("second")))
def test_a_poor_witness_contradicts_nothing_positive_by_silence(things, row):
    claims = extract("c", row["sentence"])
    found = rulings(claims, view(*things, recall=POOR))
    for each in claims:
        ruling = found.get(each["claim_id"])
        if ruling and ruling.verdict == "contradicted" and not each["negated"]:
            assert each["type"] == "count"  # too many are seen
