"""Models that are asked about claims: right where they decide, silent where they do not listen, and paid once."""

from __future__ import annotations

import math
import random
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from PIL import Image

from prefdata.calls.request import CallError
from prefdata.claims.claim import Claim, claim
from prefdata.claims.questioning import questions
from prefdata.claims.verifiers import vqa
from prefdata.claims.verifying import Asked
from prefdata.models import Model
from prefdata.tinyworld import WEIGHTS
from prefdata.tinyworld.drawing import draw
from prefdata.tinyworld.scene import SHAPES, scene

from . import test_served_models, tiny_models
from .asked import Run, about, fake, local, verified

url = test_served_models.url  # `transformers serve`
COLOURS = list(tiny_models.COLOURS)
LEFT, RIGHT = (2, 2, 12, 28), (28, 2, 38, 28)  # boxes that, with their margins, lie in one half of a picture


@pytest.fixture(autouse=True)
def one_thread():
    """So small models gain nothing by more, and lose much when the machine is busy."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="module")
def seeing(tmp_path_factory) -> Path:
    """A model that answers questions about the colours of two walls, in both polarities."""
    return tiny_models.seeing_model(tmp_path_factory.mktemp("seeing"), lesson, steps=400)


def lesson(chance: random.Random) -> tiny_models.Example:
    pair = chance.choices(COLOURS, k=2)
    colour, denies = chance.choice([*pair, *COLOURS]), chance.random() < 0.5
    asked = questions(wall(colour))
    assert asked is not None
    parts = [{"type": "image", "image": walls(*pair)}, {"type": "text", "text": f"{vqa.TASK} {asked[denies]}"}]
    return [{"role": "user", "content": parts}], "Yes" if (colour in pair) != denies else "No"


def wall(colour: str, at: int = 0, negated: bool = False) -> Claim:
    return claim("c", "attribute", (at, at + 1), "wall", colour, negated=negated)


def walls(left: str, right: str) -> Image.Image:
    """40 × 30 pixels, half and half."""
    image = tiny_models.colour(left)
    image.paste(tiny_models.COLOURS[right], (20, 0, 40, 30))
    return image


def of_walls(folder: Path, number: int, seed: int) -> tuple[list[Asked], list[bool]]:
    """Pictures of two walls with claims about every colour, one in two of them denied, and which are true."""
    chance, asked, true = random.Random(seed), [], []
    for n in range(number):
        pair = chance.choices(COLOURS, k=2)
        claims = [wall(colour, at, chance.random() < 0.5) for at, colour in enumerate(COLOURS)]
        asked.append(about(folder / f"{n}.png", walls(*pair), claims))
        true += [(each["predicate"] in pair) != each["negated"] for each in claims]
    return asked, true


def words(run: Run) -> list[str]:
    return [each["verdict"] for said in run.evidence for each in said]


def share_right(said: list[str], true: list[bool]) -> tuple[float, float]:
    """Of the verdicts given the share that is right, and of all claims the share that has one."""
    given = [(word == "supported") == so for word, so in zip(said, true, strict=True) if word != "not_checkable"]
    return sum(given) / max(1, len(given)), len(given) / len(said)


@pytest.mark.parametrize("logprobs", [False, True])
def test_a_model_that_sees_and_listens_is_right(seeing, tmp_path, logprobs):
    asked, true = of_walls(tmp_path, 25, seed=1)
    run = verified(local(seeing, logprobs=logprobs), asked)
    right, given = share_right(words(run), true)
    assert right >= 0.95
    assert given >= 0.6
    known = {each["confidence"] is not None for said in run.evidence for each in said if each["reason"] is None}
    assert known == {logprobs}
    one_, *_ = run.evidence[0]
    assert (one_["source"], one_["model_hash"], one_["rule_id"]) == ("asked", "r1", "vqa:both_polarities")


def test_a_served_model_says_what_it_says_in_this_process(url, seeing, tmp_path):
    asked, _ = of_walls(tmp_path, 5, seed=2)
    served = Model("served", str(seeing), "r1", url)
    assert words(verified(served, asked)) == words(verified(local(seeing), asked))


def test_a_located_thing_is_looked_at_where_it_is(seeing, tmp_path):
    claims = [wall("red", 0), wall("red", 1), wall("green", 2), wall("red", 3, negated=True)]
    boxes = dict(zip((each["claim_id"] for each in claims), (LEFT, RIGHT, LEFT, LEFT), strict=True))
    asked = about(tmp_path / "two.png", walls("red", "blue"), claims, boxes)
    run = verified(local(seeing), [asked])
    there, elsewhere, nowhere, denied = run.evidence[0]
    assert there["verdict"] == "supported"
    assert (elsewhere["verdict"], elsewhere["reason"]) == ("not_checkable", "undecided")
    assert nowhere["verdict"] == denied["verdict"] == "contradicted"
    assert [each["boxes"] for each in run.evidence[0]] == [[list(boxes[each["claim_id"]])] for each in claims]
    # Red on the left (twice the same), red on the right and then everywhere, green on the left and then everywhere.
    assert run.counts.answered == 2 * 5


def test_crops_and_questions_are_known_again(seeing, tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    claims = [wall("red", 0), wall("red", 1), wall("blue", 2)]
    boxes = {claims[0]["claim_id"]: LEFT, claims[1]["claim_id"]: LEFT}
    asked = about(tmp_path / "two.png", walls("red", "blue"), claims, boxes)
    run = verified(local(seeing), [asked, asked._replace(text="another text")])
    assert run.evidence[0] == run.evidence[1]
    assert (run.counts.answered, len(run.calls)) == (4, 12)
    assert [path.name for path in tmp_path.iterdir()] == ["two.png"]  # the crops are gone


def test_counts_and_relations_are_asked_about_the_whole_picture(serve, tmp_path):
    claims = [claim("c", "count", (0, 1), "wall", "=", "2"), claim("c", "relation", (2, 3), "wall", "next to", "wall")]
    asked = about(tmp_path / "two.png", walls("red", "red"), claims, {each["claim_id"]: LEFT for each in claims})
    run = verified(fake(serve()), [asked])
    assert {each["verdict"] for each in run.evidence[0]} == {"supported"}
    assert [each["boxes"] for each in run.evidence[0]] == [[], []]
    assert {tuple(call.request.images) for call in run.calls} == {tuple(asked.prompt.images)}


def test_a_model_that_fetches_its_images_is_asked_about_the_whole_picture(serve, tmp_path):
    asked = about(tmp_path / "two.png", walls("red", "blue"), [wall("red")], {wall("red")["claim_id"]: LEFT})
    (address,) = asked.prompt.images
    prompt = replace(asked.prompt, addresses={address: "https://example.org/two.png"})
    run = verified(replace(fake(serve()), images="reference"), [asked._replace(prompt=prompt)])
    assert [call.request.images for call in run.calls] == [{address: "https://example.org/two.png"}] * 2
    assert run.evidence[0][0]["boxes"] == []


def of_scenes(folder: Path, number: int) -> tuple[list[Asked], list[bool]]:
    """Scenes of the tiny world with a claim about each shape, and which are true."""
    shown = [scene("choice", n) for n in range(number)]
    claims = [claim("c", "object", (at, at + 1), shape) for at, shape in enumerate(SHAPES)]
    pictures = [Image.fromarray(draw(each).image) for each in shown]
    asked = [about(folder / f"{n}.png", image, claims) for n, image in enumerate(pictures)]
    return asked, [each.count(shape) > 0 for each in shown for shape in SHAPES]


def plainly(shape: str) -> str:
    return f"{vqa.TASK} Is there a {shape} in the picture?"


def test_the_tiny_worlds_policy_is_found_out_where_it_does_not_listen(url, tmp_path):
    """It was never taught denials and answers them as if they were none: what it decides nothing on is not wrong."""
    asked, true = of_scenes(tmp_path, 10)
    run = verified(local(WEIGHTS / "policy", logprobs=True), asked)
    said = {(*call.request.images, call.text): call.answer.text for call in run.calls}
    plain = [said[(*each.prompt.images, plainly(shape))] for each in asked for shape in SHAPES]
    assert sum(text.startswith("Yes" if so else "No") for text, so in zip(plain, true, strict=True)) > 0.9 * len(true)
    right, given = share_right(words(run), true)
    assert right >= 0.95 or not given
    served = Model("served", str(WEIGHTS / "policy"), "r1", url)
    right, given = share_right(words(verified(served, asked[:2])), true[: 2 * len(SHAPES)])
    assert right >= 0.95 or not given


def of_dogs(folder: Path, *subjects: str) -> Asked:
    claims = [claim("c", "object", (at, at + 1), subject) for at, subject in enumerate(subjects)]
    return about(folder / "one.png", tiny_models.colour("red"), claims)


def test_a_server_error_is_tried_again(serve, tmp_path):
    run = verified(fake(serve(faults=0.2, seed=897)), [of_dogs(tmp_path, "dog", "cat")])
    assert run.counts.errors == {"http_500": 1}
    assert words(run) == ["supported"] * 2


def test_all_questions_about_a_text_are_out_at_once(serve, tmp_path):
    server = serve(latency=0.3)
    verified(fake(server), [of_dogs(tmp_path, "dog", "cat", "cow")])
    assert server.stats()["most_active"] == 6


def test_an_answer_that_is_neither_leaves_the_claim_open(serve, tmp_path):
    ((dog, riddle),) = verified(fake(serve()), [of_dogs(tmp_path, "dog", "riddle")]).evidence
    assert dog["verdict"] == "supported"
    assert (riddle["verdict"], riddle["reason"]) == ("not_checkable", "unreadable_answer")
    assert riddle["confidence"] is None


def test_an_endpoint_without_log_probabilities_decides_by_words_alone(serve, tmp_path):
    asks = of_dogs(tmp_path, "dog")
    ((unknown,),) = verified(fake(serve(plain=True), logprobs=True), [asks]).evidence
    assert (unknown["verdict"], unknown["confidence"], unknown["thresholds"]) == ("supported", None, None)
    known = fake(serve(), logprobs=True)  # this one says -1.5 of every answer
    ((unsure,),) = verified(known, [asks]).evidence
    assert (unsure["verdict"], unsure["reason"]) == ("not_checkable", "undecided")
    ((sure,),) = verified(known, [asks], sure=0.2).evidence
    assert sure["verdict"] == "supported"
    assert sure["confidence"] == pytest.approx(math.exp(-1.5))
    assert sure["thresholds"] == {"hi": 0.2, "lo": None, "recall": None}


def test_a_question_that_is_refused_fails_its_text_after_the_others_are_answered(serve, tmp_path):
    server = serve()
    with pytest.raises(CallError, match="http_400"):
        verified(fake(server), [of_dogs(tmp_path, "POISON", "dog", "cat")])
    assert server.stats()["calls"] == 6
