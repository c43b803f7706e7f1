"""What a model is asked: images as it can take them, parameters as the config says."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from prefdata.models import Model
from prefdata.providers.openai import body_of
from prefdata.questions import Prompt, question, said_last

MESSAGES = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "What is this?"}]


def model(**more) -> Model:
    return Model("m", "m", "r", "http://127.0.0.1:1/v1", **more)


def prompt(tmp_path: Path) -> Prompt:
    (tmp_path / "a.png").write_bytes(b"\x89PNG")
    (tmp_path / "b.jpg").write_bytes(b"\xff\xd8")
    images = {"sha256:a": tmp_path / "a.png", "sha256:b": tmp_path / "b.jpg"}
    return Prompt("p", MESSAGES, images, {"sha256:b": "https://example.org/b.jpg"})


def urls(asked) -> list[str]:
    content = body_of(asked)["messages"][-1]["content"]
    return [part["image_url"]["url"] for part in content if part["type"] == "image_url"]


def test_images_go_inline_before_the_text_and_by_their_hash_into_the_key(tmp_path):
    asked = question(model(), prompt(tmp_path), MESSAGES, 0.7, 10)
    assert urls(asked) == ["data:image/png;base64,iVBORw==", "data:image/jpeg;base64,/9g="]
    assert body_of(asked)["messages"][-1]["content"][-1] == {"type": "text", "text": "What is this?"}
    assert "sha256:a" in str(asked.messages)
    assert str(tmp_path) not in str(asked.messages)


def test_images_go_by_reference_where_the_model_can_fetch_them(tmp_path):
    asked = question(model(images="reference"), prompt(tmp_path), MESSAGES, 0.7, 10)
    assert urls(asked) == [(tmp_path / "a.png").as_uri(), "https://example.org/b.jpg"]
    inline = question(model(), prompt(tmp_path), MESSAGES, 0.7, 10)
    assert asked.key != inline.key, "an address that cannot be fetched is refused for good, the picture itself is not"


def test_a_model_without_eyes_gets_the_text_alone(tmp_path):
    asked = question(model(images="none"), prompt(tmp_path), MESSAGES, 0.7, 10)
    assert body_of(asked)["messages"] == MESSAGES
    assert asked.key != question(model(), prompt(tmp_path), MESSAGES, 0.7, 10).key


def test_parameters_join_the_body_and_the_key(tmp_path):
    plain = question(model(), Prompt("p", MESSAGES), MESSAGES, 0.7, 10, sample=2)
    more = question(model(parameters={"top_p": 0.9}, seed=5), Prompt("p", MESSAGES), MESSAGES, 0.7, 10, sample=2)
    assert (body_of(more)["top_p"], body_of(more)["seed"]) == (0.9, 7)
    assert plain.key != more.key
    assert replace(plain, max_tokens=99).key == plain.key, "a larger limit is the same question"


def test_an_instruction_is_said_last():
    assert said_last(MESSAGES, "In French.")[-1]["content"] == "What is this?\n\nIn French."
    assert MESSAGES[-1]["content"] == "What is this?"
