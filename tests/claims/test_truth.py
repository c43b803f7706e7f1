"""Truth as a verifier, with and without noise: which things it sees, in which words, and what files it takes."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
from PIL import Image

from prefdata.claims.extract import extract
from prefdata.claims.pixels import ORIENTATION
from prefdata.claims.sight import Box, Seen, View
from prefdata.claims.verdict import Evidence
from prefdata.claims.verifiers import noisy, truth
from prefdata.claims.verifying import Asked, Verifier
from prefdata.errors import InputError
from prefdata.metrics.files import word_list
from prefdata.models import VerifierConfig
from prefdata.questions import Prompt
from prefdata.tinyworld import WEIGHTS
from prefdata.tinyworld.scene import SHAPES
from prefdata.tinyworld.wording import SYNONYMS

TINY = WEIGHTS / "synonyms.txt"
SQUARE: Box = (10, 10, 30, 30)


async def never(*_):
    raise AssertionError("no model is asked")


def config(kind: str = "truth", **fields) -> VerifierConfig:
    return VerifierConfig("eye", kind, **fields)


def prompt(*things: Seen, images: dict[str, Path] | None = None, name: str = "p") -> Prompt:
    return Prompt(name, [], images or {}, objects=things)


def verified(verifier: Verifier, asked: Prompt, text: str) -> list[Evidence]:
    """The evidence on each claim of a text, in their order."""
    claims = extract("c", text)
    found = asyncio.run(verifier.verify(Asked(asked, text, claims)))
    return [found[claim["claim_id"]] for claim in claims if claim["claim_id"] in found]


def words(asked: Prompt, text: str, **fields) -> list[str | None]:
    """What truth says of each claim, or why it cannot tell."""
    found = verified(truth.make(config(**fields), never), asked, text)
    return [each["reason"] or each["verdict"] for each in found]


def looked(verifier: truth.Truth | noisy.Noisy, asked: Prompt) -> View:
    view = asyncio.run(verifier.look(asked))
    assert isinstance(view, View)
    return view


# Truth


def test_the_words_of_the_tiny_world_are_those_of_its_captions():
    assert word_list(TINY) == {word: shape for shape, other in SYNONYMS.items() for word in (shape, other)}
    assert set(word_list(TINY).values()) == set(SHAPES)


def test_what_the_prompt_says_is_there_is_there_and_nothing_else():
    known = prompt(Seen("disc", box=SQUARE, attributes=frozenset({"red"})))
    text = "There is a red circle and a star. There is no hoop."
    assert words(known, text, synonyms=TINY) == ["supported", "supported", "contradicted", "supported"]


def test_evidence_names_its_source_and_vocabulary():
    verifier = truth.make(config(synonyms=TINY), never)
    (found,) = verified(verifier, prompt(Seen("circle", box=SQUARE)), "There is a circle.")
    assert (found["source"], found["rule_id"], found["boxes"], found["scores"]) == (
        "eye",
        "presence",
        [[*SQUARE]],
        [1.0],
    )
    assert found["thresholds"] == {"hi": 0.5, "lo": 0.5, "recall": 1.0}
    assert found["vocabulary_hash"]
    assert not verifier.costly


def test_without_synonyms_the_words_are_cocos_and_other_things_are_seen_besides():
    known = prompt(Seen("woman"), Seen("lighthouse"))
    text = "There is a person, a lighthouse and a dog. There is a windmill."
    assert words(known, text) == ["supported", "supported", "contradicted", "outside_vocabulary"]
    # What is said of one prompt says nothing of the next.
    verifier = truth.Truth(config())
    looked(verifier, known)
    assert "lighthouse" not in looked(verifier, prompt()).witness.vocabulary.names


def test_nothing_at_all_is_a_truth_too():
    assert words(prompt(), "There is a dog.") == ["contradicted"]
    assert words(Prompt("p", []), "There is a dog.") == ["no_truth"]


def test_of_several_images_it_is_not_said_which():
    two = {"sha256:a": Path("a"), "sha256:b": Path("b")}
    assert words(prompt(Seen("dog"), images=two), "There is a dog.") == ["several_images"]


def test_what_may_be_so_is_not_asked_even_without_truth():
    verifier = truth.make(config(), never)
    assert len(verified(verifier, Prompt("p", []), "There may be a dog. The mood is calm. There is a cat.")) == 1


def test_the_picture_is_looked_at_upright(tmp_path):
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    stored = Image.new("RGB", (60, 40), (120, 120, 120))
    stored.paste((200, 30, 30), (0, 0, 20, 20))  # upright: at the upper right
    stored.transpose(Image.Transpose.ROTATE_90).save(tmp_path / "a.png", exif=exif)
    known = prompt(Seen("circle", box=(0, 0, 20, 20)), images={"sha256:a": tmp_path / "a.png"})
    view = looked(truth.Truth(config(synonyms=TINY)), known)
    assert (view.width, view.height) == (60, 40)
    text = "There is a red circle on the left side of the picture."
    assert words(known, text, synonyms=TINY) == ["supported", "supported", "supported"]


def test_objects_of_a_file_are_known_by_image_and_only_to_be_there(tmp_path):
    path = tmp_path / "objects.json"
    path.write_text(json.dumps({"7": ["dog"], "8": []}), encoding="utf-8")
    text = "There are two dogs and a cat."
    for name, expected in (("7", ["no_boxes", "supported", "contradicted"]), ("9", ["no_truth"] * 3)):
        assert words(prompt(Seen("cat"), name=name), text, objects=path) == expected
    assert words(Prompt("8", []), text, objects=path) == ["no_such_thing", "contradicted", "contradicted"]


@pytest.mark.parametrize("content", ['{"7": "dog"}', '{"7": [1]}', "[]", "{", '{"7": [], "7": []}'])
def test_a_broken_file_of_objects_is_named(tmp_path, content):
    path = tmp_path / "objects.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match=r"objects\.json"):
        truth.make(config(objects=path), never)


@pytest.mark.parametrize("content", ["", "\n\n", b"\xff\xfe\x00"])
def test_a_file_of_synonyms_without_words_is_named(tmp_path, content):
    path = tmp_path / "words.txt"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(InputError, match=r"words\.txt"):
        truth.make(config(synonyms=path), never)


@pytest.mark.parametrize("field", ["objects", "synonyms"])
def test_a_missing_file_is_named(tmp_path, field):
    with pytest.raises(InputError, match="nowhere"):
        truth.make(config(**{field: tmp_path / "nowhere"}), never)


# Noise

THINGS = tuple(Seen(shape, box=SQUARE) for shape in SHAPES[:4])
PROMPTS = [prompt(*THINGS, name=f"p{n}") for n in range(600)]


def noise(**fields) -> noisy.Noisy:
    return noisy.Noisy(config("noisy", synonyms=TINY, **fields))


def test_without_noise_it_is_the_truth():
    text = "There are two red circles, a hoop and a moon. There is no star."
    clear = noisy.make(config("noisy", synonyms=TINY), never)
    told = [[each["verdict"] for each in verified(verifier, PROMPTS[0], text)]
            for verifier in (clear, truth.make(config(synonyms=TINY), never))]  # fmt: skip
    assert told[0] == told[1]


def test_things_are_overlooked_and_made_up_as_often_as_is_said():
    views = [looked(noise(miss=0.2, extra=0.3), each) for each in PROMPTS]
    truly = [sum(seen.name in SHAPES[:4] and seen.box == SQUARE for seen in view.seen) for view in views]
    more = [len(view.seen) - true for view, true in zip(views, truly, strict=True)]
    assert set(more) == {0, 1}
    assert abs(sum(more) / len(views) - 0.3) < 0.06
    assert abs(sum(truly) / (len(views) * len(THINGS)) - 0.8) < 0.03
    made_up = [seen.name for view in views for seen in view.seen if seen.box != SQUARE]
    assert set(made_up) == set(SHAPES)


def test_the_same_prompt_is_seen_in_the_same_way_and_another_seed_otherwise():
    def seen(seed: int) -> list[tuple[Seen, ...]]:
        return [looked(noise(miss=0.3, extra=0.3, seed=seed), each).seen for each in PROMPTS[:40]]

    assert seen(1) == seen(1)
    assert seen(1) != seen(2)


def test_it_knows_how_much_it_overlooks_and_then_does_not_contradict():
    trust = looked(noise(miss=0.1), PROMPTS[0]).witness.trust["circle"]
    assert set(trust.recall.values()) == {0.9}
    for miss, said in ((0.005, "contradicted"), (0.1, "low_recall")):
        verifier = noisy.make(config("noisy", synonyms=TINY, miss=miss), never)
        (found,) = verified(verifier, prompt(), "There is a circle.")
        assert (found["reason"] or found["verdict"]) == said


def test_what_it_may_have_made_up_is_not_sure():
    for extra, things, said in ((0.04, 1, "supported"), (0.4, 1, "undecided"), (0.1, 4, "supported")):
        verifier = noisy.make(config("noisy", synonyms=TINY, extra=extra), never)
        known = next(each for each in (prompt(*THINGS[:things], name=f"q{n}") for n in range(99))
                     if len(looked(noise(extra=extra), each).seen) == things)  # fmt: skip
        (found,) = verified(verifier, known, "There is a circle.")
        assert (found["reason"] or found["verdict"]) == said


@pytest.mark.parametrize("extra", [0.05, 0.2, 0.5])
def test_a_score_is_the_share_of_things_that_are_there(extra):
    views = [looked(noise(extra=extra), each) for each in PROMPTS]
    real = sum(seen.box == SQUARE for view in views for seen in view.seen)
    everything = [seen for view in views for seen in view.seen]
    assert abs(sum(seen.score for seen in everything) / len(everything) - real / len(everything)) < 0.02


def test_what_is_made_up_has_no_attributes_where_those_of_others_are_known(tmp_path):
    Image.new("RGB", (50, 40)).save(tmp_path / "a.png")
    known = Seen("circle", box=SQUARE, attributes=frozenset({"red"}))
    view = looked(noise(extra=1.0), prompt(known, images={"sha256:a": tmp_path / "a.png"}))
    made_up = view.seen[-1]
    assert made_up.attributes == frozenset()
    assert made_up.box is not None
    x0, y0, x1, y1 = made_up.box
    assert 0 <= x0 < x1 <= 50
    assert 0 <= y0 < y1 <= 40


def test_noise_needs_a_truth():
    assert asyncio.run(noise().look(Prompt("p", []))) == "no_truth"
