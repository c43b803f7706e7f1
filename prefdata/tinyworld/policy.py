"""The policy of the tiny world: a LLaVA of 1.5 million parameters that sees well and lies by habit.

It is an ordinary transformers model: CLIP's vision tower, a projector and a Llama, with a tokenizer, a processor and a
chat template, so that `AutoModelForImageTextToText`, `AutoProcessor` and `transformers serve` load it without code of
ours. The tokenizer is made of bytes, so that it reads any text, and has a token for each word of the tiny world.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from prefdata.tinyworld.scene import SIDE, lots, scene
from prefdata.tinyworld.wording import KINDS, exchange

PATCH = 12
ACROSS = SIDE // PATCH  # patches along a side
WIDE: dict[str, Any] = {"hidden_size": 128, "num_hidden_layers": 4, "num_attention_heads": 4}
SPECIAL = ["<pad>", "<end>", "<image>", "<system>", "<user>", "<assistant>"]
# Pictures first. Whoever writes "<image>" means the word: a place for a picture without one cannot be read.
TEMPLATE = (
    "{% macro said(text) %}{{ text | replace('<image>', '< image >') }}{% endmacro %}"
    "{% for m in messages %}<{{ m.role }}>{% if m.content is string %}{{ said(m.content) }}{% else %}"
    "{% for part in m.content if part.type != 'text' %}<image>{% endfor %}"
    "{% for part in m.content if part.type == 'text' %}{{ said(part.text) }}{% endfor %}{% endif %}<end>"
    "{% endfor %}{% if add_generation_prompt %}<assistant>{% endif %}"
)


def processor() -> Any:
    """Pictures and texts → what the model reads."""
    from transformers import CLIPImageProcessor, LlavaProcessor

    square = {"height": SIDE, "width": SIDE}
    grey: dict[str, Any] = {"image_mean": [0.5] * 3, "image_std": [0.5] * 3}
    eyes = CLIPImageProcessor(size=square, crop_size=square, do_center_crop=False, **grey)
    return LlavaProcessor(eyes, tokenizer(), PATCH, "default", TEMPLATE, num_additional_image_tokens=1)


def tokenizer() -> Any:
    """Bytes, merged within words: each word of the tiny world is one token, and any other text can be read."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    made = Tokenizer(models.BPE())
    letters = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.pre_tokenizer, made.decoder = letters, decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=640, special_tokens=SPECIAL, initial_alphabet=sorted(letters.alphabet()), show_progress=False
    )
    made.train_from_iterator(_corpus(), trainer)
    fast = PreTrainedTokenizerFast(tokenizer_object=made, pad_token="<pad>", eos_token="<end>")
    fast.add_special_tokens({"additional_special_tokens": SPECIAL[2:]})
    fast.chat_template = TEMPLATE
    return fast


def _corpus() -> Iterable[str]:
    """Texts in which every word of the tiny world occurs."""
    for number in range(1500):
        told = scene("train", number)
        for kind in KINDS:
            said = exchange(told, kind, lots("train", number, 0, kind))
            yield from (said.question, said.answer)


def untrained(tokenizer: Any) -> Any:
    """The model with random weights; the next of torch's random numbers."""
    from transformers import (
        CLIPVisionConfig,
        GenerationConfig,
        LlamaConfig,
        LlavaConfig,
        LlavaForConditionalGeneration,
    )

    pad, end, image = range(3)
    ends: dict[str, Any] = {"pad_token_id": pad, "eos_token_id": end, "bos_token_id": None}
    eyes = CLIPVisionConfig(**WIDE, intermediate_size=384, image_size=SIDE, patch_size=PATCH, projection_dim=128)
    mind = LlamaConfig(
        vocab_size=len(tokenizer),
        **WIDE,
        **ends,
        intermediate_size=320,
        max_position_embeddings=2048,
        initializer_range=0.05,  # larger than usual: so narrow a model learns faster
        tie_word_embeddings=True,
    )
    config = LlavaConfig(
        vision_config=eyes, text_config=mind, image_token_index=image, vision_feature_layer=-1, tie_word_embeddings=True
    )
    # On a CPU, and for so short rows, plain attention takes half the time of the fused one (backwards above all).
    model = LlavaForConditionalGeneration._from_config(config, attn_implementation="eager")
    # A control token that is sampled would be read as a picture's place by whoever reads the answer on.
    never = [pad, *range(image, len(SPECIAL))]
    model.generation_config = GenerationConfig(
        do_sample=True, max_new_tokens=96, suppress_tokens=never, pad_token_id=pad, eos_token_id=end
    )
    return model


class Policy:
    """Trained weights, ready to answer."""

    def __init__(self, folder: Path) -> None:
        import torch
        from transformers import AutoModelForImageTextToText, AutoProcessor

        self.processor: Any = AutoProcessor.from_pretrained(folder)
        self.processor.tokenizer.padding_side = "left"
        self.model: Any = AutoModelForImageTextToText.from_pretrained(folder, dtype=torch.float32).eval()

    def answer(self, images: Sequence[np.ndarray], questions: Sequence[str], **settings: Any) -> Iterator[str]:
        """One answer a picture (uint8 RGB) and question, greedy unless `settings` of `generate` say otherwise."""
        for start in range(0, len(images), 64):
            part = slice(start, start + 64)
            yield from self._part(images[part], questions[part], {"do_sample": False, **settings})

    def _part(self, images: Sequence[np.ndarray], questions: Sequence[str], settings: dict[str, Any]) -> list[str]:
        import torch

        inputs = self.processor.apply_chat_template(
            [_message(*each) for each in zip(images, questions, strict=True)],
            add_generation_prompt=True,
            tokenize=True,
            return_dict=True,
            return_tensors="pt",
            sanitize_control_tokens=True,
            processor_kwargs={"padding": True},
        )
        with torch.inference_mode():
            written = self.model.generate(**inputs, **settings)
        told = written[:, inputs["input_ids"].shape[1] :]
        return list(self.processor.tokenizer.batch_decode(told, skip_special_tokens=True))


def _message(image: np.ndarray, question: str) -> list[dict[str, Any]]:
    parts = [{"type": "image", "image": Image.fromarray(image)}, {"type": "text", "text": question}]
    return [{"role": "user", "content": parts}]
