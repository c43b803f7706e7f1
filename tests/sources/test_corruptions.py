"""Candidates made false in a known way: one place is changed, the claim with it, and nothing else."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prefdata.calls.request import CallError
from prefdata.claims.extract import extract
from prefdata.judges.rules.articles import article_errors
from prefdata.judges.rules.grammar import grammatical
from prefdata.judges.rules.text import Text
from prefdata.models import Source
from prefdata.sources import HOW, partners
from prefdata.sources.alternatives import a, fitted, section
from prefdata.tinyworld.scene import COLOURS, SHAPES, lots, mate, scene
from prefdata.tinyworld.wording import SYNONYMS, exchange

from .corrupted import TINY, made, restored, said

DATA = Path(__file__).parents[1] / "metrics" / "data"
SOURCES = {how: Source(how, "alter", how=how) for how in HOW["alter"]}
SOURCES |= {"inject": Source("inject", "inject"), "omit": Source("omit", "omit")}
texts = st.builds(
    lambda number, kind: exchange(scene("train", number), kind, lots("train", number, 0, kind)).answer,
    st.integers(0, 5000),
    st.sampled_from(["describe", "describe", "count", "colour", "relation"]),
)


def captions(file: str) -> list[str]:
    return [json.loads(line)["caption"] for line in (DATA / file).read_text(encoding="utf-8").splitlines()]


NATURAL = [text for file in ("captions_llava-1.5.jsonl", "captions_instructblip.jsonl") for text in captions(file)]


def tried(source: Source, text: str):
    try:
        return made(source, text)
    except CallError as error:
        if error.reason != "nothing_to_edit":
            raise
        return None


@settings(max_examples=60, deadline=None)
@given(text=texts, name=st.sampled_from(sorted(SOURCES)))
def test_a_text_differs_only_in_the_recorded_span_and_again_in_the_same_way(text, name):
    told = tried(SOURCES[name], text)
    if told is not None:
        assert told.text != text
        assert restored(told) == text
        assert told == made(SOURCES[name], text)


@pytest.mark.parametrize("how", HOW["alter"])
def test_a_natural_caption_claims_the_one_thing_otherwise_and_all_else_as_before(how):
    found = [told for text in NATURAL if (told := tried(SOURCES[how], text))]
    assert len(found) >= {"emotion": 5, "material": 10, "size": 20}.get(how, 30)
    for told in found:
        edit, (before, after) = told.origin["edit"], (Counter(said(restored(told))), Counter(said(told.text)))
        gone, new = before - after, after - before
        assert edit["subject"] in {row[1] for row in new} == {row[1] for row in gone}
        assert sum(gone.values()) == sum(new.values()) >= 1
        assert {row[4:] for row in new} == {("False", "False")}, "it is said outright"
        (claim,) = [c for c in extract(f"{how}:base", told.text) if c["claim_id"] == edit["claim_id"]]
        assert claim["char_span"][0] < edit["char_span"][1]
        assert edit["char_span"][0] < claim["char_span"][1]


def test_a_natural_caption_names_one_thing_more():
    found = [(text, told) for text in NATURAL if (told := tried(SOURCES["inject"], text))]
    assert len(found) > 0.95 * len(NATURAL)
    for text, told in found:
        before, after = Counter(said(text)), Counter(said(told.text))
        assert not before - after
        (new,) = [row for row in after - before if row[0] == "object"]
        assert new[1] == told.origin["edit"]["subject"]
        assert new not in before


def test_a_natural_caption_says_less_and_nothing_else():
    found = [(text, told) for text in NATURAL if (told := tried(SOURCES["omit"], text))]
    assert len(found) > 0.95 * len(NATURAL)
    for text, told in found:
        before, after = Counter(said(text)), Counter(said(told.text))
        assert not after - before
        assert "object" in {row[0] for row in before - after}


@pytest.mark.parametrize("name", SOURCES)
def test_no_edit_makes_a_slip_of_grammar(name):
    sound = [text for text in NATURAL if (found := grammatical(Text(text))) and found.score]
    for told in filter(None, (tried(SOURCES[name], text) for text in sound)):
        assert grammatical(Text(told.text)).score, told.text


def test_articles_go_with_what_stands_there_now():
    whole = "An apple and a red ball"
    assert fitted(whole, 15, 18, "orange").of(whole) == "An apple and an orange ball"
    assert fitted(whole, 3, 8, "pear").of(whole) == "A pear and a red ball"
    assert fitted("The red ball", 4, 7, "orange").of("The red ball") == "The orange ball"
    names = {name for line in partners.read().of.values() for name in line}
    words = {word for kind in ("colour", "size", "material") for row in section(kind).values() for word in row}
    for phrase in [*map(a, names), *(fitted("a x", 2, 3, word).of("a x") for word in words)]:
        assert not list(article_errors(f"There is {phrase} thing.")), phrase
    assert a("scissors") == "a pair of scissors"
    assert a("broccoli") == "some broccoli"


@pytest.mark.parametrize(
    ("how", "text", "wanted"),
    [
        ("count", "There are two dogs.", {"There are three dogs.", "There are four dogs."}),
        ("count", "Two dogs sleep.", {"Three dogs sleep.", "Four dogs sleep."}),
        ("count", "There are 12 cups.", {f"There are {n} cups." for n in (10, 11, 13, 14)}),
        ("position", "The cup is to the left of the bowl.", {"The cup is to the right of the bowl."}),
        ("position", "A dog is behind a car.", {"A dog is in front of a car."}),
        ("position", "In the background, there is a car.", {"In the foreground, there is a car."}),
        ("distance", "Next to the bed is a lamp.", {"Far from the bed is a lamp."}),
        ("distance", "A dog lies far from a car.", {"A dog lies next to a car.", "A dog lies close to a car."}),
        ("size", "A tiny dog sits there.", {"A large dog sits there.", "A huge dog sits there."}),
        ("size", "A short man waits.", {"A tall man waits."}),
        ("size", "A short train waits.", {"A long train waits."}),
        ("material", "The box is made of wood.", {"The box is made of metal.", "The box is made of plastic."}),
        ("material", "The box is made of metal.", {"The box is made of wood.", "The box is made of plastic."}),
        ("material", "A metal box", {"A wooden box", "A plastic box"}),
        ("action", "The man sits there.", {"The man stands there.", "The man lies there."}),
        ("action", "A man wears a hat.", {"A man holds a hat.", "A man carries a hat."}),
        ("emotion", "A woman is smiling.", {"A woman is frowning.", "A woman is crying."}),
    ],
)  # fmt: skip
def test_an_altered_sentence_reads_well(how, text, wanted):
    assert made(SOURCES[how], text).text in wanted


@pytest.mark.parametrize(
    ("how", "text"),
    [
        ("colour", "There is no red ball."),
        ("colour", "It is possibly a red ball."),
        ("colour", "There is a ball."),
        ("count", "There are several dogs."),
        ("count", "There are at least two dogs."),
        ("count", "There are two other dogs."),
        ("position", "Some dogs are further in the background."),
        ("position", "A bird flies high above a tree."),
        ("position", "A cat is on the left side of the bed and a cat is on the right side of the bed."),
        ("emotion", "The man is focused on the ball."),
        ("action", "A dog is holding a frisbee in its mouth."),
        ("action", "A vase stands on the table."),
        ("omit", "There is a dog."),
        ("inject", "There is no dog."),
        ("inject", "Nothing."),
        ("count", "今天天气很好。"),
        ("omit", ""),
    ],
)
def test_what_is_not_said_outright_or_would_read_badly_is_left_alone(how, text):
    with pytest.raises(CallError, match="nothing_to_edit"):
        made(SOURCES[how], text)


@pytest.mark.parametrize(
    ("how", "text", "wanted"),
    [
        ("count", "There are two {}s.", {"There are three {}s.", "There are four {}s."}),
        ("count", "There are 2 {}s.", {"There are 3 {}s.", "There are 4 {}s."}),
        ("material", "The {} is made of metal.", {"The {} is made of wood.", "The {} is made of plastic."}),
        ("material", "This is a metal {}.", {"This is a wooden {}.", "This is a plastic {}."}),
        (
            "omit",
            "A {0} and a dog are here. The {0} is red. A cat sits.",
            {"A {0} and a dog are here. The {0} is red."},
        ),
        ("omit", "A {0} is red. A dog is black. The dog is near the {0}.", {"A {0} is red. A dog is black."}),
        ("omit", "1. a {0}\n2. a dog\n3. a cat\n4. a man", {"1. a {0}\n2. a dog\n3. a cat"}),
        (
            "omit",
            "A {0} is red (it shines. There is a dog). A cat sits.",
            {"A {0} is red (it shines. There is a dog)."},
        ),
    ],
)
def test_texts_have_their_edits_by_lot_and_all_read_well(how, text, wanted):
    things = ("box", "chair", "cup", "fork", "lamp", "spoon", "table", "vase", "bench", "clock", "knife", "bowl")
    found = {made(SOURCES[how], text.format(thing)).text.replace(thing, "{}") for thing in things}
    assert found == {each.replace("{0}", "{}") for each in wanted}


@settings(max_examples=60, deadline=None)
@given(first=st.sampled_from(COLOURS), second=st.sampled_from(COLOURS))
def test_a_colour_never_becomes_one_that_the_text_gives_to_such_a_thing(first, second):
    told = tried(SOURCES["colour"], f"The picture shows a {first} circle and a {second} circle.")
    assert told is not None
    assert told.origin["edit"]["to"].split()[-1] not in (first, second)


def test_what_is_told_of_several_at_once_changes_for_all():
    told = made(SOURCES["position"], "A cat and a dog are left of the sofa.")
    assert told.text == "A cat and a dog are right of the sofa."


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("There is a red circle.", "There is a red circle. "),
        ("The picture shows a circle and a star.", "The picture shows a circle, a moon and a star."),
        ("There is a disc, a star and a ring.", "There is a disc, a star, a moon and a ring."),
        ("There is a disc, a star, and a ring.", "There is a disc, a star, a moon, and a ring."),
        ("There is a circle, a star. Fine.", "There is a circle, a star. "),
        ("- a circle\n- a star", "- a circle\n- a moon\n- a star"),
        ("I see:\n1. Circle.\n2. Star.", "I see:\n1. Circle.\n2. Star.\n3. A moon."),
        ("A circle is there. A star is by it. The picture is small.", "A circle is there. A star is by it. "),
    ],
)  # fmt: skip
def test_a_thing_is_named_in_the_texts_own_manner(tmp_path, text, wanted):
    (tmp_path / "partners.txt").write_text("circle, disc: moon\n", encoding="utf-8")
    told = made(replace(TINY, partners=tmp_path / "partners.txt"), text)
    assert told.text.startswith(wanted)
    assert "moon" in told.text
    assert told.origin["edit"]["subject"] == "moon"


def test_what_usually_comes_along_is_named_first():
    for shape in SHAPES:
        assert made(TINY, f"There is a {shape}.").origin["edit"]["subject"] == mate(shape)
        other = SYNONYMS[mate(shape)]
        assert made(TINY, f"There is a {shape} and a {other}.").origin["edit"]["subject"] not in (shape, mate(shape))
    assert made(SOURCES["inject"], "A man is skiing on skis.").origin["edit"]["subject"] == "backpack"


@pytest.mark.parametrize("word", ["forks", "a fork", "no fork", "possibly a fork", "cutlery", "silverware", "Fork's"])
def test_a_thing_that_any_word_of_the_text_speaks_of_is_not_injected(tmp_path, word):
    (tmp_path / "partners.txt").write_text("cup: fork, bowl\n", encoding="utf-8")
    for text in ("There is a cup, and {}.", "There is a cup. On it one can read {}."):
        told = made(replace(TINY, partners=tmp_path / "partners.txt"), text.format(word))
        assert told.origin["edit"]["subject"] == "bowl"


def test_a_file_of_partners_without_partners_is_refused(tmp_path):
    from prefdata.errors import InputError

    (tmp_path / "partners.txt").write_text("# ours\nfork: knife\nspoon\n", encoding="utf-8")
    with pytest.raises(InputError, match="line 3"):
        partners.read(tmp_path / "partners.txt")
    with pytest.raises(InputError, match="cannot be read"):
        partners.read(tmp_path / "nothing.txt")


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("There are two dogs and a cat.", {"There are two dogs."}),
        ("There is a cat, a dog and a bird.", {"There is a cat and a bird."}),
        ("There is a cat, a dog, and a bird.", {"There is a cat and a bird."}),
        ("I see:\n- a cat\n- a dog\n- a bird", {"I see:\n- a cat\n- a dog"}),
        ("1. a cat\n2. a dog\n3. a bird\n4. a man\nThat is all.", {"1. a cat\n2. a dog\n3. a bird\nThat is all."}),
        ("A cat sleeps. A dog barks. A bird sings.", {"A cat sleeps. A dog barks.", "A cat sleeps. A bird sings."}),
        ("A cat sleeps. A dog barks. It is loud.", None),
        ("A cat sleeps. A dog barks. The dog sees a man.", {"A cat sleeps. A dog barks."}),
        ("A cat sleeps.\n\nA dog barks. It is loud.\n\nFine.", None),
        ("A cat sits.\n\nA dog sits. A man sits.", {"A cat sits.\n\nA dog sits.", "A cat sits.\n\nA man sits."}),
    ],
)  # fmt: skip
def test_a_text_that_says_less_reads_well(text, wanted):
    told = tried(SOURCES["omit"], text)
    assert (told.text in wanted) if wanted else told is None
