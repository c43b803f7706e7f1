"""`language`: the language (ISO 639-1) of a prompt's last user message; "und" where that is not sure.

Script tells Chinese, Japanese and Korean, function words tell English; only what is left is looked at one by one, by
the judge's detector, which is a thousand times slower.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from prefdata.judges.rules.language import HAN_WEIGHT, detect
from prefdata.judges.rules.phrases import one_of

UNSURE = "und"
LETTER, HAN, KANA, HANGUL = r"\pL", r"\p{Han}", r"[\p{Hiragana}\p{Katakana}]", r"\p{Hangul}"
WORD = r"[\pL']+"
ENGLISH = one_of("""
    the / what / which / how / are / does / this / that / these / those / of / with / please / you / your / where
    who / why / many / there / have / has / can / would / should / could / might / may / from / it / and / is / not
    for / be / on / they / their / them / she / his / when / if / about / between / than / more / most / any / some
    to / i / my / using / write / describe / give / explain / following / given / make / list / answer / question
    image / picture / text / words / color / people / wearing / show / find / tell / translate / into
""")
"""Words that English prompts have and few other languages write so."""
SURELY = one_of("""
    the / what / which / how / does / who / where / why / when / this / these / explain / write / solve / should / whose
    following
""")
"""Words that hardly any other language has."""
ENOUGH_WORDS, ENOUGH = 2, 0.2
"""How many of them, and what share of the words, make a text English; of the sure ones one is enough."""
MAIN = 0.5
"""Share of the letters from which a script is the text's own, whatever it quotes."""


def languages(messages: pa.Array) -> pa.Array:
    """The language of each message [P]."""
    coded = messages.dictionary_encode()
    text = coded.dictionary
    found = _by_script(text)
    found[(found == "") & _is_english(text)] = "en"
    for row in np.flatnonzero(found == ""):
        found[row] = detect(text[row].as_py()) or UNSURE
    return pa.array(found, pa.string()).take(coded.indices)


def _by_script(text: pa.Array) -> np.ndarray:
    """ "zh", "ja" or "ko" where most letters are theirs, "" elsewhere; a Chinese character weighs three letters."""
    letters, han, kana, hangul = (_count(text, signs) for signs in (LETTER, HAN, KANA, HANGUL))
    all_letters = np.maximum(letters + (HAN_WEIGHT - 1) * han, 1)
    share = {"ja": (han * HAN_WEIGHT + kana) * (kana > han / 10), "zh": han * HAN_WEIGHT, "ko": hangul}
    return np.select([number / all_letters >= MAIN for number in share.values()], list(share), "").astype(object)


def _is_english(text: pa.Array) -> np.ndarray:
    lower = pc.utf8_lower(text)
    hits, sure = (_count(lower, rf"\b{words}\b") for words in (ENGLISH, SURELY))
    return ((hits >= ENOUGH_WORDS) | (sure >= 1)) & (hits + sure >= ENOUGH * _count(lower, WORD))


def _count(text: pa.Array, pattern: str) -> np.ndarray:
    return pc.count_substring_regex(text, pattern).to_numpy(zero_copy_only=False)
