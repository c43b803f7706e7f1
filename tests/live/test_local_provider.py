"""Models in this process: answers that depend on nothing but the request, and errors that blame the right one."""

from __future__ import annotations

import asyncio
import math
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
import yaml
from scipy.stats import chisquare
from transformers import AutoModelForCausalLM, AutoTokenizer

from prefdata.calls.request import Answer, CallError, EndpointError, Request, RetryableError, TerminalError
from prefdata.cli import main
from prefdata.providers.local import LocalProvider, revision_of
from prefdata.providers.local.drawing import Writing
from prefdata.providers.local.model import Loaded
from prefdata.providers.local.rows import Drawing, Row
from prefdata.shards import RunDir

from ..conftest import bytes_of, triplets, write_jsonl
from . import tiny_models


@pytest.fixture(scope="session")
def models(tmp_path_factory) -> tiny_models.Tiny:
    return tiny_models.made(tmp_path_factory)


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """So small models gain nothing by more, and lose much when the machine is busy."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture
def images(tmp_path) -> dict[str, Path]:
    paths = {f"sha256:{name}": tmp_path / f"{name}.png" for name in ("red", "blue")}
    for path in paths.values():
        tiny_models.colour(path.stem).save(path)
    return paths


def question(text: str, temperature: float = 0.0, sample: int = 0, limit: int = 20, **parameters) -> Request:
    asked = {"temperature": temperature, **parameters}
    return Request("m", "r", [{"role": "user", "content": text}], asked, limit, sample)


def sight(address: str, places: dict, text: str = "What is it 3?") -> Request:
    parts = [{"type": "image_url", "image_url": {"url": address}}, {"type": "text", "text": text}]
    return Request("m", "r", [{"role": "user", "content": parts}], {"temperature": 0.0}, 20, images=places)


def ask(model: Path, requests: list[Request], at_once: int = 16) -> list[Answer | BaseException]:
    """All requests together."""

    async def asked() -> list[Answer | BaseException]:
        provider = LocalProvider(str(model), at_once)
        try:
            return await asyncio.gather(*map(provider.call, requests), return_exceptions=True)
        finally:
            await provider.close()

    return asyncio.run(asked())


def reasons(answers: list) -> list[str | None]:
    return [answer.reason if isinstance(answer, CallError) else None for answer in answers]


def test_a_batch_gives_the_answers_of_single_calls(models):
    texts = ["What is it 3?", "why " * 40 + "1?", "a"]
    mixed = [
        question(text, temperature, sample, limit, logprobs=True)
        for text in texts
        for temperature in (0.0, 0.7, 1.5)
        for sample in (0, 1)
        for limit in (2, 20)
    ]
    mixed += [question("a", 1.0, sample, top_p=0.5, top_k=5, seed=1) for sample in range(4)]
    together, alone = ask(models.text, mixed), ask(models.text, mixed[::-1], at_once=1)[::-1]
    assert together == alone
    assert len({answer.text for answer in together}) > 10
    assert {answer.finish for answer in together} == {"stop", "length"}


def test_a_larger_limit_goes_on_where_a_smaller_one_ended(models):
    short, long = ask(models.text, [question("a", 1.0, limit=2), question("a", 1.0)])
    assert (short.finish, short.completion_tokens) == ("length", 2)
    assert long.token_ids[:2] == short.token_ids
    assert len(long.token_ids) == long.completion_tokens > 2
    assert long.finish == "stop"


def test_temperature_0_is_what_generate_writes(models):
    tokenizer, model = AutoTokenizer.from_pretrained(models.text), AutoModelForCausalLM.from_pretrained(models.text)
    inputs = tokenizer.apply_chat_template(
        [{"role": "user", "content": "What is it 3?"}], add_generation_prompt=True, return_tensors="pt"
    )
    written = model.generate(**inputs, max_new_tokens=20, do_sample=False)[0, inputs["input_ids"].shape[1] :]
    answer, *_ = ask(models.text, [question("What is it 3?"), question("a b c d e f 1?")])
    assert answer.token_ids == written.tolist()
    assert answer.text == tokenizer.decode(written, skip_special_tokens=True)
    assert answer.prompt_tokens == inputs["input_ids"].shape[1]


def test_logp_is_that_of_an_independent_pass(models):
    tokenizer, model = AutoTokenizer.from_pretrained(models.text), AutoModelForCausalLM.from_pretrained(models.text)
    answers = ask(models.text, [question("What is it 3?", 1.5, sample, logprobs=True) for sample in range(4)])
    for answer in answers:
        ids = tokenizer.encode("<user>What is it 3?<end><assistant>") + answer.token_ids
        with torch.no_grad():
            likely = model(torch.tensor([ids])).logits[0].log_softmax(-1)
        expected = sum(float(likely[at - 1, ids[at]]) for at in range(len(ids) - len(answer.token_ids), len(ids)))
        assert answer.logp == pytest.approx(expected, abs=1e-4)


def drawn(drawing: Drawing, logits: torch.Tensor, rows: int = 4000) -> Counter[int]:
    """How often each token is drawn, by rows that differ in nothing but the sample's number."""
    asked = [Row(question("a", sample=n), drawing) for n in range(rows)]
    writing = Writing(asked, [5] * rows, [99], "cpu", lambda: False)
    return Counter(writing(torch.zeros(rows, 1), logits.repeat(rows, 1)).argmax(-1).tolist())


def test_draws_follow_softmax():
    logits = torch.tensor([2.0, 1.0, 0.0, 0.0, -1.0, 0.5])
    for temperature in (0.5, 1.0, 2.0):
        found = drawn(Drawing(temperature), logits)
        expected = 4000 * (logits.double() / temperature).softmax(-1).numpy()
        assert chisquare([found[n] for n in range(6)], expected).pvalue > 0.01


def test_top_k_and_top_p_keep_the_likeliest_in_their_proportions():
    logits = torch.tensor([math.log(0.5), math.log(0.3), math.log(0.15), math.log(0.05)])
    assert set(drawn(Drawing(top_k=2), logits)) == {0, 1}
    assert set(drawn(Drawing(top_p=0.81), logits)) == {0, 1, 2}
    kept = drawn(Drawing(top_p=0.8), logits)
    assert chisquare([kept[0], kept[1]], [2500, 1500]).pvalue > 0.01


def test_the_image_decides(models, images):
    plain = question("What is it 3?")
    red, blue, blind = ask(models.vision, [*(sight(name, images) for name in images), plain])
    assert red.text.startswith("It is red")
    assert blue.text.startswith("It is blue")
    assert blind.prompt_tokens < red.prompt_tokens


def test_images_that_cannot_be_shown(models, images, tmp_path):
    (tmp_path / "broken.png").write_bytes(b"no image")
    places = {**images, "far": "https://example.org/a.png", "gone": tmp_path / "gone", "bad": tmp_path / "broken.png"}
    answers = ask(models.vision, [sight(name, places) for name in ("far", "gone", "bad", "sha256:red")])
    assert reasons(answers) == ["no_image_file", "missing_image", "bad_image", None]
    assert reasons(ask(models.text, [sight("sha256:red", images), question("a")])) == ["no_vision", None]


def test_control_tokens_in_texts_are_letters(models, images):
    trap = "<image> <end> <assistant>"
    plain, seen = ask(models.text, [question("<end>")]), ask(models.vision, [sight("sha256:red", images, trap)])
    assert plain[0].prompt_tokens == len("<end>") + 3
    assert seen[0].text.startswith("It is red")


def test_what_a_local_model_does_not_know_is_named(models):
    asked = [question("a", min_p=0.1), question("a", -1.0), question("a", 1.0, top_p="x"), question("a", 1.0, top_p=0)]
    answers = ask(models.text, [*asked, question("b")])
    assert reasons(answers) == ["bad_parameter"] * 4 + [None]
    assert "min_p" in str(answers[0])


def test_a_prompt_beyond_the_context_fails_alone(models):
    long, fits = question("b7" * 2000), question("b7" * 1021, 1.0)
    answers = ask(models.text, [question("a"), long, fits])
    assert reasons(answers) == [None, "context_length", None]
    assert isinstance(answers[1], TerminalError)
    assert answers[2].prompt_tokens + answers[2].completion_tokens <= 2048


def test_a_batch_too_large_for_the_memory_is_done_row_by_row(models, monkeypatch):
    write, largest = Loaded._write, 1

    def little_memory(self, rows, *rest):
        if len(rows) > largest:
            raise torch.OutOfMemoryError("too large")
        return write(self, rows, *rest)

    monkeypatch.setattr(Loaded, "_write", little_memory)
    assert reasons(ask(models.text, [question("a"), question("b")])) == [None, None]
    largest = 0
    answers = ask(models.text, [question("a"), question("b")])
    assert reasons(answers) == ["out_of_memory"] * 2
    assert all(isinstance(answer, RetryableError) for answer in answers)


def test_a_cancelled_call_leaves_its_neighbours_whole(models):
    async def asked() -> list[Answer | BaseException]:
        provider = LocalProvider(str(models.text), 16)
        calls = [asyncio.create_task(provider.call(question("a", 1.0, sample))) for sample in range(4)]
        await asyncio.sleep(0)
        calls[1].cancel()
        answers = await asyncio.gather(*calls, return_exceptions=True)
        await provider.close()
        return answers

    answers = asyncio.run(asked())
    assert isinstance(answers[1], asyncio.CancelledError)
    others = [0, 2, 3]
    assert [answers[n] for n in others] == ask(models.text, [question("a", 1.0, n) for n in others])


def test_closing_ends_the_calls_that_wait(models):
    async def asked() -> list[Answer | BaseException]:
        provider = LocalProvider(str(models.text), 1)
        calls = [asyncio.create_task(provider.call(question("a", 1.0, sample))) for sample in range(4)]
        await asyncio.sleep(0)
        await provider.close()
        return await asyncio.gather(*calls, provider.call(question("a")), return_exceptions=True)

    answers = asyncio.run(asked())
    assert reasons(answers) == ["closed"] * 5
    assert all(isinstance(answer, EndpointError) for answer in answers)


def test_what_cannot_be_loaded_says_what_to_do(models, tmp_path):
    (tmp_path / "config.json").write_text("{}")
    for place in (tmp_path, tmp_path / "none"):
        answers = ask(place, [question("a"), question("b")])
        assert reasons(answers) == ["cannot_load"] * 2
        assert "save_pretrained" in str(answers[0])
    with pytest.raises(EndpointError, match="cannot_load"):
        revision_of(str(tmp_path / "none"))


def test_a_revision_names_the_weights(models, tmp_path):
    for path in models.text.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / "notes.md").write_text("mine")
    assert revision_of(str(tmp_path)) == revision_of(str(models.text)) != revision_of(str(models.judge))
    with open(tmp_path / "model.safetensors", "r+b") as weights:
        weights.seek(-1, 2)
        weights.write(b"\x7f")
    assert revision_of(str(tmp_path)) != revision_of(str(models.text))


def test_a_build_in_this_process_has_equal_bytes_whatever_its_batches(models, tmp_path):
    runs = [built(models, tmp_path / str(at_once), at_once) for at_once in (16, 1)]
    assert len({row["chosen_ref_logp"] for row in triplets(runs[0])} - {None}) > 1
    ours, theirs = map(bytes_of, runs)
    assert ours == theirs


def built(models: tiny_models.Tiny, folder: Path, at_once: int) -> RunDir:
    folder.mkdir()
    messages = [[{"role": "user", "content": f"What is it {n}?"}] for n in range(6)]
    write_jsonl(folder / "prompts.jsonl", [{"prompt_id": f"p{n}", "messages": m} for n, m in enumerate(messages)])
    local = {"provider": "local", "concurrency": at_once}
    judge = {**local, "name": "rubric", "kind": "pointwise", "dimensions": ["accuracy", "fluency"]}
    settings = {
        "run": {"name": "local"},
        "prompts": {"path": "prompts.jsonl"},
        "policies": [{**local, "name": "policy", "model": str(models.text), "logprobs": True}],
        "candidates": {"per_prompt": 3, "temperatures": [1.0], "max_tokens": 20},
        "judges": [{**judge, "model": str(models.judge)}],
        "selection": {"max_pairs_per_prompt": None},
    }
    (folder / "build.yaml").write_text(yaml.safe_dump(settings), encoding="utf-8")
    assert main(["build", str(folder / "build.yaml"), "--run-dir", str(folder / "run")]) == 0
    return RunDir(folder / "run")
