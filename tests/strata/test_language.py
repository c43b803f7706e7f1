"""The language of prompts: by script, by function words, and by the detector for what is left."""

from __future__ import annotations

import pyarrow as pa
import pytest

from prefdata.judges.rules.language import detect
from prefdata.strata.rules.language import languages
from tests.strata.test_question_type import ROWS

OTHERS = {
    "fr": "Quelle est la couleur de la voiture qui se trouve devant la maison sur la photo ?",
    "de": "Wie viele Menschen sind auf dem Bild zu sehen, und was haben sie in der Hand?",
    "es": "¿Cuántas personas hay en la imagen y qué están haciendo con la pelota?",
    "ja": "この写真には何が写っていますか？",
    "ko": "사진에 사람이 몇 명 있습니까?",
    "ru": "Опишите подробно, что изображено на этой фотографии, и посчитайте людей.",
}


def told(*texts: str) -> list[str]:
    return languages(pa.array(texts, pa.string())).to_pylist()


@pytest.mark.parametrize("language", ["en", "zh"])
def test_labelled_questions_are_in_their_language(language):
    texts = [row["text"] for row in ROWS if row["language"] == language]
    found = told(*texts)
    assert found.count(language) >= 0.96 * len(texts)
    assert set(found) <= {language, "und"}


def test_other_languages_are_told_apart_in_one_column_with_others():
    assert told(*OTHERS.values()) == list(OTHERS)
    assert (
        told("Describe la imagen con detalle.", "Qual é a cor do carro?", "Wat is de kleur van de auto?") == ["und"] * 3
    )


def test_a_text_of_another_script_that_quotes_english_keeps_its_language():
    assert told("什么是 prescriptive maintenance 和它的作用？", "What does 你好 mean in English?") == ["zh", "en"]


def test_nothing_and_too_little_are_not_sure():
    assert told("", "42", "Ok") == ["und", "und", "und"]


def test_what_is_told_quickly_agrees_with_the_detector():
    texts = [row["text"] for row in ROWS]
    sure = [(detect(text), found) for text, found in zip(texts, told(*texts), strict=True) if detect(text)]
    assert len(sure) > 100
    assert sum(one == other for one, other in sure) >= 0.98 * len(sure)
