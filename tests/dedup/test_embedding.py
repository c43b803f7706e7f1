"""Embeddings: the mean over the tokens of a model in this process, the same whatever stands beside a text."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest
import torch
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

from prefdata.errors import PrefdataError
from prefdata.providers.local.embedding import ROWS, Encoder, encoder

WORDS = ["[PAD]", "[UNK]", "what", "is", "the", "capital", "of", "a", "large", "number", "and", "why", "天", "空"]
LONGEST = 64


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return embedding_model(tmp_path_factory.mktemp("encoder"))


def embedding_model(folder: Path) -> Path:
    """An encoder that has learned nothing: what its vectors mean is not asked here."""
    torch.manual_seed(0)
    tokenizer = Tokenizer(models.WordLevel({word: n for n, word in enumerate(WORDS)}, "[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    sizes = {"hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 32}
    BertModel(BertConfig(vocab_size=len(WORDS), **sizes, max_position_embeddings=LONGEST)).save_pretrained(folder)
    PreTrainedTokenizerFast(tokenizer_object=tokenizer, pad_token="[PAD]", unk_token="[UNK]").save_pretrained(folder)
    return folder


def sentences(count: int) -> list[str]:
    chance = random.Random(0)
    return [" ".join(chance.choices(WORDS[2:], k=chance.randint(1, 40))) for _ in range(count)]


def test_a_vector_is_the_mean_of_its_tokens_states_with_length_one(folder):
    found = Encoder(folder)
    (vector,) = found.embed(["what is the capital"])
    ids = found.tokenizer("what is the capital", return_tensors="pt")
    with torch.inference_mode():
        mean = found.model(**ids).last_hidden_state[0].mean(0)
    expected = (mean / mean.norm()).numpy()
    assert np.frombuffer(vector, np.float16).astype(float) == pytest.approx(expected, abs=1e-3)


def test_vectors_do_not_depend_on_their_neighbours(folder):
    texts, found = sentences(ROWS * 2 + 5), Encoder(folder)
    whole = found.embed(texts)
    assert [found.embed([text])[0] for text in texts] == whole
    assert found.embed(texts[::-1]) == whole[::-1]
    assert len(set(whole)) > ROWS


def test_a_text_that_is_too_long_or_has_no_words_has_no_vector(folder):
    long = " ".join(["what"] * LONGEST)
    assert [vector is None for vector in Encoder(folder).embed([long, f"{long} is", "", "why"])] == [
        False,
        True,
        True,
        False,
    ]
    assert Encoder(folder).embed([]) == []


def test_a_folder_without_a_model_is_named(tmp_path):
    with pytest.raises(PrefdataError, match="To mend it: name a folder"):
        encoder(str(tmp_path), None)
