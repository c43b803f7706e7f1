"""`degrade`: a candidate damaged without a model: words dropped, swapped, replaced, repeated, or the end cut off.

What is touched is decided by the text itself, so that a build gives the same again.
"""

from __future__ import annotations

import random
import re
from functools import partial

from prefdata.calls.request import Answer, CallError
from prefdata.keys import key
from prefdata.models import Source
from prefdata.questions import Prompt
from prefdata.sources.draft import Ask, Draft, made_from

# A Chinese or Japanese character is a word of its own; anything else runs to the next space.
WORD = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]|[^\s\u3040-\u30ff\u4e00-\u9fff]+")


def drafts(source: Source, prompt: Prompt, bases: list[str]) -> list[Draft]:
    return [made_from(source, base, partial(_write, source, prompt)) for base in bases]


async def _write(source: Source, prompt: Prompt, ask: Ask, base: str) -> Answer:
    text = degraded(base, source.how, source.share, _words(prompt))
    if text == base or not text.strip():
        raise CallError("cannot_degrade", f"{source.how} leaves the text as it is, or nothing of it")
    return Answer(text)


def _words(prompt: Prompt) -> list[str]:
    return [word for message in prompt.messages for word in WORD.findall(message["content"])]


def degraded(text: str, how: str, share: float, others: list[str]) -> str:
    """The text with about `share` of its words (at least one) touched; `others` are words to put in."""
    places = [match.span() for match in WORD.finditer(text)]
    if not places:
        return text
    pick = random.Random(key([text, how, share]))
    count = max(1, round(share * len(places)))
    if how == "truncate":
        return text[: places[max(0, len(places) - count)][0]].rstrip()
    if how == "repeat":
        return _repeated(text, places, count, pick)
    touched = sorted(pick.sample(range(len(places)), min(count, len(places))))
    return _put(text, places, _new_words(text, places, touched, how, others, pick))


def _new_words(
    text: str, places: list[tuple[int, int]], touched: list[int], how: str, others: list[str], pick: random.Random
) -> dict[int, str]:
    """Place → the word to stand there."""
    words = [text[a:b] for a, b in places]
    if how == "drop_words":
        return dict.fromkeys(touched, "")
    if how == "replace_words":
        pool = sorted({*words, *others})
        return {n: pick.choice([w for w in pool if w != words[n]] or [words[n]]) for n in touched}
    for n in touched:  # swap_words: each with its right neighbour, one after the other, so that no word is lost
        if n + 1 < len(words):
            words[n], words[n + 1] = words[n + 1], words[n]
    return dict(enumerate(words))


def _put(text: str, places: list[tuple[int, int]], new: dict[int, str]) -> str:
    parts, end = [], 0
    for n, (a, b) in enumerate(places):
        parts += [text[end:a], new.get(n, text[a:b])]
        end = b
    return re.sub(r"(?<=\S) {2,}", " ", "".join([*parts, text[end:]])).strip()


def _repeated(text: str, places: list[tuple[int, int]], count: int, pick: random.Random) -> str:
    """A run of words said once more."""
    first = pick.randrange(max(1, len(places) - count + 1))
    start, end = places[first][0], places[min(first + count, len(places)) - 1][1]
    return f"{text[:end]} {text[start:end]}{text[end:]}"
