"""`language`: is the answer in the language that is wanted: the one asked for, or else the prompt's own?

Scripts decide where they can; between languages of one script py3langid does (a naive Bayes model over bytes, Lui and
Baldwin 2012). Where either side is short, mixed, code or names, the check does not apply.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import cache, lru_cache
from typing import Any

from prefdata.judges.rules.phrases import listed, one_of
from prefdata.judges.rules.prose import HAN, prose
from prefdata.judges.rules.text import GOOD, Finding, Text, bad

LETTERS, LETTERS_TO_BLAME = 25, 60
"""Letters below which a text has no sure language, and below which an answer is not blamed for its own: lists of names
are short. A Chinese character weighs as much as three letters."""
HAN_WEIGHT = 3
ENOUGH = 1000
"""Characters of prose that are looked at."""
SURE = 0.9
"""Probability from which py3langid is believed, and share of the letters that one script must have."""

SCRIPTS = {
    "han": re.compile(f"[{HAN}]"),
    "ja": re.compile("[぀-ヿ]"),
    "ko": re.compile("[가-힣ᄀ-ᇿ]"),
    "th": re.compile("[฀-๿]"),
    "he": re.compile("[֐-׿]"),
    "el": re.compile("[Ͱ-Ͽἀ-῿]"),
    "alphabet": re.compile(r"[^\W\d_]"),
}
KNOWN = listed("""
    af ar az be bg bn bs ca cs cy da de el en eo es et eu fa fi fr ga gl gu he hi hr hu hy id is it ja ka kk km kn ko
    la lt lv mk ml mn mr ms my ne nl no pa pl pt ro ru sk sl so sq sr sv sw ta te th tl tr uk ur uz vi zh zxx
""")
"""Languages written by many; among rarer ones and dialects a list of names is soon found to be one of them."""
ALIKE = tuple(
    listed(group)
    for group in (
        "id ms", "da no nn", "bs hr sr", "cs sk", "gl pt es ca", "af nl", "bg mk", "be uk ru", "hi mr ne", "az tr",
    )
)  # fmt: skip
"""Languages too close to tell apart by rule: one for another is no finding."""
OTHER_LANGUAGE = re.compile(
    one_of(r"""
        \b(?:translat\w*|in other languages?|english|chinese|mandarin|cantonese|spanish|french|german|italian)\b
        \b(?:russian|japanese|korean|arabic|hindi|turkish|dutch|polish|swedish|danish|norwegian|finnish|greek|hebrew)\b
        \b(?:latin|vietnamese|thai|indonesian|malay|ukrainian|czech|hungarian|romanian|persian|farsi|urdu|bengali|tamil)\b
        \b(?:portuguese|swahili|tagalog)\b
        翻译 / 译[成为文] / 英[文语] / 中文 / 汉语 / 日[文语] / 法语 / 德语 / 俄语 / 韩语 / 西班牙语 / 葡萄牙语
        意大利语 / 阿拉伯语 / 文言文
    """),
    re.I,
)
"""Words with which a prompt may ask for another language than its own."""


def wanted_language(given: Text) -> Finding | None:
    """0 for an answer in another language than the wanted one."""
    wanted = (given.language or "").split("-")[0].lower() or _of_prompt(given.prompt)
    found = detect(given.text)
    if not wanted or not found:
        return None
    if found == wanted or any({found, wanted} <= group for group in ALIKE):
        return GOOD
    if _script(prose(given.text)[:ENOUGH])[2] < LETTERS_TO_BLAME:
        return None
    return bad(f"is in {found!r}, wanted was {wanted!r}")


def _of_prompt(prompt: str) -> str | None:
    return None if OTHER_LANGUAGE.search(prompt) else detect(prompt)


@lru_cache(maxsize=8)  # the candidates of a prompt are checked one after the other
def detect(text: str) -> str | None:
    """The language (ISO 639-1) of a text's prose, or None if that is not sure."""
    text = prose(text)[:ENOUGH]
    script, share, letters = _script(text)
    if letters < LETTERS or share < SURE:
        return None
    if script != "alphabet":
        return "zh" if script == "han" else script
    code, probability = _identifier().classify(text)
    return code if probability >= SURE and code != "zxx" else None


def _script(text: str) -> tuple[str, float, float]:
    """(the main script, its share, letters), Chinese characters counted with their weight."""
    counts = Counter({script: len(pattern.findall(text)) for script, pattern in SCRIPTS.items()})
    counts["alphabet"] -= counts.total() - counts["alphabet"]  # the pattern matches the other scripts' letters too
    counts["han"] *= HAN_WEIGHT
    if counts["ja"] > counts["han"] / 10:  # Japanese is written with Chinese characters too
        counts["ja"] += counts.pop("han")
    script, number = counts.most_common(1)[0]
    return script, number / max(1, counts.total()), counts.total()


@cache
def _identifier() -> Any:
    """py3langid's model; it loads numpy, so only when it is needed."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # type: ignore[import-untyped]

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(KNOWN)
    return identifier
