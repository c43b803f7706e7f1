"""`question_type`: what a prompt's last user message asks for, by rules, in English and Chinese alike."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from prefdata.strata.rules.asked import first_fitting, rules_of
from prefdata.strata.rules.question import plain

OTHER, DIALOGUE = "other", "dialogue"
VALUES = {
    "describe": "describe a picture or a thing as a whole",
    "identify": "say what or who something in the picture is, or what it does",
    "count": "say how many there are",
    "attribute": "say what something is like: its colour, size, material, state",
    "locate": "say where something is, or what is at a place",
    "compare": "say how things differ, or which is more so",
    "read": "read words, numbers or a chart in the picture",
    "yes_no": "say whether something is there or is so",
    "reason": "say why, what follows, what is meant or what would be",
    "math": "calculate or prove",
    "code": "write or explain a program",
    "factual": "tell what is known of a subject",
    "advice": "say what to do, how to do it, or what one thinks of it",
    "creative": "write something new: a story, a letter, a slogan",
    DIALOGUE: "talk with the user, or play a part",
    "summarise": "say a given text more briefly",
    "translate": "say a given text in another language",
    "rewrite": "say a given text in other words, or correct it",
    "classify": "put a given text into a class, or take parts out of it",
    OTHER: "none of these, or not clear",
}
SENTENCE = 6
"""Chinese characters that make a sentence, and the message one in Chinese, whatever it quotes."""
FIRST = r"^(?P<first>[^\n]{8,300})\n\s*\n"
"""An instruction before the text that it is about; a part to play ("you are …") is often followed by what to do."""
HAN, LATIN = "[\u4e00-\u9fff]", "[a-z]+"


def question_types(messages: pa.Array, with_image: np.ndarray) -> pa.Array:
    """The type of each message [P]; `other` where no rule fits. with_image: bool [P]."""
    asked = plain(messages)
    values = np.full(len(asked), OTHER, object)
    first = pc.struct_field(pc.extract_regex(asked, FIRST), "first")
    row = np.flatnonzero(first.is_valid().to_numpy(zero_copy_only=False))
    values[row] = _values(first.take(pa.array(row)), with_image[row])
    left = np.flatnonzero((values == OTHER) | (values == DIALOGUE))
    values[left] = _values(asked.take(pa.array(left)), with_image[left])
    return pa.array(values, pa.string())


def _values(asked: pa.Array, with_image: np.ndarray) -> np.ndarray:
    """By the rules of the text's language, then by those of the other."""
    characters, words = (pc.count_substring_regex(asked, signs).to_numpy() for signs in (HAN, LATIN))
    chinese = (characters > words) | (characters >= SENTENCE)
    values = np.full(len(asked), OTHER, object)
    for language, is_its in (("chinese", chinese), ("english", ~chinese), ("english", chinese)):
        row = np.flatnonzero(is_its & (values == OTHER))
        rules = rules_of(language)
        found = first_fitting(rules, asked, with_image, row)
        values[row] = np.array([*(each.value for each in rules), OTHER], object)[found]
    return values
