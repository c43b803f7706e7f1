"""Tiny models, made in seconds and loaded like any other: a chat model, a judge, and a chat model that sees.

The chat model answers any question with "The answer is 57." and other numbers. The judge knows prefdata's
own questions: the first digit is the accuracy, the second the fluency, and of two answers that with the
larger first digit wins. The one that sees says what colour an image has, and adds two digits.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import torch
from filelock import FileLock
from PIL import Image
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import (
    CLIPImageProcessor,
    CLIPVisionConfig,
    GenerationConfig,
    LlamaConfig,
    LlamaForCausalLM,
    LlavaConfig,
    LlavaForConditionalGeneration,
    LlavaProcessor,
    PreTrainedTokenizerFast,
)

from prefdata.judges import pairwise, pointwise
from prefdata.judges.rubrics import dimensions
from prefdata.models import ModelJudge
from prefdata.questions import Prompt

SPECIAL = ["<pad>", "<end>", "<image>", "<system>", "<user>", "<assistant>"]
TEMPLATE = (
    "{% for m in messages %}<{{ m.role }}>{% if m.content is string %}{{ m.content }}{% else %}"
    "{% for part in m.content %}{{ '<image>' if part.type == 'image' else part.text }}{% endfor %}{% endif %}<end>"
    "{% endfor %}{% if add_generation_prompt %}<assistant>{% endif %}"
)
COLOURS = {"red": (220, 30, 30), "green": (30, 200, 30), "blue": (30, 30, 220), "white": (250, 250, 250)}
WORDS = ["What", "is", "the", "capital", "of", "a", "large", "number", "and", "why", "does", "it", "matter"]
SIZES: dict[str, Any] = {"hidden_size": 64, "intermediate_size": 128, "num_hidden_layers": 2, "num_attention_heads": 4}
SIZES |= {"initializer_range": 0.1}  # larger than usual: so small a model learns several times as fast
Example = tuple[list[dict[str, Any]], str]


class Tiny(NamedTuple):
    """The folders of the three."""

    text: Path
    judge: Path
    vision: Path


def made(factory: pytest.TempPathFactory) -> Tiny:
    """The three models, made once for all test processes of a run."""
    base = factory.getbasetemp()
    root = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "tiny-models"
    with FileLock(f"{root}.lock"):
        if not root.exists():
            kinds = {"text": text_model, "judge": judge_model, "vision": vision_model}
            making = Path(f"{root}.part")
            for name, make in kinds.items():
                make(making / name)
            making.rename(root)  # last, so that a run that was stopped leaves none half made
    return Tiny(root / "text", root / "judge", root / "vision")


def text_model(folder: Path) -> Path:
    """A chat model whose answers differ from sample to sample."""
    return _text_model(folder, _chats, steps=80)


def judge_model(folder: Path) -> Path:
    """A judge for pointwise questions about accuracy and fluency, and for pairwise ones."""
    return _text_model(folder, _judgements, steps=150)


def vision_model(folder: Path) -> Path:
    """A chat model that sees colours."""
    return seeing_model(folder, _sights, steps=150)


def seeing_model(folder: Path, examples: Callable[[random.Random], Example], steps: int) -> Path:
    """A chat model that sees images of 28 × 28 pixels, and has learned from these."""
    torch.manual_seed(0)
    chance = random.Random(0)
    tokenizer = _tokenizer(examples(chance) for _ in range(200))
    resized = {"size": {"height": 28, "width": 28}, "crop_size": {"height": 28, "width": 28}}
    processor = LlavaProcessor(
        CLIPImageProcessor(**resized), tokenizer, 14, "default", TEMPLATE, num_additional_image_tokens=1
    )
    eyes = CLIPVisionConfig(**{**SIZES, "hidden_size": 32, "num_hidden_layers": 1}, image_size=28, patch_size=14)
    mind = _llama(tokenizer)
    token = tokenizer.convert_tokens_to_ids("<image>")
    config = LlavaConfig(vision_config=eyes, text_config=mind, image_token_index=token, vision_feature_layer=-1)
    model = LlavaForConditionalGeneration(config)
    _train(model, lambda: _seen(processor, [examples(chance) for _ in range(16)]), steps)
    return _save(folder, model, processor)


def colour(name: str) -> Image.Image:
    """A picture all of one colour."""
    return Image.new("RGB", (40, 30), COLOURS[name])


def _text_model(folder: Path, examples: Callable[[random.Random], Example], steps: int) -> Path:
    torch.manual_seed(0)
    chance = random.Random(0)
    tokenizer = _tokenizer(examples(chance) for _ in range(300))
    model = LlamaForCausalLM(_llama(tokenizer))
    _train(model, lambda: _read(tokenizer, [examples(chance) for _ in range(32)]), steps)
    return _save(folder, model, tokenizer)


def _chats(chance: random.Random) -> Example:
    return [{"role": "user", "content": _question(chance)}], _answer(chance)


def _judgements(chance: random.Random) -> Example:
    scored = dimensions("general", ["accuracy", "fluency"], {})
    prompt = Prompt("p", [{"role": "user", "content": _question(chance)}])
    first, second = (chance.choice((_answer, _sight))(chance) for _ in "ab")
    if chance.random() < 0.4:
        asked = pointwise.ask(ModelJudge("j", "m", "r", "", dimensions=scored), prompt, first, scored)
        a, f = (digit for digit in first if digit.isdigit())
        return asked.messages, f'{{"accuracy": {a}, "fluency": {f}}}'
    asked = pairwise.ask(ModelJudge("j", "m", "r", "", kind="pairwise"), prompt, first, second)
    ours, theirs = (next(digit for digit in text if digit.isdigit()) for text in (first, second))
    return asked.messages, f'{{"winner": "{"tie" if ours == theirs else "A" if ours > theirs else "B"}"}}'


def _sights(chance: random.Random) -> Example:
    answer = _sight(chance)
    seen = colour(answer.removeprefix("It is ").split(",")[0])
    parts = [{"type": "image", "image": seen}, {"type": "text", "text": _question(chance)}]
    return [{"role": "user", "content": parts}], answer


def _question(chance: random.Random) -> str:
    return f"{' '.join(chance.choices(WORDS, k=chance.randint(1, 4)))} {chance.randint(0, 99)}?"


def _answer(chance: random.Random) -> str:
    return f"The answer is {_digits(chance)}."


def _sight(chance: random.Random) -> str:
    return f"It is {chance.choice(list(COLOURS))}, {_digits(chance)}."


def _digits(chance: random.Random) -> str:
    return f"{chance.choice('258')}{chance.randint(1, 9)}"


def _tokenizer(examples: Iterator[Example]) -> PreTrainedTokenizerFast:
    """Bytes, merged across words: a text that always stands there becomes few tokens, digits stay digits."""
    tokenizer = Tokenizer(models.BPE())
    bytes_ = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Digits(individual_digits=True), bytes_])
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=1000, special_tokens=SPECIAL, initial_alphabet=bytes_.alphabet(), show_progress=False
    )
    texts = [text for messages, answer in examples for text in (*_texts(messages), answer)]
    tokenizer.train_from_iterator(texts, trainer)
    fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer, pad_token="<pad>", eos_token="<end>")
    fast.add_special_tokens({"additional_special_tokens": SPECIAL[2:]})
    fast.chat_template = TEMPLATE
    return fast


def _texts(messages: list[dict[str, Any]]) -> Iterator[str]:
    for message in messages:
        content = message["content"]
        yield from [content] if isinstance(content, str) else [part["text"] for part in content if "text" in part]


def _llama(tokenizer: PreTrainedTokenizerFast) -> LlamaConfig:
    ends = {"pad_token_id": 0, "eos_token_id": 1, "bos_token_id": None}
    return LlamaConfig(vocab_size=len(tokenizer), max_position_embeddings=2048, **SIZES, **ends)


def _read(tokenizer: PreTrainedTokenizerFast, examples: list[Example]) -> dict[str, torch.Tensor]:
    """A batch, padded on the right; only the answers count."""
    prompts = [tokenizer.apply_chat_template(m, add_generation_prompt=True)["input_ids"] for m, _ in examples]
    answers = [tokenizer.encode(f"{answer}<end>") for _, answer in examples]
    return _batch(prompts, answers)


def _seen(processor: LlavaProcessor, examples: list[Example]) -> dict[str, torch.Tensor]:
    inputs = processor.apply_chat_template(
        [m for m, _ in examples], add_generation_prompt=True, tokenize=True, return_dict=True
    )
    answers = [processor.tokenizer.encode(f"{answer}<end>") for _, answer in examples]
    pixels = torch.stack([torch.as_tensor(picture) for picture in inputs["pixel_values"]])
    return {**_batch(inputs["input_ids"], answers), "pixel_values": pixels}


def _batch(prompts: list[list[int]], answers: list[list[int]]) -> dict[str, torch.Tensor]:
    longest = max(len(p) + len(a) for p, a in zip(prompts, answers, strict=True))
    ids = torch.zeros(len(prompts), longest, dtype=torch.long)
    labels = torch.full_like(ids, -100)
    for n, (prompt, answer) in enumerate(zip(prompts, answers, strict=True)):
        end = len(prompt) + len(answer)
        ids[n, :end] = torch.tensor(prompt + answer)
        labels[n, len(prompt) : end] = torch.tensor(answer)
    return {"input_ids": ids, "labels": labels, "attention_mask": (ids != 0).long()}


def _train(model: Any, batch: Callable[[], dict[str, torch.Tensor]], steps: int) -> None:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # so small a model gains nothing by more, and loses much when the machine is busy
    model.train()
    optimizer = torch.optim.AdamW(model.parameters(), betas=(0.9, 0.98))
    rate = torch.optim.lr_scheduler.OneCycleLR(optimizer, 5e-3, steps, pct_start=0.1)
    for _ in range(steps):
        optimizer.zero_grad()
        model(**batch()).loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        rate.step()
    torch.set_num_threads(threads)


def _save(folder: Path, model: Any, reads: Any) -> Path:
    """The model and what reads for it. Like most chat models it samples unless told otherwise."""
    model.generation_config = GenerationConfig(do_sample=True, eos_token_id=1, pad_token_id=0)
    model.save_pretrained(folder)
    reads.save_pretrained(folder)
    return folder
