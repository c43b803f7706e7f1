"""Answers to spoilt pictures: of a real policy, shown what is said, the same again, and not mixed up with its own."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from prefdata.calls.request import Answer, CallError, Request
from prefdata.claims.sight import Seen
from prefdata.keys import file_key
from prefdata.models import Model, Source
from prefdata.providers.local import LocalProvider
from prefdata.questions import Prompt
from prefdata.sources import HOW
from prefdata.sources.drafting import VERIFIED
from prefdata.sources.pictures import spoilt
from prefdata.tinyworld.drawing import draw
from prefdata.tinyworld.scene import Scene, scene
from prefdata.verification import Verification

from .corrupted import TRUTH, WEIGHTS, nobody

POLICY = Model("tiny", "tiny", "1", str(WEIGHTS / "policy"), provider="local", logprobs=True)


def shown(number: int, folder: Path) -> tuple[Scene, Path]:
    path = folder / f"{number}.png"
    Image.fromarray(draw(scene("train", number)).image).save(path)
    return scene("train", number), path


def prompt(number: int, folder: Path) -> Prompt:
    known, path = shown(number, folder)
    things = tuple(
        Seen(thing.shape, 1.0, box, frozenset([thing.colour, thing.size]))
        for thing, box in zip(known.things, draw(known).boxes(), strict=True)
        if box
    )
    address, other = f"sha256:{file_key(path)}", shown(number + 1, folder)[1]
    question = [{"role": "user", "content": "Describe the picture."}]
    return Prompt(
        "p", question, {address: path}, {address: "https://x/y.png"}, (address,), objects=things, other_image=other
    )


class Asked:
    """A real model, and what it was asked."""

    def __init__(self) -> None:
        self.provider, self.requests = LocalProvider(POLICY.base_url, 8), list[Request]()

    async def __call__(self, model: Model, request: Request) -> Answer:
        self.requests.append(request)
        return await self.provider.call(request)


def written(source: Source, about: Prompt, *texts: str) -> tuple[list[Answer], list[Request]]:
    """What the source makes of candidates, and what it asked the policy."""

    async def write() -> tuple[list[Answer], list[Request]]:
        ask, verification = Asked(), Verification(nobody)
        names = [f"base{n}" for n in range(len(texts))]
        drafts = VERIFIED[source.kind](source, about, names, verification.verify)
        try:
            told = [await draft.write(ask, text) for draft, text in zip(drafts, texts, strict=True)]
        finally:
            await ask.provider.close()
        return told, ask.requests

    return asyncio.run(write())


@pytest.fixture
def distort(tmp_path) -> Source:
    return Source("other", "distort", POLICY, how="blank", temperature=0.0, pictures=tmp_path / "pictures")


@pytest.mark.parametrize("how", [how for how in HOW["distort"] if how != "swap"])
def test_a_picture_is_spoilt_in_the_same_way_again_and_named_by_its_bytes(how, tmp_path):
    _, path = shown(7, tmp_path)
    found = spoilt(path, how, tmp_path / "a")
    assert found.stem == file_key(found)
    assert spoilt(path, how, tmp_path / "b").name == found.name
    before, after = (np.asarray(Image.open(file)) for file in (path, found))
    assert after.shape == before.shape
    assert (after != before).any()


def test_each_way_spoils_what_it_says(tmp_path):
    _, path = shown(7, tmp_path)
    before = np.asarray(Image.open(path)).astype(int)
    after = {
        how: np.asarray(Image.open(spoilt(path, how, tmp_path))).astype(int)
        for how in ("blank", "blur", "noise", "shuffle")
    }
    assert after["blank"].std() == 0
    assert 0 < after["blur"].std() < before.std()
    assert np.abs(np.diff(after["noise"], axis=0)).mean() > 3 * np.abs(np.diff(before, axis=0)).mean()
    pixels = [np.sort(image.reshape(-1, 3), axis=0) for image in (before, after["shuffle"])]
    assert (pixels[0] == pixels[1]).all(), "the same pixels elsewhere"


def test_a_picture_too_small_for_tiles_is_still_shuffled(tmp_path):
    before = np.arange(3 * 5 * 3, dtype=np.uint8).reshape(3, 5, 3)
    Image.fromarray(before).save(tmp_path / "small.png")
    after = np.asarray(Image.open(spoilt(tmp_path / "small.png", "shuffle", tmp_path)))
    assert (after != before).any()


@pytest.mark.parametrize("how", HOW["distort"])
def test_the_policy_sees_the_spoilt_picture_and_nothing_of_the_true_one(how, distort, tmp_path):
    about = prompt(3, tmp_path)
    (told,), (request,) = written(replace(distort, how=how), about, "A text.")
    (address,) = request.images
    assert address not in about.images
    assert str(about.images) not in str(request.messages)
    assert next(iter(about.images)) not in str(request.messages)
    assert address in str(request.messages)
    assert f"sha256:{file_key(Path(request.images[address]))}" == address
    if how == "swap":
        assert request.images[address] == about.other_image
    edit = told.origin["edit"]
    assert (edit["from"], edit["to"], edit["char_span"]) == (next(iter(about.images)), address, [0, len(told.text)])
    assert told.logp is None, "it was not likely to say so of the true picture"


def test_candidates_of_one_prompt_get_answers_of_their_own(distort, tmp_path):
    _, requests = written(replace(distort, temperature=1.0), prompt(3, tmp_path), "One.", "Two.")
    assert len({request.key for request in requests}) == 2


def test_a_prompt_without_a_picture_or_another_one_is_a_named_drop(distort, tmp_path):
    about = prompt(3, tmp_path)
    for source, bare, reason in [
        (distort, replace(about, images={}, shown=()), "no_image"),
        (replace(distort, policy=replace(POLICY, images="none")), about, "no_image"),
        (replace(distort, how="swap"), replace(about, other_image=None), "no_other_image"),
    ]:
        with pytest.raises(CallError, match=reason):
            written(source, bare, "A text.")


def test_an_answer_to_another_picture_stands_only_if_it_lies_more_than_the_base(distort, tmp_path):
    about, source = prompt(3, tmp_path), replace(distort, how="swap", confirm=(TRUTH,))
    (told,), _ = written(source, about, "There is a picture.")
    assert told.origin["confirmed"] is True
    absent = {"circle", "square", "triangle", "star", "heart", "cross", "ring", "moon"} - {
        s.name for s in about.objects
    }
    lies = " ".join(f"There is a {shape}." for shape in sorted(absent) * 3)
    with pytest.raises(CallError, match="edit_not_confirmed"):
        written(source, about, lies)


def test_a_misled_policy_must_lie_where_somebody_looks(tmp_path):
    about = prompt(3, tmp_path)
    liar = Source("liar", "adversarial", POLICY, instruction="Describe it.", temperature=0.0, confirm=(TRUTH,))
    (told,), _ = written(liar, replace(about, objects=()), "")
    assert told.text
    with pytest.raises(CallError, match="edit_not_confirmed"):
        written(liar, replace(about, objects=None), "")
    (unseen,), _ = written(replace(liar, confirm=()), replace(about, objects=None), "")
    assert unseen.text == told.text
