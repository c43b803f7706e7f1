"""`grammar`: are there clear errors of grammar or punctuation, in English or Chinese?

The rules are few and each is meant to be right nearly always: no error found is no proof of good grammar. Code,
formulae, addresses, tables and quotations do not count, nor what the prompt says in the same words.

A text fails with more errors than one for every full 200 words (400 Chinese characters): a single one in a short text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from prefdata.judges.rules.articles import article_errors
from prefdata.judges.rules.chinese import chinese_errors
from prefdata.judges.rules.english import english_slips
from prefdata.judges.rules.phrases import listed
from prefdata.judges.rules.prose import KANA, han_share, prose, sentences, words
from prefdata.judges.rules.punctuation import mark_errors, unbalanced
from prefdata.judges.rules.text import GOOD, Finding, Text, bad, shown

WORDS_PER_ERROR, SIGNS_PER_ERROR = 200, 400
FUNCTION_WORDS = listed("""
    the a an of and to in is are was were be that this it for on with as at by from or not you i he she they we his her
    their have has had will can would your my if but there which what do does when one all so
""")
ENGLISH = 0.2
"""Share of function words from which a text is English prose: names, lists and other languages have fewer."""
JAPANESE = re.compile(f"[{KANA}]{{2}}")
QUOTED = re.compile(r"[\"“][^\"“”\n]{1,300}[\"”]|(?<!\w)['‘][^'‘’\n]{1,200}['’](?!\w)")


def grammatical(given: Text) -> Finding | None:
    """0 for a text with clear errors; only for English and Chinese prose."""
    text = prose(given.text)
    told = words(text)
    if JAPANESE.search(text):
        return None
    if han_share(text) > 0.5:
        return _verdict(list(chinese_errors(text)), len(told) // SIGNS_PER_ERROR, given.prompt)
    if not told or sum(word.lower() in FUNCTION_WORDS for word in told) / len(told) < ENGLISH:
        return None
    return _verdict(list(_english_errors(text)), len(told) // WORDS_PER_ERROR, given.prompt)


def _verdict(errors: list[str], tolerated: int, prompt: str) -> Finding:
    own = [error for error in errors if error not in prompt]
    if len(own) <= tolerated:
        return GOOD
    return bad(
        f"{len(own)} {'error' if len(own) == 1 else 'errors'}: {'; '.join(shown(error, 40) for error in own[:3])}"
    )


def _english_errors(text: str) -> Iterator[str]:
    yield from unbalanced(text)
    said = QUOTED.sub("\ufffc", text).replace("’", "'")
    for line in said.split("\n"):
        yield from mark_errors(line)
    for sentence in sentences(said):
        yield from english_slips(sentence)
        yield from article_errors(sentence)
